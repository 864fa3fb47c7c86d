"""The role that makes the jobs of a use case's pipeline, and that those jobs run with."""

from collections.abc import Mapping, Sequence
from typing import Any

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_s3_assets as assets
from constructs import Construct

from constructs.findings import acknowledge
from constructs.network_interfaces import network_interfaces
from constructs.wildcard_findings import acknowledge_wildcards

_JOBS = {"processing": "Processing", "training": "Training"}


class JobRole(Construct):
    """Makes, watches and stops jobs named `pipelines-*`, and registers models in one group.

    What SageMaker does with the role: "How to use SageMaker execution roles" (CreateProcessingJob, CreateTrainingJob)
    and "IAM access management" of pipelines, in the developer guide. Data, keys and code are granted by methods.

    Args:
        use_case: for the description.
        model_package_group: name of the group.
        image_repository: ARN of the repository of the jobs' image.
        subnets: ids of the subnets that jobs join.
        security_groups: ids of the security groups that jobs have.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        use_case: str,
        model_package_group: str,
        image_repository: str,
        subnets: Sequence[str],
        security_groups: Sequence[str],
    ) -> None:
        super().__init__(scope, construct_id)
        stack = cdk.Stack.of(self)
        self.role = iam.Role(
            self,
            "Resource",
            description=f"Runs the training pipeline of {use_case} and its jobs",
            assumed_by=iam.ServicePrincipal(
                "sagemaker.amazonaws.com",
                conditions={
                    "StringEquals": {"aws:SourceAccount": stack.account},
                    "ArnLike": {"aws:SourceArn": stack.format_arn(service="sagemaker", resource="*")},
                },
            ),
        )
        statements = [
            *_jobs(stack),
            _registration(stack, model_package_group),
            *_logs_and_metrics(stack),
            *_image(image_repository),
            *network_interfaces(stack, subnets=subnets, security_groups=security_groups),
        ]
        for statement in statements:
            self.role.add_to_policy(statement)
        self._allow(["iam:PassRole"], [self.role.role_arn], _passed_to_sagemaker())
        acknowledge_wildcards(
            self.role,
            statements,
            "Jobs and log streams are named by the pipeline, versions of the model package group by number, network "
            "interfaces by nobody before they exist; metrics, login to ECR and what EC2 describes know no resource.",
        )
        acknowledge(
            self.role,
            {"NIST.800.53.R5-IAMNoInlinePolicy": "The policy belongs to this one role and goes with it."},
        )

    def grant_read(self, bucket: s3.IBucket, prefix: str) -> None:
        """Allow reading and listing below a prefix."""
        below = {"StringLike": {"s3:prefix": [prefix, f"{prefix}/*"]}}
        self._allow(["s3:ListBucket"], [bucket.bucket_arn], below)
        self._allow_objects(["s3:GetObject"], bucket, prefix)

    def grant_read_write(self, bucket: s3.IBucket, prefix: str) -> None:
        """Allow reading, listing and writing below a prefix, but not deleting."""
        self.grant_read(bucket, prefix)
        self._allow_objects(["s3:PutObject", "s3:AbortMultipartUpload"], bucket, prefix)

    def grant_key(self, key: kms.IKey) -> None:
        """Allow reading and writing under a key, and volumes that are encrypted with it."""
        self._allow(["kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey"], [key.key_arn])
        # The volume's service uses the key after the request, so it needs a grant; people and code need none.
        self._allow(["kms:CreateGrant"], [key.key_arn], {"Bool": {"kms:GrantIsForAWSResource": "true"}})

    def grant_code(self, asset: assets.Asset) -> None:
        """Allow reading one file asset; if the bootstrap bucket has a key, that admits its whole account by itself."""
        only = {"StringEquals": {"s3:prefix": asset.s3_object_key}}
        self._allow(["s3:ListBucket"], [asset.bucket.bucket_arn], only)
        self._allow(["s3:GetObject"], [asset.bucket.arn_for_objects(asset.s3_object_key)])

    def _allow_objects(self, actions: list[str], bucket: s3.IBucket, prefix: str) -> None:
        statement = iam.PolicyStatement(actions=actions, resources=[bucket.arn_for_objects(f"{prefix}/*")])
        self.role.add_to_policy(statement)
        acknowledge_wildcards(self.role, [statement], "Objects in the use case's own folder.", [bucket])

    def _allow(self, actions: list[str], resources: list[str], conditions: Mapping[str, Any] | None = None) -> None:
        self.role.add_to_policy(iam.PolicyStatement(actions=actions, resources=resources, conditions=conditions))


def _jobs(stack: cdk.Stack) -> list[iam.PolicyStatement]:
    statements = []
    for kind, title in _JOBS.items():
        actions = [f"sagemaker:{verb}{title}Job" for verb in ("Create", "Describe", "Stop")]
        jobs = stack.format_arn(service="sagemaker", resource=f"{kind}-job", resource_name="pipelines-*")
        statements.append(
            iam.PolicyStatement(sid=f"{title}Jobs", actions=[*actions, "sagemaker:AddTags"], resources=[jobs])
        )
    return statements


def _registration(stack: cdk.Stack, group: str) -> iam.PolicyStatement:
    return iam.PolicyStatement(
        sid="Register",
        actions=["sagemaker:CreateModelPackage", "sagemaker:DescribeModelPackage", "sagemaker:AddTags"],
        resources=[
            stack.format_arn(service="sagemaker", resource="model-package-group", resource_name=group),
            stack.format_arn(service="sagemaker", resource="model-package", resource_name=f"{group}/*"),
        ],
    )


def _logs_and_metrics(stack: cdk.Stack) -> list[iam.PolicyStatement]:
    # SageMaker names these groups itself; all jobs of an account share them.
    names = [f"/aws/sagemaker/{title}Jobs" for title in _JOBS.values()]
    groups = [_log_arn(stack, name) for name in names]
    streams = [_log_arn(stack, f"{name}:log-stream:pipelines-*") for name in names]
    return [
        iam.PolicyStatement(
            sid="LogGroups", actions=["logs:CreateLogGroup", "logs:DescribeLogStreams"], resources=groups
        ),
        # Making a stream is authorised on the group, writing to it on the stream.
        iam.PolicyStatement(
            sid="Logs", actions=["logs:CreateLogStream", "logs:PutLogEvents"], resources=[*groups, *streams]
        ),
        iam.PolicyStatement(
            sid="Metrics",
            actions=["cloudwatch:PutMetricData"],
            resources=["*"],  # metrics are no resources; the namespace is the limit
            conditions={"StringEquals": {"cloudwatch:namespace": names}},
        ),
    ]


def _log_arn(stack: cdk.Stack, name: str) -> str:
    return stack.format_arn(
        service="logs", resource="log-group", resource_name=name, arn_format=cdk.ArnFormat.COLON_RESOURCE_NAME
    )


def _image(repository: str) -> list[iam.PolicyStatement]:
    pull = ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
    return [
        iam.PolicyStatement(sid="EcrLogin", actions=["ecr:GetAuthorizationToken"], resources=["*"]),
        iam.PolicyStatement(sid="Image", actions=pull, resources=[repository]),
    ]


def _passed_to_sagemaker() -> dict[str, Any]:
    return {"StringEquals": {"iam:PassedToService": "sagemaker.amazonaws.com"}}
