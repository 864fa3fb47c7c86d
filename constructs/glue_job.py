"""An AWS Glue job on Spark 3.5, in the private network, encrypted."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_glue as glue
from aws_cdk import aws_kms as kms
from constructs import Construct

from constructs.arns import Arns
from constructs.findings import acknowledge
from constructs.placement import Placement

VERSION = "5.0"  # Spark 3.5, Python 3.11, Java 17
WORKER = "G.1X"  # 4 CPUs, 16 GB


@dataclass(frozen=True)
class GlueCode:
    """What a job runs: S3 URIs of its script and of zips for Python's path, and the script's arguments by `--name`."""

    script_uri: str
    zips: tuple[str, ...]
    arguments: Mapping[str, str]


@dataclass(frozen=True)
class GlueWorkers:
    """How many machines, the driver among them; where they are; and how long they may run, seconds."""

    number: int
    placement: Placement
    max_seconds: int


class GlueJob(Construct):
    """A job with one connection for each subnet, so that it starts in the next zone where one has no addresses left.

    Args:
        name: of the security configuration, which must have one.
        role_arn: what it may do.
        code: what it runs.
        workers: what runs it.
        keys: encrypt data (S3, bookmarks) and logs.
        log_prefix: its log groups are `<prefix>/error` and `<prefix>/output`.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        name: str,
        role_arn: str,
        code: GlueCode,
        workers: GlueWorkers,
        keys: tuple[kms.IKey, kms.IKey],
        log_prefix: str,
    ) -> None:
        super().__init__(scope, construct_id)
        security = self._security(name, *keys)
        self.resource = glue.CfnJob(
            self,
            "Resource",
            description="Prepares data on Spark",
            role=role_arn,
            command=glue.CfnJob.JobCommandProperty(name="glueetl", python_version="3", script_location=code.script_uri),
            connections=glue.CfnJob.ConnectionsListProperty(connections=self._connections(workers.placement)),
            security_configuration=security.ref,
            glue_version=VERSION,
            worker_type=WORKER,
            number_of_workers=workers.number,
            timeout=math.ceil(workers.max_seconds / 60),
            max_retries=0,  # the state machine knows better when to try again
            execution_property=glue.CfnJob.ExecutionPropertyProperty(max_concurrent_runs=1),
            default_arguments={
                "--job-language": "python",
                "--job-bookmark-option": "job-bookmark-disable",
                "--extra-py-files": ",".join(code.zips),
                "--custom-logGroup-prefix": log_prefix,
                **code.arguments,
            },
        )

    def _security(self, name: str, data_key: kms.IKey, logs_key: kms.IKey) -> glue.CfnSecurityConfiguration:
        configuration = glue.CfnSecurityConfiguration
        return configuration(
            self,
            "Security",
            name=name,
            encryption_configuration=configuration.EncryptionConfigurationProperty(
                cloud_watch_encryption=configuration.CloudWatchEncryptionProperty(
                    cloud_watch_encryption_mode="SSE-KMS", kms_key_arn=logs_key.key_arn
                ),
                job_bookmarks_encryption=configuration.JobBookmarksEncryptionProperty(
                    job_bookmarks_encryption_mode="CSE-KMS", kms_key_arn=data_key.key_arn
                ),
                s3_encryptions=[
                    configuration.S3EncryptionProperty(s3_encryption_mode="SSE-KMS", kms_key_arn=data_key.key_arn)
                ],
            ),
        )

    def _connections(self, placement: Placement) -> list[str]:
        return [
            self._connection(f"Connection{number}", subnet, placement.security_group_id)
            for number, subnet in enumerate(placement.vpc.isolated_subnets, 1)
        ]

    def _connection(self, construct_id: str, subnet: ec2.ISubnet, security_group_id: str) -> str:
        connection = glue.CfnConnection
        made = connection(
            self,
            construct_id,
            catalog_id=Arns.of(self).account,
            connection_input=connection.ConnectionInputProperty(
                connection_type="NETWORK",
                connection_properties={},
                physical_connection_requirements=connection.PhysicalConnectionRequirementsProperty(
                    availability_zone=subnet.availability_zone,
                    subnet_id=subnet.subnet_id,
                    security_group_id_list=[security_group_id],
                ),
            ),
        )
        # Glue wants the zone beside the subnet.
        zone = "The zone of the subnet, which the environment's file names; synthesis must not ask AWS for it."
        acknowledge(made, {"CloudFormation-Validate::W3010": zone})
        made.add_metadata("cfn-lint", {"config": {"ignore_checks": ["W3010"]}})
        return made.ref
