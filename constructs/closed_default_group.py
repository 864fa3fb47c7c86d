"""Close the default security group of a VPC."""

from pathlib import Path

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from constructs import Construct

from constructs.arns import Arns
from constructs.durations import minutes
from constructs.findings import acknowledge
from constructs.statements import allow, document, service

_CODE = Path(__file__).resolve().parent.parent / "lambda" / "default_security_group"


class ClosedDefaultGroup(Construct):
    """A custom resource that takes all rules from a default security group when it is deployed.

    Args:
        security_group_id: the default group of the VPC.
        log_group: takes the function's log.
    """

    def __init__(
        self, scope: Construct, construct_id: str, *, security_group_id: str, log_group: logs.ILogGroup
    ) -> None:
        super().__init__(scope, construct_id)
        role = self._role(Arns.of(scope).arn("ec2", f"security-group/{security_group_id}"), log_group.log_group_arn)
        function = lambda_.Function(
            self,
            "Function",
            description="Takes all rules from the default security group of the VPC",
            runtime=lambda_.Runtime.PYTHON_3_14,
            handler="handler.lambda_handler",
            code=lambda_.Code.from_asset(str(_CODE), exclude=["__pycache__"]),
            role=role.without_policy_updates(),
            log_group=log_group,
            timeout=minutes(1),
        )
        cdk.CustomResource(
            self,
            "Resource",
            resource_type="Custom::ClosedDefaultSecurityGroup",
            service_token=function.function_arn,
            service_timeout=minutes(5),
            properties={"SecurityGroupId": security_group_id},
        )
        reason = "CloudFormation alone calls it, once per deployment of the network, and waits for its answer."
        acknowledge(
            function,
            {
                "NIST.800.53.R5-LambdaConcurrency": reason,
                "NIST.800.53.R5-LambdaDLQ": reason,
                "NIST.800.53.R5-LambdaInsideVPC": f"It calls EC2 only, and sees no data. {reason}",
            },
        )

    def _role(self, group: str, log_group: str) -> iam.Role:
        revoke = ["ec2:RevokeSecurityGroupIngress", "ec2:RevokeSecurityGroupEgress"]
        streams = ["logs:CreateLogStream", "logs:PutLogEvents"]
        role = iam.Role(
            self,
            "Role",
            description="Takes all rules from the default security group of the VPC",
            assumed_by=service("lambda.amazonaws.com"),
            inline_policies={
                "Rules": document(
                    [
                        allow(revoke, [group]),
                        allow(["ec2:DescribeSecurityGroups"], ["*"]),
                        allow(streams, [log_group]),
                    ]
                )
            },
        )
        acknowledge(
            role,
            {
                "AwsSolutions-IAM5[Resource::*]": "DescribeSecurityGroups knows no resources.",
                "NIST.800.53.R5-IAMNoInlinePolicy": "One function's rights, which no other role has a use for.",
            },
        )
        return role
