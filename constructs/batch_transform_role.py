"""The role that makes the jobs of a use case's batch pipeline, and that its processing jobs run with."""

from collections.abc import Iterable
from dataclasses import dataclass

from aws_cdk import aws_s3 as s3
from constructs import Construct

from constructs.arns import Arns
from constructs.batch_function_role import INCOMING
from constructs.placement import Placement
from constructs.sagemaker_role import jobs_role, join_network, own_policy, pipeline_jobs
from constructs.statements import (
    Statement,
    allow,
    encrypt_volume,
    pull_images,
    read_folder,
    read_object,
    read_write_folder,
    use_key,
)

FOLDER = "batch"  # below the use case's own, in the bucket of processed data: a folder for each run
_KINDS = {"ProcessingJob": "processing-job", "TransformJob": "transform-job"}


@dataclass(frozen=True)
class BatchPlaces:
    """Where a batch finds and leaves things: a use case's folders in three buckets, and the ARNs of their keys.

    `files` are code and what else jobs bring along: ARN of the bucket and name.
    """

    use_case: str
    raw: s3.IBucket
    processed: s3.IBucket
    models: s3.IBucket
    data_key: str
    models_key: str
    files: tuple[tuple[str, str], ...]


class BatchTransformRole(Construct):
    """Reads files to score and model packages, and writes in the folders of runs; makes processing and transform jobs.

    Training data is not among what it reads. A transform job runs under its model's role, not under this one.

    Args:
        path: of the role.
        places: what jobs read and write.
        image_arn: ARN of the image's repository.
        placement: where jobs run.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        path: str,
        places: BatchPlaces,
        image_arn: str,
        placement: Placement,
    ) -> None:
        super().__init__(scope, construct_id)
        arns = Arns.of(scope)
        self.role = jobs_role(self, path=path, description=f"Runs the batch pipeline of {places.use_case} and its jobs")
        self.policy = own_policy(
            self,
            self.role,
            name="batch",
            statements=[
                *pipeline_jobs(arns, _KINDS),
                *join_network(arns, placement),
                *pull_images(image_arn),
                *_files(places),
            ],
            why="Jobs and log streams are named by the pipeline, network interfaces by nobody before they exist, "
            "objects lie in the use case's own folders; metrics, login to ECR and what EC2 describes know no resource.",
            buckets=[places.raw, places.processed, places.models],
        )


def _files(places: BatchPlaces) -> Iterable[Statement]:
    return [
        *(statement for bucket_arn, name in places.files for statement in read_object(bucket_arn, name)),
        *read_folder(places.raw.bucket_arn, f"{INCOMING}/{places.use_case}"),
        *read_folder(places.models.bucket_arn, places.use_case),
        *read_write_folder(places.processed.bucket_arn, f"{places.use_case}/{FOLDER}"),
        *use_key(places.data_key),
        allow(["kms:Decrypt", "kms:DescribeKey"], [places.models_key]),
        encrypt_volume(places.data_key),
    ]
