"""The role that makes the jobs of a use case's outcomes pipeline, and that they run with."""

from collections.abc import Sequence
from dataclasses import dataclass

from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from constructs import Construct

from constructs.arns import Arns
from constructs.placement import Placement
from constructs.sagemaker_role import join_network, own_policy, pipeline_jobs, sagemaker_of
from constructs.statements import Statement, encrypt_volume, read_folder, read_object, read_write_folder, use_key

FOLDER = "experiments"  # below the use case's own, in the bucket of processed data: a folder for each look
GROUND_TRUTH = "ground-truth"  # below the use case's own, in the bucket of captures


@dataclass(frozen=True)
class OutcomesPlaces:
    """What is captured and what happened, where sums go, and the ARN of the key of both buckets.

    `files` are code and what else jobs bring along: ARN of the bucket and name.
    """

    use_case: str
    capture: s3.IBucket
    processed: s3.IBucket
    data_key: str
    files: tuple[tuple[str, str], ...]


class OutcomesRole(Construct):
    """Reads captured requests and outcomes of one use case, and writes in the folders of looks at its experiments.

    Args:
        path: of the role.
        places: what jobs read and write.
        images: statements that let it pull the jobs' images.
        placement: where jobs run.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        path: str,
        places: OutcomesPlaces,
        images: Sequence[Statement],
        placement: Placement,
    ) -> None:
        super().__init__(scope, construct_id)
        arns = Arns.of(scope)
        self.role = iam.Role(
            self,
            "Resource",
            path=path,
            description=f"Runs the outcomes pipeline of {places.use_case} and its jobs",
            assumed_by=sagemaker_of(arns),
        )
        self.policy = own_policy(
            self,
            self.role,
            name="outcomes",
            statements=[
                *pipeline_jobs(arns, {"ProcessingJob": "processing-job"}),
                *join_network(arns, placement),
                *images,
                *(statement for bucket_arn, name in places.files for statement in read_object(bucket_arn, name)),
                *read_folder(places.capture.bucket_arn, places.use_case),
                *read_write_folder(places.processed.bucket_arn, f"{places.use_case}/{FOLDER}"),
                *use_key(places.data_key),
                encrypt_volume(places.data_key),
            ],
            why="Jobs and log streams are named by the pipeline, network interfaces by nobody before they exist, "
            "objects lie in the use case's own folders; metrics, login to ECR and what EC2 describes know no resource.",
            buckets=[places.capture, places.processed],
        )
