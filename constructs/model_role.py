"""The role under which SageMaker runs a use case's model."""

from dataclasses import dataclass

from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from constructs import Construct

from constructs.arns import Arns
from constructs.findings import acknowledge
from constructs.placement import Placement
from constructs.sagemaker_role import job_logs, join_network, sagemaker_of
from constructs.statements import (
    Statement,
    allow,
    document,
    encrypt_volume,
    encrypt_volume_in_reach,
    pull_images,
    read_write_folder,
)
from constructs.wildcard_findings import wildcards

_TRANSFORM_LOGS = "/aws/sagemaker/TransformJobs"  # SageMaker's; all transform jobs of an account share it


@dataclass(frozen=True)
class ModelFiles:
    """What a model reads and leaves: folder `prefix` in the buckets of models and of captured requests, and their keys.

    `data_key` encrypts captured requests and the volumes. Without `capture` nothing is recorded.
    """

    prefix: str
    models: s3.IBucket
    models_key: kms.IKey
    capture: s3.IBucket | None
    data_key: kms.IKey


class ModelRole(Construct):
    """Execution role of a model: reads its files, writes its captured requests and logs, joins the private network.

    What SageMaker does with the role: "SageMaker AI Roles", CreateModel and CreateEndpointConfig, in the developer
    guide. Every permission is inline, so that the model waits for all of them.

    Args:
        files: what it reads and writes.
        model_package_group: whose versions it serves.
        log_group_arn: the endpoint's log group.
        placement: where its network interfaces may be; None: it runs outside every network of ours.
        batches: bucket in whose folder `<prefix>/batch` batch transform reads records and leaves predictions, under
            `files.data_key`; None: the model is asked by its endpoint only.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        files: ModelFiles,
        model_package_group: str,
        log_group_arn: str,
        placement: Placement | None,
        batches: s3.IBucket | None = None,
    ) -> None:
        super().__init__(scope, construct_id)
        arns = Arns.of(scope)
        reads_and_leaves = _files(files, isolated=placement is not None, uses_data=bool(files.capture or batches))
        transforms = _transforms(arns, files, batches.bucket_arn) if batches else []
        packages = arns.arn("sagemaker", f"model-package/{model_package_group}/*")
        runs = [
            allow(["sagemaker:AccessModelPackage"], [packages]),
            *_logs_and_image(arns, log_group_arn),
            *(join_network(arns, placement) if placement else []),
        ]
        self.role = iam.Role(
            self,
            "Resource",
            description=f"Runs the model of {files.prefix}",
            assumed_by=sagemaker_of(arns),
            inline_policies={
                "Files": document(reads_and_leaves),
                "Run": document(runs),
                **({"Transform": document(transforms)} if transforms else {}),
            },
        )
        folder = "The use case's own folder of a bucket."
        why = (
            "Versions of its own package group, log streams of its own log group, images of AWS (a different account "
            "in each region), and network interfaces, which have no name before they exist; the describing calls and "
            "the login to ECR know no resource."
        )
        inline = "Inline, so that the model is created after every permission."
        buckets = [files.models, *([files.capture] if files.capture else [])]
        acknowledge(
            self.role,
            lambda: (
                wildcards(self.role, reads_and_leaves, folder, buckets)
                | wildcards(self.role, runs, why)
                | wildcards(self.role, transforms, folder, [batches] if batches else [])
                | {"NIST.800.53.R5-IAMNoInlinePolicy": inline}
            ),
        )


def _files(files: ModelFiles, *, isolated: bool, uses_data: bool) -> list[Statement]:
    below, data_key = f"{files.prefix}/*", files.data_key.key_arn
    recorded = files.capture.arn_for_objects(below) if files.capture else None
    return [
        allow(["s3:GetObject"], [files.models.arn_for_objects(below)]),
        allow(["s3:ListBucket"], [files.models.bucket_arn], {"StringLike": {"s3:prefix": below}}),
        allow(["kms:Decrypt"], [files.models_key.key_arn]),
        *([allow(["s3:PutObject", "s3:AbortMultipartUpload"], [recorded])] if recorded else []),
        *([allow(["kms:GenerateDataKey", "kms:Encrypt", "kms:Decrypt"], [data_key])] if uses_data else []),
        # A container that is not isolated has the role's credentials.
        (encrypt_volume if isolated else encrypt_volume_in_reach)(data_key),
    ]


def _transforms(arns: Arns, files: ModelFiles, bucket_arn: str) -> list[Statement]:
    # A transform job has no role of its own: it reads, writes and logs under its model's.
    return [
        *read_write_folder(bucket_arn, f"{files.prefix}/batch"),
        *job_logs(arns, {_TRANSFORM_LOGS: ["pipelines-*"]}),
    ]


def _logs_and_image(arns: Arns, log_group_arn: str) -> list[Statement]:
    images = f"arn:{arns.partition}:ecr:{arns.region}:*:repository/sagemaker-*"
    return [
        # The group is there already; SageMaker asks for it to be made all the same.
        allow(
            ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents", "logs:DescribeLogStreams"],
            [log_group_arn],
        ),
        allow(
            ["cloudwatch:PutMetricData"],
            ["*"],
            {"StringLike": {"cloudwatch:namespace": ["AWS/SageMaker", "/aws/sagemaker/*"]}},
        ),
        *pull_images(images),
    ]
