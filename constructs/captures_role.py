"""The role that makes the jobs of a pipeline which reads a use case's captures and outcomes, and that they run with."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from aws_cdk import aws_s3 as s3
from constructs import Construct

from constructs.arns import Arns
from constructs.placement import Placement
from constructs.sagemaker_role import jobs_role, join_network, own_policy, pipeline_jobs
from constructs.statements import Statement, encrypt_volume, read_folder, read_object, read_write_folder, use_key

EXPERIMENTS = "experiments"  # below the use case's own, in the bucket of processed data: a folder for each look
MONITORING = "monitoring"  # beside it: a folder for each run
SAMPLES = "samples"  # beside it: a folder for each sample that is labelled
GROUND_TRUTH = "ground-truth"  # below the use case's own, in the bucket of captures


@dataclass(frozen=True)
class CapturesPlaces:
    """What such jobs read and write.

    Attributes:
        use_case: name of its folder.
        folder: below the use case's own in the bucket of processed data, where the jobs write.
        capture: what is captured and what happened.
        processed: the bucket of processed data.
        data_key: ARN of the key of both buckets.
        files: code and what else jobs bring along: ARN of the bucket and name.
        more: what else they read.
        buckets: those that `more` names.
    """

    use_case: str
    folder: str
    capture: s3.IBucket
    processed: s3.IBucket
    data_key: str
    files: tuple[tuple[str, str], ...]
    more: tuple[Statement, ...] = ()
    buckets: tuple[s3.IBucket, ...] = field(default=())


class CapturesRole(Construct):
    """Reads captured requests and outcomes of one use case, and writes in one folder.

    Args:
        path: of the role.
        pipeline: what people call it, and the policy.
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
        pipeline: str,
        places: CapturesPlaces,
        images: Sequence[Statement],
        placement: Placement,
    ) -> None:
        super().__init__(scope, construct_id)
        arns = Arns.of(scope)
        self.role = jobs_role(
            self, path=path, description=f"Runs the {pipeline} pipeline of {places.use_case} and its jobs"
        )
        self.policy = own_policy(
            self,
            self.role,
            name=pipeline,
            statements=[
                *pipeline_jobs(arns, {"ProcessingJob": "processing-job"}),
                *join_network(arns, placement),
                *images,
                *(statement for bucket_arn, name in places.files for statement in read_object(bucket_arn, name)),
                *read_folder(places.capture.bucket_arn, places.use_case),
                *read_write_folder(places.processed.bucket_arn, f"{places.use_case}/{places.folder}"),
                *places.more,
                *use_key(places.data_key),
                encrypt_volume(places.data_key),
            ],
            why="Jobs and log streams are named by the pipeline, network interfaces by nobody before they exist, "
            "objects lie in the use case's own folders; metrics, login to ECR and what EC2 describes know no resource.",
            buckets=[places.capture, places.processed, *places.buckets],
        )
