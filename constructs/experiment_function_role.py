"""What the experiment function may do."""

from dataclasses import dataclass

from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from constructs.arns import Arns
from constructs.captures_role import EXPERIMENTS
from constructs.function_role import function_role
from constructs.function_statements import Running, run_function, take_messages
from constructs.statements import Statement, allow, read_under_key, use_key

EVALUATION = ("evaluation.json", "predictions.csv")  # of a model, in the folder of its execution


@dataclass(frozen=True)
class ExperimentReach:
    """What the function works on.

    `processed` is the bucket with the folders of looks, which `data_key` encrypts, and of evaluations, which
    `models_key` encrypts; `records` is the table of experiments, `looks` the queue that it takes messages from.
    """

    processed: s3.IBucket
    data_key: kms.IKey
    models_key: kms.IKey
    records: dynamodb.ITable
    looks: sqs.IQueue


class ExperimentFunctionRole(Construct):
    """Moves weights of endpoints of one environment, decides about their model packages, and starts outcomes pipelines.

    It deploys nothing: what it decides in the registry the release function does. Of a look it writes the request and
    reads the sums; it sees no request, answer or outcome of live traffic. To plan an experiment that begins by itself
    it reads what an evaluation leaves: figures, and a thousand forecasts of the test split at most.

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
        reach: ExperimentReach,
        running: Running,
    ) -> None:
        super().__init__(scope, construct_id)
        compare, look = _compare(Arns.of(scope), environment), _look(Arns.of(scope), environment, reach)
        run = run_function(
            running,
            allow(["dynamodb:PutItem", "dynamodb:Query"], [reach.records.table_arn]),
            take_messages(reach.looks),
        )
        self.role = function_role(
            self,
            description=f"The experiment function of {environment}",
            policies={"Compare": compare, "Look": look, "Run": run},
            why=(
                "Endpoints, models, packages, pipelines and folders of one environment, told by their names, so that "
                "a new use case needs no change here; metrics, tracing and a function's network interfaces know no "
                "resource."
            ),
            buckets=[reach.processed],
        )


def _compare(arns: Arns, environment: str) -> list[Statement]:
    def sagemaker(resource: str) -> str:
        return arns.arn("sagemaker", f"{resource}/{environment}-*")

    return [
        allow(["sagemaker:DescribeEndpoint", "sagemaker:UpdateEndpointWeightsAndCapacities"], [sagemaker("endpoint")]),
        allow(["sagemaker:DescribeEndpointConfig"], [sagemaker("endpoint-config")]),
        allow(["sagemaker:DescribeModel"], [sagemaker("model")]),
        allow(["sagemaker:DescribeModelPackage", "sagemaker:UpdateModelPackage"], [sagemaker("model-package")]),
        allow(["cloudwatch:GetMetricData"], ["*"]),
    ]


def _look(arns: Arns, environment: str, reach: ExperimentReach) -> list[Statement]:
    pipelines = arns.arn("sagemaker", f"pipeline/{environment}-*-outcomes")
    processed = reach.processed.bucket_arn
    return [
        allow(["sagemaker:StartPipelineExecution"], [pipelines]),
        allow(
            ["sagemaker:DescribePipelineExecution", "sagemaker:ListPipelineExecutionSteps"],
            [f"{pipelines}/execution/*"],
        ),
        allow(["s3:ListBucket"], [processed], {"StringLike": {"s3:prefix": [f"*/{EXPERIMENTS}/*", "*/evaluation/*"]}}),
        allow(["s3:PutObject"], [f"{processed}/*/{EXPERIMENTS}/*/request.json"]),
        allow(["s3:GetObject"], [f"{processed}/*/{EXPERIMENTS}/*/sums.json"]),
        allow(["s3:GetObject"], [f"{processed}/*/evaluation/{name}" for name in EVALUATION]),
        read_under_key(reach.models_key.key_arn, arns),
        *use_key(reach.data_key.key_arn),
    ]
