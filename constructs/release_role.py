"""The role that CloudFormation assumes for a release."""

from collections.abc import Sequence

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from constructs import Construct

from constructs.arns import Arns
from constructs.findings import acknowledge
from constructs.model_endpoint import ModelEndpoint
from constructs.sagemaker_guardrails import MAKES_OPEN_MODELS
from constructs.sagemaker_role import SAGEMAKER
from constructs.statements import Statement, allow, document, pass_role, service
from constructs.wildcard_findings import wildcards


class ReleaseRole(Construct):
    """Lets CloudFormation change one use case's model, endpoint configuration, endpoint, alarms, no more.

    Whoever may call `UpdateStack` could send another template, so what the template can do ends here
    (docs/decisions/release-role.md). Actions as the permissions of the handlers in CloudFormation's resource schemas
    of AWS::SageMaker::Endpoint and AWS::CloudWatch::Alarm, and the same calls for Model and EndpointConfig, whose
    schemas list none.

    Args:
        environment: path of the role, so that a policy can name the release roles of one environment.
        endpoint: what it may change; the role is named `<endpoint>-release`, the model package group as the endpoint.
        model_role: the one role it may pass, and to SageMaker only.
        volume_key: key of the endpoint's volumes.
        alarm_names: of the alarms it may change.
        also: what else there is that follows the endpoint: scalable targets, monitors.
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
        also: Sequence[Statement],
    ) -> None:
        super().__init__(scope, construct_id)
        arns = Arns.of(scope)
        name = endpoint.endpoint_name
        model = arns.arn("sagemaker", f"model/{endpoint.model_prefix}-*")
        config = arns.arn("sagemaker", f"endpoint-config/{endpoint.config_prefix}-*")
        live = arns.arn("sagemaker", f"endpoint/{name}")
        package = arns.arn("sagemaker", f"model-package/{name}/*")
        alarms = [arns.arn("cloudwatch", f"alarm:{alarm}") for alarm in alarm_names]
        statements = [
            *_sagemaker(model, config, live, package),
            *_alarms(alarms),
            pass_role([model_role.role_arn], SAGEMAKER),
            allow(
                ["kms:CreateGrant", "kms:DescribeKey"],
                [volume_key.key_arn],
                {"StringEquals": {"kms:ViaService": f"sagemaker.{arns.region}.amazonaws.com"}},
            ),
            # Either mark of a grant made by a service will do: AWS does not say which one endpoints' volumes have.
            allow(["kms:CreateGrant"], [volume_key.key_arn], {"Bool": {"kms:GrantIsForAWSResource": "true"}}),
            *also,
        ]
        self.role = iam.Role(
            self,
            "Resource",
            path=f"/ml-loop/{environment}/",
            role_name=f"{name}-release",
            description=f"Lets CloudFormation release a model to {name}",
            # No condition: CloudFormation documents none for the role of a stack, and only this account can pass it.
            assumed_by=service("cloudformation.amazonaws.com"),
            inline_policies={"Release": document(statements)},
        )
        if endpoint.open_models:  # the boundary lets no other role make such
            for tag, value in MAKES_OPEN_MODELS.items():
                cdk.Tags.of(self.role).add(tag, value)
        why = (
            "Only versions of one use case's model, configuration and packages, and scalable targets by their tags; "
            "describing alarms and scaling is allowed on all or none."
        )
        inline = {"NIST.800.53.R5-IAMNoInlinePolicy": "One policy of one role, read and reviewed with it."}
        acknowledge(self.role, lambda: wildcards(self.role, statements, why) | inline)


def _sagemaker(model: str, config: str, endpoint: str, package: str) -> list[Statement]:
    return [
        # CreateModel is authorised for the package as well as for the model that is made of it.
        allow(["sagemaker:AccessModelPackage", "sagemaker:CreateModel", "sagemaker:DescribeModelPackage"], [package]),
        allow(["sagemaker:CreateModel", "sagemaker:DescribeModel", "sagemaker:DeleteModel"], [model]),
        allow(
            [
                "sagemaker:CreateEndpointConfig",
                "sagemaker:DescribeEndpointConfig",
                "sagemaker:DeleteEndpointConfig",
            ],
            [config],
        ),
        # CreateEndpoint and UpdateEndpoint are authorised for the endpoint and for its configuration.
        allow(["sagemaker:CreateEndpoint", "sagemaker:UpdateEndpoint"], [endpoint, config]),
        allow(["sagemaker:DescribeEndpoint", "sagemaker:DeleteEndpoint"], [endpoint]),
        allow(
            ["sagemaker:AddTags", "sagemaker:DeleteTags", "sagemaker:ListTags"],
            [model, config, endpoint],
        ),
    ]


def _alarms(alarms: list[str]) -> list[Statement]:
    return [
        allow(
            [
                "cloudwatch:PutMetricAlarm",
                "cloudwatch:DeleteAlarms",
                "cloudwatch:TagResource",
                "cloudwatch:UntagResource",
                "cloudwatch:ListTagsForResource",
            ],
            alarms,
        ),
        allow(["cloudwatch:DescribeAlarms"], ["*"]),
    ]
