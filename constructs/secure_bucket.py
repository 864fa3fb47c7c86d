"""A bucket that is private, encrypted, versioned, watched and logged."""

from functools import cache
from typing import cast

from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from constructs import Construct

from constructs.asked_once import Bucket
from constructs.durations import days
from constructs.findings import acknowledge
from constructs.removal import removal_policy


class SecureBucket(Construct):
    """A bucket for data; without `key` and `access_logs` it is the one that takes the access logs of the others.

    Args:
        noncurrent_days: days that overwritten and deleted versions are kept.
        destroy: whether bucket and content go with the environment.
        key: encrypts the objects, by bucket key. None: S3's own keys, as for access logs.
        access_logs: takes the access logs, below the bucket's construct id.
        expire_days: days after which objects expire. None: never.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        noncurrent_days: int,
        destroy: bool,
        key: kms.IKey | None = None,
        access_logs: s3.IBucket | None = None,
        expire_days: int | None = None,
    ) -> None:
        super().__init__(scope, construct_id)
        self.bucket = Bucket(
            self,
            "Resource",
            encryption=s3.BucketEncryption.KMS if key else s3.BucketEncryption.S3_MANAGED,
            encryption_key=key,
            bucket_key_enabled=True if key else None,
            block_public_access=_nobody(),
            object_ownership=s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
            enforce_ssl=True,
            minimum_tls_version=1.2,
            versioned=True,
            server_access_logs_bucket=access_logs,
            server_access_logs_prefix=f"{construct_id.lower()}/" if access_logs else None,
            lifecycle_rules=_lifecycle(noncurrent_days, expire_days),
            removal_policy=removal_policy(destroy=destroy),
            auto_delete_objects=destroy,
        )
        # As a property: the L2 switch would set it by a custom resource with a function and a role.
        cast(
            s3.CfnBucket, self.bucket.node.default_child
        ).notification_configuration = s3.CfnBucket.NotificationConfigurationProperty(
            event_bridge_configuration=s3.CfnBucket.EventBridgeConfigurationProperty(event_bridge_enabled=True)
        )
        self._acknowledge(key, access_logs)

    def _acknowledge(self, key: kms.IKey | None, access_logs: s3.IBucket | None) -> None:
        reasons = {
            "NIST.800.53.R5-S3BucketReplicationEnabled": "Data stays in the environment's one region by design; "
            "versions protect against overwriting and deleting.",
        }
        if key is None:
            reasons["NIST.800.53.R5-S3DefaultEncryptionKMS"] = (
                "S3 delivers access logs under its own keys; they hold names of objects and callers, no content."
            )
        if access_logs is None:
            why = "The target of access logs: logging its own accesses would log every delivery, without end."
            reasons |= {"AwsSolutions-S1": why, "NIST.800.53.R5-S3BucketLoggingEnabled": why}
        acknowledge(self.bucket, reasons)


# Many buckets have the same settings; each would be several round trips to the CDK's JavaScript.
@cache
def _nobody() -> s3.BlockPublicAccess:
    return s3.BlockPublicAccess.BLOCK_ALL


@cache
def _lifecycle(noncurrent_days: int, expire_days: int | None) -> list[s3.LifecycleRule]:
    rules = [
        s3.LifecycleRule(
            id="old-versions",
            noncurrent_version_expiration=days(noncurrent_days),
            abort_incomplete_multipart_upload_after=days(7),
            expired_object_delete_marker=True,
        )
    ]
    if expire_days is not None:
        rules.append(s3.LifecycleRule(id="expire", expiration=days(expire_days)))
    return rules
