"""The role that the jobs of an endpoint's monitors run with, and what a release may do with the monitors."""

from collections.abc import Sequence
from dataclasses import dataclass

from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from constructs import Construct

from constructs.arns import Arns
from constructs.native_monitor import NativeMonitor
from constructs.placement import Placement
from constructs.sagemaker_role import SAGEMAKER, job_logs, job_metrics, jobs_role, join_network, own_policy
from constructs.statements import (
    Statement,
    allow,
    encrypt_volume,
    pass_role,
    pull_images,
    read_folder,
    read_object,
    read_write_folder,
    use_key,
)

# SageMaker names the jobs: `model-quality-monitoring-202105062300-...`, `groundtruth-merge-202105062300-...`.
NATIVE_JOBS = ("data-quality-monitoring-*", "model-quality-monitoring-*", "model-monitoring-*", "groundtruth-merge-*")
_LOGS = "/aws/sagemaker/ProcessingJobs"
_REPOSITORIES = ("sagemaker-model-monitor-analyzer", "sagemaker-model-monitor-groundtruth-merger")


@dataclass(frozen=True)
class MonitorPlaces:
    """What monitoring jobs read and write.

    Attributes:
        use_case: name of its folders.
        capture: what is captured and what happened.
        processed: the bucket of processed data.
        baselines: folder below the use case's own there, which they read.
        results: folder beside it, which they write.
        data_key: ARN of the key of both buckets.
        scripts: ARN of the bucket, and name, of what makes records flat.
    """

    use_case: str
    capture: s3.IBucket
    processed: s3.IBucket
    baselines: str
    results: str
    data_key: str
    scripts: Sequence[tuple[str, str]]


@dataclass(frozen=True)
class NativeMonitors:
    """The monitors of an endpoint, and the role of their jobs."""

    role: iam.IRole
    each: Sequence[NativeMonitor]


class NativeMonitorRole(Construct):
    """Reads captures, outcomes and baselines of one use case, and writes what its monitors find.

    Args:
        path: of the role.
        places: what jobs read and write.
        registry: account of Model Monitor's images in the region.
        placement: where jobs run.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        path: str,
        places: MonitorPlaces,
        registry: str,
        placement: Placement,
    ) -> None:
        super().__init__(scope, construct_id)
        arns = Arns.of(scope)
        self.role = jobs_role(self, path=path, description=f"Runs the monitoring jobs of {places.use_case}")
        processed, folder = places.processed.bucket_arn, places.use_case
        images = (f"arn:{arns.partition}:ecr:{arns.region}:{registry}:repository/{name}" for name in _REPOSITORIES)
        self.policy = own_policy(
            self,
            self.role,
            name="monitors",
            statements=[
                # Whether a schedule makes its jobs under this role is documented neither way.
                allow(
                    [f"sagemaker:{verb}ProcessingJob" for verb in ("Create", "Describe", "Stop")],
                    [arns.arn("sagemaker", f"processing-job/{name}") for name in NATIVE_JOBS],
                ),
                *job_logs(arns, {_LOGS: NATIVE_JOBS}),
                job_metrics([_LOGS]),
                *pull_images(*images),
                *join_network(arns, placement),
                *(statement for bucket, name in places.scripts for statement in read_object(bucket, name)),
                *read_folder(places.capture.bucket_arn, folder),
                *read_folder(processed, f"{folder}/{places.baselines}"),
                *read_write_folder(processed, f"{folder}/{places.results}"),
                *use_key(places.data_key),
                encrypt_volume(places.data_key),
            ],
            why="Jobs and log streams are named by SageMaker, network interfaces by nobody before they exist, objects "
            "lie in the use case's own folders; metrics, login to ECR and what EC2 describes know no resource.",
            buckets=[places.capture, places.processed],
        )


def manage_monitors(arns: Arns, monitors: NativeMonitors) -> list[Statement]:
    """Allow making, changing and deleting monitors, and passing the role of their jobs.

    Actions as the permissions of the handlers in CloudFormation's schemas. A schedule that brings a job of its own
    instead of naming a definition would escape what is asked of definitions; such a request has instance types.
    """
    definitions = {
        one.type.name: arns.arn("sagemaker", f"{one.type.arn_part}/{one.definition_prefix}-*") for one in monitors.each
    }
    schedules = [arns.arn("sagemaker", f"monitoring-schedule/{one.schedule_name}") for one in monitors.each]
    change = [f"sagemaker:{verb}MonitoringSchedule" for verb in ("Create", "Update")]
    return [
        pass_role([monitors.role.role_arn], SAGEMAKER),
        *(
            allow([f"sagemaker:{verb}{name}JobDefinition" for verb in ("Create", "Describe", "Delete")], [arn])
            for name, arn in definitions.items()
        ),
        allow(change, schedules, {"Null": {"sagemaker:InstanceTypes": "true"}}),
        allow(["sagemaker:DeleteMonitoringSchedule", "sagemaker:DescribeMonitoringSchedule"], schedules),
        allow(["sagemaker:AddTags", "sagemaker:DeleteTags", "sagemaker:ListTags"], [*definitions.values(), *schedules]),
    ]
