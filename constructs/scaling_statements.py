"""What it takes to change the scaling of variants.

Application Auto Scaling asks CloudWatch and SageMaker whether its caller might do what it does itself later under its
own role, and refuses the request otherwise (user guide, "Permissions validation for Application Auto Scaling API calls
on target resources"). A scalable target's ARN has an id made up by AWS, so that tags tell whose it is.

Source: CloudFormation's schemas of AWS::ApplicationAutoScaling::ScalableTarget and ::ScalingPolicy, permissions of the
handlers; Service Authorization Reference, "AWS Application Auto Scaling".
"""

from collections.abc import Mapping

from constructs.arns import Arns
from constructs.statements import Statement, allow
from constructs.variant_scaling import DIMENSION, NAMESPACE

_SERVICE = "sagemaker.application-autoscaling.amazonaws.com"
_VARIANTS = {
    "application-autoscaling:service-namespace": NAMESPACE,
    "application-autoscaling:scalable-dimension": DIMENSION,
}


def manage_scaling(arns: Arns, endpoint_name: str, tags: Mapping[str, str]) -> list[Statement]:
    """Allow CloudFormation to make, change and delete targets, schedules and policies of one endpoint.

    Args:
        arns: of the stack.
        endpoint_name: whose variants.
        tags: of the targets. One that is not there yet has none, so registering and tagging go without as well.
    """
    targets = [arns.arn("application-autoscaling", "scalable-target/*")]
    own = {f"aws:ResourceTag/{key}": value for key, value in tags.items()}
    return [
        allow(_calls("RegisterScalableTarget"), targets, {"StringEquals": _VARIANTS, "StringEqualsIfExists": own}),
        allow(_calls("ListTagsForResource", "TagResource", "UntagResource"), targets, {"StringEqualsIfExists": own}),
        allow(
            _calls(
                "DeregisterScalableTarget",
                "PutScheduledAction",
                "DeleteScheduledAction",
                "PutScalingPolicy",
                "DeleteScalingPolicy",
            ),
            targets,
            {"StringEquals": _VARIANTS | own},
        ),
        # Describing knows no resource, nor does reading metrics.
        allow(
            [
                *_calls("DescribeScalableTargets", "DescribeScheduledActions", "DescribeScalingPolicies"),
                "cloudwatch:GetMetricData",
            ],
            ["*"],
        ),
        allow(
            ["iam:CreateServiceLinkedRole"],
            [
                f"arn:{arns.partition}:iam::{arns.account}:role/aws-service-role/{_SERVICE}/"
                "AWSServiceRoleForApplicationAutoScaling_SageMakerEndpoint"
            ],
            {"StringEquals": {"iam:AWSServiceName": _SERVICE}},
        ),
        *_asked_for(arns, endpoint_name),
    ]


def hold_scaling(arns: Arns, endpoint_names: str, tags: Mapping[str, str]) -> list[Statement]:
    """Allow suspending the scaling of registered variants, and deregistering them, but no new target.

    Args:
        arns: of the stack.
        endpoint_names: whose variants, a pattern.
        tags: of the targets.
    """
    own = {f"aws:ResourceTag/{key}": value for key, value in tags.items()}
    return [
        allow(_calls("DescribeScalableTargets"), ["*"]),
        allow(
            _calls("RegisterScalableTarget", "DeregisterScalableTarget"),
            [arns.arn("application-autoscaling", "scalable-target/*")],
            {"StringEquals": _VARIANTS | own},
        ),
        allow(["cloudwatch:DescribeAlarms"], ["*"]),
        *_asked_for(arns, endpoint_names),
    ]


def _asked_for(arns: Arns, endpoint_names: str) -> list[Statement]:
    """Allow what Application Auto Scaling asks for, besides describing."""
    return [
        allow(["sagemaker:UpdateEndpointWeightsAndCapacities"], [arns.arn("sagemaker", f"endpoint/{endpoint_names}")]),
        allow(
            ["cloudwatch:PutMetricAlarm", "cloudwatch:DeleteAlarms"],
            [
                arns.arn("cloudwatch", f"alarm:TargetTracking-endpoint/{endpoint_names}/variant/*"),
                # It asks with requests that name no alarm.
                arns.arn("cloudwatch", "alarm:"),
            ],
        ),
    ]


def _calls(*operations: str) -> list[str]:
    return [f"application-autoscaling:{operation}" for operation in operations]
