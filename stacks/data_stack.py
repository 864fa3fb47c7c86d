"""The buckets of an environment."""

from functools import partial
from typing import Any, Literal, cast

import aws_cdk as cdk
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from constructs import Construct

from config.environment import Access, Retention
from constructs.address_restriction import deny_objects_elsewhere
from constructs.bucket_emptier import acknowledge_bucket_emptier
from constructs.secure_bucket import SecureBucket

Labels = Literal["none", "kept", "shown"]
# What other stacks read or write.
_USED = ("raw", "processed", "models", "capture")


class DataStack(cdk.Stack):
    """Buckets `raw`, `labelled`, `processed`, `models`, `capture`, and `logs` for the access logs of the others.

    Args:
        environment: its name.
        vpc_id: of the network whose endpoints let in.
        keys: of data and of models.
        access: from where people may call.
        retention: what stays and how long.
        labels: whether any are kept in `labelled`, and whether browsers of workers load objects of `raw`.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        environment: str,
        vpc_id: str,
        keys: tuple[kms.IKey, kms.IKey],
        access: Access,
        retention: Retention,
        labels: Labels = "none",
        **stack_props: Any,
    ) -> None:
        super().__init__(scope, construct_id, **stack_props)
        data_key, models_key = keys
        bucket = partial(SecureBucket, self, noncurrent_days=retention.noncurrent_days, destroy=retention.destroys)
        self.logs: s3.IBucket = bucket("Logs", expire_days=retention.log_days).bucket
        logged = partial(bucket, access_logs=self.logs)
        self.raw: s3.IBucket = logged("Raw", key=data_key).bucket
        self.labelled: s3.IBucket = logged("Labelled", key=data_key).bucket
        self.processed: s3.IBucket = logged("Processed", key=data_key).bucket
        self.models: s3.IBucket = logged("Models", key=models_key).bucket
        self.capture: s3.IBucket = logged("Capture", key=data_key, expire_days=retention.capture_days).bucket
        if labels == "shown":
            _shown_to_workers(self.raw)
        if access.allowed_cidrs:
            for restricted in (self.logs, self.raw, self.labelled, self.processed, self.models, self.capture):
                restricted.add_to_resource_policy(
                    deny_objects_elsewhere(
                        environment=environment,
                        bucket_arn=restricted.bucket_arn,
                        cidrs=[str(cidr) for cidr in access.allowed_cidrs],
                        vpc_id=vpc_id,
                    )
                )
        for name in ("raw", "labelled", "processed", "models", "capture", "logs"):
            bucket_name = getattr(self, name).bucket_name
            # For people and commands: the buckets have no names of their own.
            cdk.CfnOutput(self, f"{name.capitalize()}BucketName", value=bucket_name)
            if name in _USED or (labels != "none" and name == "labelled"):
                # Whether there are use cases or not: an export cannot go before those who import it.
                self.export_value(bucket_name)
                self.export_value(getattr(self, name).bucket_arn)
        acknowledge_bucket_emptier(self)


def _shown_to_workers(bucket: s3.IBucket) -> None:
    # "CORS Requirement for Input Image Data", SageMaker developer guide. Pages of workers are on hosts of several
    # names; what lets a browser read is the signature in the address, which the role of the labelling job gives it.
    rule = s3.CfnBucket.CorsRuleProperty(
        allowed_headers=[],
        allowed_methods=["GET"],
        allowed_origins=["*"],
        exposed_headers=["Access-Control-Allow-Origin"],
    )
    cors = s3.CfnBucket.CorsConfigurationProperty(cors_rules=[rule])
    cast(s3.CfnBucket, bucket.node.default_child).cors_configuration = cors
