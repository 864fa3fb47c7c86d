"""The CDK's own function that empties a bucket before it is deleted."""

import aws_cdk as cdk

from constructs.findings import acknowledge

_PROVIDER = "Custom::S3AutoDeleteObjectsCustomResourceProvider"
_BASIC = "arn:<AWS::Partition>:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
_REASON = (
    "The CDK's own function: CloudFormation alone calls it, waits for its answer and retries it, and only when a "
    "bucket of an environment that may be destroyed is deleted."
)


def acknowledge_bucket_emptier(stack: cdk.Stack) -> None:
    """Excuse what the checks find on the CDK's function, where a stack has it; its role is bound as any."""
    provider = stack.node.try_find_child(_PROVIDER)
    if provider is None:
        return
    findings = [
        f"AwsSolutions-IAM4[Policy::{_BASIC}]",
        "AwsSolutions-L1",
        "NIST.800.53.R5-LambdaConcurrency",
        "NIST.800.53.R5-LambdaDLQ",
        "NIST.800.53.R5-LambdaInsideVPC",
    ]
    acknowledge(provider, dict.fromkeys(findings, _REASON))
