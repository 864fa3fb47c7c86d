"""What the release function may do."""

import aws_cdk as cdk
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_logs as logs
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from constructs.findings import acknowledge
from constructs.wildcard_findings import acknowledge_wildcards


class ReleaseFunctionRole(Construct):
    """Updates serving stacks of one environment, only with a release role of it, and looks at what they serve.

    `UpdateStack` can bring another template, and without a role of its own it would run under the role that the stack
    was deployed with, an administrator: hence the condition (docs/decisions/release-role.md).

    Args:
        environment: whose serving stacks.
        records: table of releases.
        key: of that table, of the queue and of the function's settings.
        log_group: where the function logs.
        failures: queue for events that it could not handle.
        inside_network: whether it needs network interfaces.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        environment: str,
        records: dynamodb.ITable,
        key: kms.IKey,
        log_group: logs.ILogGroup,
        failures: sqs.IQueue,
        inside_network: bool,
    ) -> None:
        super().__init__(scope, construct_id)
        stack = cdk.Stack.of(self)
        release, look = _release(stack, environment), _look(stack, environment)
        run = [
            _allow(["dynamodb:PutItem", "dynamodb:Query", "dynamodb:UpdateItem"], [records.table_arn]),
            _allow(["kms:Decrypt", "kms:GenerateDataKey"], [key.key_arn]),
            _allow(["logs:CreateLogStream", "logs:PutLogEvents"], [log_group.log_group_arn]),
            _allow(["sqs:SendMessage"], [failures.queue_arn]),
            _allow(["xray:PutTraceSegments", "xray:PutTelemetryRecords"], ["*"]),
            *(_interfaces() if inside_network else []),
        ]
        self.role = iam.Role(
            self,
            "Resource",
            description=f"The release function of {environment}",
            assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"),
            inline_policies={
                "Release": iam.PolicyDocument(statements=release),
                "Look": iam.PolicyDocument(statements=look),
                "Run": iam.PolicyDocument(statements=run),
            },
        )
        acknowledge_wildcards(
            self.role,
            [*release, *look, *run],
            "Serving stacks, groups, models and endpoints of one environment, told by their names, so that a new use "
            "case needs no change here; tracing, listing and a function's network interfaces know no resource.",
        )
        acknowledge(self.role, {"NIST.800.53.R5-IAMNoInlinePolicy": "Policies of one role, read and reviewed with it."})


def _release(stack: cdk.Stack, environment: str) -> list[iam.PolicyStatement]:
    # IAM has no region.
    roles = f"arn:{stack.partition}:iam::{stack.account}:role/ml-loop/{environment}/{environment}-*-release"
    return [
        _allow(
            ["cloudformation:UpdateStack"],
            [_stacks(stack, environment)],
            {"ArnLike": {"cloudformation:RoleArn": roles}},
        ),
        _allow(["iam:PassRole"], [roles], {"StringEquals": {"iam:PassedToService": "cloudformation.amazonaws.com"}}),
    ]


def _look(stack: cdk.Stack, environment: str) -> list[iam.PolicyStatement]:
    def sagemaker(resource: str) -> str:
        return stack.format_arn(service="sagemaker", resource=resource, resource_name=f"{environment}-*")

    return [
        _allow(["cloudformation:DescribeStacks", "cloudformation:DescribeStackEvents"], [_stacks(stack, environment)]),
        # Listing stacks knows no resource; listing packages requires none by IAM's reference, so none can be relied on.
        _allow(["cloudformation:ListStacks", "sagemaker:ListModelPackages"], ["*"]),
        _allow(["sagemaker:DescribeModelPackage"], [sagemaker("model-package")]),
        _allow(["sagemaker:DescribeEndpoint"], [sagemaker("endpoint")]),
        _allow(["sagemaker:DescribeEndpointConfig"], [sagemaker("endpoint-config")]),
        _allow(["sagemaker:DescribeModel"], [sagemaker("model")]),
    ]


def _stacks(stack: cdk.Stack, environment: str) -> str:
    return stack.format_arn(service="cloudformation", resource="stack", resource_name=f"{environment}-*-serving/*")


def _interfaces() -> list[iam.PolicyStatement]:
    # As AWSLambdaVPCAccessExecutionRole, which cannot be narrowed: interfaces have no name before they exist.
    return [
        _allow(
            ["ec2:CreateNetworkInterface", "ec2:DeleteNetworkInterface", "ec2:DescribeNetworkInterfaces"],
            ["*"],
        ),
        _allow(["ec2:DescribeSubnets", "ec2:DescribeSecurityGroups", "ec2:DescribeVpcs"], ["*"]),
    ]


def _allow(
    actions: list[str], resources: list[str], conditions: dict[str, dict[str, str]] | None = None
) -> iam.PolicyStatement:
    return iam.PolicyStatement(actions=actions, resources=resources, conditions=conditions)
