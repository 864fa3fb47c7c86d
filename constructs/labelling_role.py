"""The role that a use case's labelling jobs run with."""

from collections.abc import Sequence
from dataclasses import dataclass

from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from constructs import Construct

from constructs.arns import Arns
from constructs.findings import acknowledge
from constructs.placement import Placement
from constructs.sagemaker_role import job_logs, job_metrics, join_network, sagemaker_of
from constructs.statements import (
    Statement,
    allow,
    document,
    encrypt_volume,
    read_folder,
    read_object,
    read_write_folder,
    use_key,
)
from constructs.wildcard_findings import wildcards

TO_LABEL = "to-label"  # in the raw bucket: a folder for each use case; no use case can have this name
JOBS = "labelling"  # below the use case's own, in the bucket of labels: a folder for each run
_LOGS = "/aws/sagemaker/LabelingJobs"
_METRICS = (_LOGS, "AWS/SageMaker/Workteam")


@dataclass(frozen=True)
class LabellingPlaces:
    """What lies where: objects in `raw`, labels in `labelled`, one key; `files`: ARN of the bucket and name of each."""

    use_case: str
    raw: s3.IBucket
    labelled: s3.IBucket
    data_key: str
    files: tuple[tuple[str, str], ...]


class LabellingRole(Construct):
    """Shows objects of one use case to workers, asks the functions before and after, and writes what came of it.

    Args:
        path: of the role.
        places: what it reads and writes.
        functions: ARNs of what it may ask.
        placement: where automatic labelling learns; None: nothing learns.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        path: str,
        places: LabellingPlaces,
        functions: Sequence[str],
        placement: Placement | None,
    ) -> None:
        super().__init__(scope, construct_id)
        arns = Arns.of(scope)
        statements: list[Statement] = [
            *read_folder(places.raw.bucket_arn, f"{TO_LABEL}/{places.use_case}"),
            *read_write_folder(places.labelled.bucket_arn, f"{places.use_case}/{JOBS}"),
            *(statement for bucket_arn, name in places.files for statement in read_object(bucket_arn, name)),
            *use_key(places.data_key),
            allow(["lambda:InvokeFunction"], functions),
            *job_logs(arns, {_LOGS: ["*"]}),
            job_metrics(_METRICS),
            *([*join_network(arns, placement), encrypt_volume(places.data_key)] if placement else []),
        ]
        self.role = iam.Role(
            self,
            "Resource",
            path=path,
            description=f"Labelling jobs of {places.use_case}",
            assumed_by=sagemaker_of(arns),
            inline_policies={"Label": document(statements)},
        )
        why = (
            "Objects and jobs have names of their own in the use case's folders, and so have log streams; metrics and "
            "what EC2 describes know no resource."
        )
        inline = {"NIST.800.53.R5-IAMNoInlinePolicy": "The policy of one role, read and reviewed with it."}
        acknowledge(self.role, lambda: wildcards(self.role, statements, why, [places.raw, places.labelled]) | inline)
