"""What the monitor function may do."""

from dataclasses import dataclass

from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from constructs.arns import Arns
from constructs.captures_role import GROUND_TRUTH, MONITORING
from constructs.function_role import function_role
from constructs.function_statements import Running, run_function, take_messages
from constructs.native_monitor_role import NATIVE_JOBS
from constructs.statements import Statement, allow, read_under_key, use_key


@dataclass(frozen=True)
class MonitorReach:
    """What the function works on.

    `capture` is the bucket of captures and outcomes, `processed` that with the folders of runs, `data_key` encrypts
    both, `records` is the table of runs, `looks` the queue that it takes messages from. `models_key` encrypts
    evaluations, for use cases that SageMaker's own schedules watch; None: there are none.
    """

    capture: s3.IBucket
    processed: s3.IBucket
    data_key: kms.IKey
    records: dynamodb.ITable
    looks: sqs.IQueue
    models_key: kms.IKey | None = None


class MonitorFunctionRole(Construct):
    """Starts monitoring pipelines of one environment, and publishes what they found.

    It lists captures and outcomes and reads none of them; of a run it writes the request and reads the metrics. It
    decides about no model.

    Args:
        environment: whose use cases.
        reach: what it works on.
        running: how the function runs.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        environment: str,
        reach: MonitorReach,
        running: Running,
    ) -> None:
        super().__init__(scope, construct_id)
        start, look = _start(Arns.of(scope), environment), _look(environment, reach)
        schedules = _schedules(Arns.of(scope), reach, reach.models_key) if reach.models_key else []
        run = run_function(
            running,
            allow(["dynamodb:PutItem", "dynamodb:Query", "dynamodb:UpdateItem"], [reach.records.table_arn]),
            take_messages(reach.looks),
        )
        self.role = function_role(
            self,
            description=f"The monitor function of {environment}",
            policies={"Start": start, "Look": look, "Run": run, **({"Schedules": schedules} if schedules else {})},
            why=(
                "Endpoints, models, packages, pipelines and folders of one environment, told by their names, so that "
                "a new use case needs no change here; metrics, tracing and a function's network interfaces know no "
                "resource."
            ),
            buckets=[reach.capture, reach.processed],
        )


def _start(arns: Arns, environment: str) -> list[Statement]:
    def sagemaker(resource: str) -> str:
        return arns.arn("sagemaker", f"{resource}/{environment}-*")

    pipelines = f"{sagemaker('pipeline')}-monitoring"
    return [
        allow(["sagemaker:StartPipelineExecution"], [pipelines]),
        allow(
            ["sagemaker:DescribePipelineExecution", "sagemaker:ListPipelineExecutionSteps"],
            [f"{pipelines}/execution/*"],
        ),
        allow(["sagemaker:DescribeEndpoint"], [sagemaker("endpoint")]),
        allow(["sagemaker:DescribeEndpointConfig"], [sagemaker("endpoint-config")]),
        allow(["sagemaker:DescribeModel"], [sagemaker("model")]),
        allow(["sagemaker:DescribeModelPackage"], [sagemaker("model-package")]),
    ]


def _look(environment: str, reach: MonitorReach) -> list[Statement]:
    capture, processed = reach.capture.bucket_arn, reach.processed.bucket_arn
    seen = [f"*/{environment}-*/*", f"*/{GROUND_TRUTH}/*"]
    return [
        allow(["s3:ListBucket"], [capture], {"StringLike": {"s3:prefix": seen}}),
        allow(["s3:ListBucket"], [processed], {"StringLike": {"s3:prefix": f"*/{MONITORING}/*"}}),
        allow(["s3:PutObject"], [f"{processed}/*/{MONITORING}/*/request/*"]),
        allow(["s3:GetObject"], [f"{processed}/*/{MONITORING}/*/metrics.json"]),
        *use_key(reach.data_key.key_arn),
        # The namespace is the limit: metrics are no resources.
        allow(["cloudwatch:PutMetricData"], ["*"], {"StringEquals": {"cloudwatch:namespace": "MlLoop"}}),
    ]


def _schedules(arns: Arns, reach: MonitorReach, models_key: kms.IKey) -> list[Statement]:
    """Allow reading what SageMaker's own schedules found, and laying baselines for them."""
    processed = reach.processed.bucket_arn
    registered = ("baseline/statistics.json", "baseline/constraints.json", "evaluation/model_quality.json")
    return [
        # Neither knows a resource, or requires one.
        allow(["sagemaker:ListModelPackages", "sagemaker:ListMonitoringExecutions"], ["*"]),
        allow(
            ["sagemaker:DescribeProcessingJob"],
            [arns.arn("sagemaker", f"processing-job/{name}") for name in NATIVE_JOBS],
        ),
        allow(["s3:GetObject"], [f"{processed}/*/{name}" for name in (*registered, f"{MONITORING}/native/*.json")]),
        allow(["s3:PutObject"], [f"{processed}/*/{MONITORING}/baselines/*"]),
        # Evaluations are written under the key of models.
        read_under_key(models_key.key_arn, arns),
    ]
