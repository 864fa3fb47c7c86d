"""The two roles of a Batch job that prepares data: what its container may do, and what starts the container."""

from collections.abc import Iterable

from aws_cdk import aws_iam as iam
from constructs import Construct

from constructs.arns import Arns
from constructs.findings import acknowledge
from constructs.preparation_access import DataPlaces
from constructs.statements import allow, document, pull_images, service_of
from constructs.wildcard_findings import wildcards

_TASKS = "ecs-tasks.amazonaws.com"


class BatchRoles(Construct):
    """`job` reads raw data and writes prepared data; `execution` pulls one image and writes to one log group.

    Args:
        places: the use case's data.
        files: ARN of the bucket and name of code and libraries.
        repository_arn: the repository of the image.
        log_group_arn: where the container logs.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        places: DataPlaces,
        files: Iterable[tuple[str, str]],
        repository_arn: str,
        log_group_arn: str,
    ) -> None:
        super().__init__(scope, construct_id)
        arns = Arns.of(scope)
        data = places.access(files, deletes=False)
        start = [
            *pull_images(repository_arn),
            allow(["logs:CreateLogStream", "logs:PutLogEvents"], [log_group_arn]),
        ]
        self.job = iam.Role(
            self,
            "Job",
            description=f"Runs the container that prepares the data of {places.use_case}",
            assumed_by=service_of(_TASKS, arns, "*"),
            inline_policies={"Data": document(data)},
        )
        self.execution = iam.Role(
            self,
            "Execution",
            description=f"Starts the container that prepares the data of {places.use_case}",
            assumed_by=service_of(_TASKS, arns, "*"),
            inline_policies={"Start": document(start)},
        )
        inline = {"NIST.800.53.R5-IAMNoInlinePolicy": "Inline, so that the job is defined after every permission."}
        folders = "The use case's own folders of the buckets of raw data, labels and processed data."
        streams = "The streams of the job's own log group; the login to ECR knows no resource."
        acknowledge(self.job, lambda: wildcards(self.job, data, folders, places.buckets) | inline)
        acknowledge(self.execution, lambda: wildcards(self.execution, start, streams) | inline)
