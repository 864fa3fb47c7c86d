"""What the release function may do."""

from dataclasses import dataclass

from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from constructs.arns import Arns
from constructs.function_role import function_role
from constructs.function_statements import Running, run_function
from constructs.scaling_statements import hold_scaling
from constructs.statements import Statement, allow, pass_role


@dataclass(frozen=True)
class ReleaseReach:
    """What the function works with.

    Attributes:
        records: table of releases.
        failures: queue for events that it could not handle.
        models, models_key: bucket of models and its key; of it the sample records alone, with which models are asked.
        scaling: whether any endpoint scales, whose scaling in it holds while it updates it.
    """

    records: dynamodb.ITable
    failures: sqs.IQueue
    models: s3.IBucket
    models_key: kms.IKey
    scaling: bool


class ReleaseFunctionRole(Construct):
    """Updates serving stacks of one environment, only with a release role of it, looks at what they serve, and asks it.

    `UpdateStack` can bring another template, and without a role of its own it would run under the role that the stack
    was deployed with, an administrator: hence the condition (docs/decisions/release-role.md).

    Args:
        environment: whose serving stacks.
        reach: what it works with.
        running: how the function runs.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        environment: str,
        reach: ReleaseReach,
        running: Running,
    ) -> None:
        super().__init__(scope, construct_id)
        arns = Arns.of(scope)
        release, look = _release(arns, environment), _look(arns, environment)
        if reach.scaling:
            release += hold_scaling(arns, f"{environment}-*", {"ml-loop:environment": environment})
        ask = _ask(arns, environment, reach)
        run = run_function(
            running,
            allow(["dynamodb:PutItem", "dynamodb:Query", "dynamodb:UpdateItem"], [reach.records.table_arn]),
            allow(["sqs:SendMessage"], [reach.failures.queue_arn]),
        )
        self.role = function_role(
            self,
            description=f"The release function of {environment}",
            policies={
                "Release": release,
                "Look": look,
                "Ask": ask,
                "Run": run,
            },
            why=(
                "Serving stacks, groups, models, endpoints and sample records of one environment, told by their "
                "names, so that a new use case needs no change here, and scalable targets by their tags; tracing, "
                "listing, describing scaling and a function's network interfaces know no resource."
            ),
            buckets=[reach.models],
        )


def _release(arns: Arns, environment: str) -> list[Statement]:
    # IAM has no region.
    roles = f"arn:{arns.partition}:iam::{arns.account}:role/ml-loop/{environment}/{environment}-*-release"
    return [
        allow(
            ["cloudformation:UpdateStack"],
            [_stacks(arns, environment)],
            {"ArnLike": {"cloudformation:RoleArn": roles}},
        ),
        pass_role([roles], "cloudformation.amazonaws.com"),
    ]


def _look(arns: Arns, environment: str) -> list[Statement]:
    def sagemaker(resource: str) -> str:
        return arns.arn("sagemaker", f"{resource}/{environment}-*")

    return [
        allow(["cloudformation:DescribeStacks", "cloudformation:DescribeStackEvents"], [_stacks(arns, environment)]),
        # Listing stacks knows no resource; listing packages requires none by IAM's reference, so none can be relied on.
        allow(["cloudformation:ListStacks", "sagemaker:ListModelPackages"], ["*"]),
        allow(["sagemaker:DescribeModelPackage"], [sagemaker("model-package")]),
        allow(["sagemaker:DescribeEndpoint"], [sagemaker("endpoint")]),
        allow(["sagemaker:DescribeEndpointConfig"], [sagemaker("endpoint-config")]),
        allow(["sagemaker:DescribeModel"], [sagemaker("model")]),
    ]


def _ask(arns: Arns, environment: str, reach: ReleaseReach) -> list[Statement]:
    return [
        allow(["sagemaker:InvokeEndpoint"], [arns.arn("sagemaker", f"endpoint/{environment}-*")]),
        # As the pipelines name them: pipelines_src/definition/model_package.py.
        allow(["s3:GetObject"], [f"{reach.models.bucket_arn}/*/package/sample.tar.gz"]),
        allow(
            ["kms:Decrypt"],
            [reach.models_key.key_arn],
            {"StringEquals": {"kms:ViaService": f"s3.{arns.region}.amazonaws.com"}},
        ),
    ]


def _stacks(arns: Arns, environment: str) -> str:
    return arns.arn("cloudformation", f"stack/{environment}-*-serving/*")
