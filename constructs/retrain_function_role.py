"""What the retrain function may do."""

from dataclasses import dataclass

from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from constructs.arns import Arns
from constructs.captures_role import SAMPLES
from constructs.function_role import function_role
from constructs.function_statements import Running, run_function, take_messages
from constructs.label_function_role import CHOSEN
from constructs.statements import Statement, allow, deny, use_key


@dataclass(frozen=True)
class SampleReach:
    """What turns that label work on: the buckets of captures, of processed data and of labels, and the key of all."""

    capture: s3.IBucket
    processed: s3.IBucket
    labelled: s3.IBucket
    data_key: kms.IKey


@dataclass(frozen=True)
class RetrainReach:
    """What the function works on.

    Attributes:
        turns: the table of turns.
        looks: the queue that it takes messages from.
        experiments: the table of experiments, which say what became of models; None: there are none.
        samples: None: no turn labels.
    """

    turns: dynamodb.ITable
    looks: sqs.IQueue
    experiments: dynamodb.ITable | None
    samples: SampleReach | None


class RetrainFunctionRole(Construct):
    """Starts training pipelines of one environment, and makes what they registered challengers.

    It deploys nothing: what it decides in the registry the release function does. It reads no data: of captures it
    lists the files, of labels it reads how a request for them ended. Where Glue or Batch prepares, it starts the state
    machine that does.

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
        reach: RetrainReach,
        running: Running,
    ) -> None:
        super().__init__(scope, construct_id)
        train, samples = _train(Arns.of(scope), environment), reach.samples
        label = {"Label": _label(environment, samples)} if samples else {}
        run = run_function(
            running,
            allow(["dynamodb:PutItem", "dynamodb:Query", "dynamodb:UpdateItem"], [reach.turns.table_arn]),
            *([allow(["dynamodb:Query"], [reach.experiments.table_arn])] if reach.experiments else []),
            take_messages(reach.looks),
        )
        self.role = function_role(
            self,
            description=f"The retrain function of {environment}",
            policies={"Train": train, "Run": run, **label},
            why=(
                "Pipelines, state machines, endpoints, models, packages and folders of one environment, told "
                "by their names, so that a new use case needs no change here; the state of alarms, tracing and a "
                "function's network interfaces know no resource."
            ),
            buckets=[samples.capture, samples.processed, samples.labelled] if samples else [],
        )


def _train(arns: Arns, environment: str) -> list[Statement]:
    def sagemaker(resource: str) -> str:
        return arns.arn("sagemaker", f"{resource}/{environment}-*")

    pipelines = sagemaker("pipeline")
    machines = f"{environment}-*-preparation"
    # Whose runs other functions begin.
    others = [f"{pipelines}-batch", f"{pipelines}-monitoring", f"{pipelines}-outcomes"]
    return [
        allow(["sagemaker:StartPipelineExecution", "sagemaker:ListPipelineExecutions"], [pipelines]),
        deny("OtherPipelines", ["sagemaker:StartPipelineExecution"], resources=others),
        allow(
            ["sagemaker:DescribePipelineExecution", "sagemaker:ListPipelineExecutionSteps"],
            [f"{pipelines}/execution/*"],
        ),
        allow(["states:StartExecution", "states:ListExecutions"], [arns.arn("states", f"stateMachine:{machines}")]),
        allow(["states:DescribeExecution"], [arns.arn("states", f"execution:{machines}:*")]),
        # CloudWatch asks for all alarms, whichever a request names.
        allow(["cloudwatch:DescribeAlarms"], ["*"]),
        allow(["sagemaker:DescribeEndpoint"], [sagemaker("endpoint")]),
        allow(["sagemaker:DescribeEndpointConfig"], [sagemaker("endpoint-config")]),
        allow(["sagemaker:DescribeModel"], [sagemaker("model")]),
        allow(["sagemaker:DescribeModelPackage", "sagemaker:UpdateModelPackage"], [sagemaker("model-package")]),
    ]


def _label(environment: str, samples: SampleReach) -> list[Statement]:
    capture, processed, labelled = (one.bucket_arn for one in (samples.capture, samples.processed, samples.labelled))
    return [
        allow(["s3:ListBucket"], [capture], {"StringLike": {"s3:prefix": f"*/{environment}-*/*"}}),
        allow(["s3:PutObject"], [f"{processed}/*/{SAMPLES}/*"]),
        allow(["s3:ListBucket"], [labelled], {"StringLike": {"s3:prefix": f"*/{CHOSEN}/*"}}),
        allow(["s3:GetObject"], [f"{labelled}/*/{CHOSEN}/*.json"]),
        *use_key(samples.data_key.key_arn),
    ]
