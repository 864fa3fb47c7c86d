"""The role that CloudFormation assumes for a release."""

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from constructs import Construct

from constructs.findings import acknowledge
from constructs.model_endpoint import ModelEndpoint
from constructs.wildcard_findings import acknowledge_wildcards


class ReleaseRole(Construct):
    """Lets CloudFormation change one use case's model, endpoint configuration, endpoint and their alarms, no more.

    Whoever may call `UpdateStack` could send another template, so what the template can do ends here
    (docs/decisions/release-role.md). Actions as the permissions of the handlers in CloudFormation's resource schemas
    of AWS::SageMaker::Endpoint and AWS::CloudWatch::Alarm, and the same calls for Model and EndpointConfig, whose
    schemas list none.

    Args:
        environment: path of the role, so that a policy can name the release roles of one environment.
        endpoint: what it may change; the role is named `<endpoint>-release`, the model package group as the endpoint.
        model_role: the one role it may pass, and to SageMaker only.
        volume_key: key of the endpoint's volumes.
        alarm_names: beginnings of the names of the alarms it may change.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        environment: str,
        endpoint: ModelEndpoint,
        model_role: iam.IRole,
        volume_key: kms.IKey,
        alarm_names: list[str],
    ) -> None:
        super().__init__(scope, construct_id)
        stack = cdk.Stack.of(self)
        name = endpoint.endpoint_name
        model = _arn(stack, "model", f"{endpoint.model_prefix}-*")
        config = _arn(stack, "endpoint-config", f"{endpoint.config_prefix}-*")
        live = _arn(stack, "endpoint", name)
        package = _arn(stack, "model-package", f"{name}/*")
        alarms = [
            stack.format_arn(
                service="cloudwatch",
                resource="alarm",
                resource_name=f"{alarm}-*",
                arn_format=cdk.ArnFormat.COLON_RESOURCE_NAME,
            )
            for alarm in alarm_names
        ]
        statements = [
            *_sagemaker(model, config, live, package),
            *_alarms(alarms),
            iam.PolicyStatement(
                actions=["iam:PassRole"],
                resources=[model_role.role_arn],
                conditions={"StringEquals": {"iam:PassedToService": "sagemaker.amazonaws.com"}},
            ),
            iam.PolicyStatement(
                actions=["kms:CreateGrant", "kms:DescribeKey"],
                resources=[volume_key.key_arn],
                conditions={"StringEquals": {"kms:ViaService": f"sagemaker.{stack.region}.amazonaws.com"}},
            ),
        ]
        self.role = iam.Role(
            self,
            "Resource",
            path=f"/ml-loop/{environment}/",
            role_name=f"{name}-release",
            description=f"Lets CloudFormation release a model to {name}",
            # No condition: CloudFormation documents none for the role of a stack, and only this account can pass it.
            assumed_by=iam.ServicePrincipal("cloudformation.amazonaws.com"),
            inline_policies={"Release": iam.PolicyDocument(statements=statements)},
        )
        acknowledge_wildcards(
            self.role,
            statements,
            "Only versions of one use case's model, configuration and packages, and the endings that CloudFormation "
            "gives alarms; describing alarms is allowed on all or none.",
        )
        acknowledge(
            self.role, {"NIST.800.53.R5-IAMNoInlinePolicy": "One policy of one role, read and reviewed with it."}
        )


def _arn(stack: cdk.Stack, resource: str, name: str) -> str:
    return stack.format_arn(service="sagemaker", resource=resource, resource_name=name)


def _sagemaker(model: str, config: str, endpoint: str, package: str) -> list[iam.PolicyStatement]:
    return [
        # CreateModel is authorised for the package as well as for the model that is made of it.
        iam.PolicyStatement(actions=["sagemaker:CreateModel", "sagemaker:DescribeModelPackage"], resources=[package]),
        iam.PolicyStatement(
            actions=["sagemaker:CreateModel", "sagemaker:DescribeModel", "sagemaker:DeleteModel"], resources=[model]
        ),
        iam.PolicyStatement(
            actions=[
                "sagemaker:CreateEndpointConfig",
                "sagemaker:DescribeEndpointConfig",
                "sagemaker:DeleteEndpointConfig",
            ],
            resources=[config],
        ),
        # CreateEndpoint and UpdateEndpoint are authorised for the endpoint and for its configuration.
        iam.PolicyStatement(
            actions=["sagemaker:CreateEndpoint", "sagemaker:UpdateEndpoint"], resources=[endpoint, config]
        ),
        iam.PolicyStatement(actions=["sagemaker:DescribeEndpoint", "sagemaker:DeleteEndpoint"], resources=[endpoint]),
        iam.PolicyStatement(
            actions=["sagemaker:AddTags", "sagemaker:DeleteTags", "sagemaker:ListTags"],
            resources=[model, config, endpoint],
        ),
    ]


def _alarms(alarms: list[str]) -> list[iam.PolicyStatement]:
    return [
        iam.PolicyStatement(
            actions=[
                "cloudwatch:PutMetricAlarm",
                "cloudwatch:DeleteAlarms",
                "cloudwatch:TagResource",
                "cloudwatch:UntagResource",
                "cloudwatch:ListTagsForResource",
            ],
            resources=alarms,
        ),
        iam.PolicyStatement(actions=["cloudwatch:DescribeAlarms"], resources=["*"]),
    ]
