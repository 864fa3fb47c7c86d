"""What the retrain function may do."""

from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_kms as kms
from aws_cdk import aws_logs as logs
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from constructs.arns import Arns
from constructs.function_role import function_role
from constructs.function_statements import run_function, take_messages
from constructs.statements import Statement, allow, deny


class RetrainFunctionRole(Construct):
    """Starts training pipelines of one environment, and makes what they registered challengers.

    It deploys nothing: what it decides in the registry the release function does. It reads no data.

    Args:
        environment: whose use cases.
        turns: the table of turns; looks: the queue that it takes messages from.
        key: of the table, of the queue and of the function's settings.
        log_group: where the function logs.
        inside_network: whether it needs network interfaces.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        environment: str,
        turns: dynamodb.ITable,
        looks: sqs.IQueue,
        key: kms.IKey,
        log_group: logs.ILogGroup,
        inside_network: bool,
    ) -> None:
        super().__init__(scope, construct_id)
        train = _train(Arns.of(scope), environment)
        run = run_function(
            allow(["dynamodb:PutItem", "dynamodb:Query", "dynamodb:UpdateItem"], [turns.table_arn]),
            take_messages(looks),
            key=key,
            log_group=log_group,
            inside_network=inside_network,
        )
        self.role = function_role(
            self,
            description=f"The retrain function of {environment}",
            policies={"Train": train, "Run": run},
            why=(
                "Pipelines, endpoints, models and packages of one environment, told by their names, so that a new use "
                "case needs no change here; tracing and a function's network interfaces know no resource."
            ),
        )


def _train(arns: Arns, environment: str) -> list[Statement]:
    def sagemaker(resource: str) -> str:
        return arns.arn("sagemaker", f"{resource}/{environment}-*")

    pipelines = sagemaker("pipeline")
    # Whose runs other functions begin.
    others = [f"{pipelines}-batch", f"{pipelines}-monitoring", f"{pipelines}-outcomes"]
    return [
        allow(["sagemaker:StartPipelineExecution", "sagemaker:ListPipelineExecutions"], [pipelines]),
        deny("OtherPipelines", ["sagemaker:StartPipelineExecution"], resources=others),
        allow(
            ["sagemaker:DescribePipelineExecution", "sagemaker:ListPipelineExecutionSteps"],
            [f"{pipelines}/execution/*"],
        ),
        allow(["sagemaker:DescribeEndpoint"], [sagemaker("endpoint")]),
        allow(["sagemaker:DescribeEndpointConfig"], [sagemaker("endpoint-config")]),
        allow(["sagemaker:DescribeModel"], [sagemaker("model")]),
        allow(["sagemaker:DescribeModelPackage", "sagemaker:UpdateModelPackage"], [sagemaker("model-package")]),
    ]
