"""Where endpoints scale, what the release function and the release role may do with that, and what they may not."""

import pytest

from tests.security.simulate import ACCOUNT, REGION, Cloud, Request, verdicts

SCALING = "application-autoscaling"
TARGET = f"arn:aws:{SCALING}:{REGION}:{ACCOUNT}:scalable-target/0abc1234"
ENDPOINT = f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:endpoint"
ALARM = f"arn:aws:cloudwatch:{REGION}:{ACCOUNT}:alarm:"
SERVICE = "sagemaker.application-autoscaling.amazonaws.com"
LINKED = f"arn:aws:iam::{ACCOUNT}:role/aws-service-role"
LINKED_ROLE = f"{LINKED}/{SERVICE}/AWSServiceRoleForApplicationAutoScaling_SageMakerEndpoint"
VARIANT = {
    f"{SCALING}:service-namespace": "sagemaker",
    f"{SCALING}:scalable-dimension": "sagemaker:variant:DesiredInstanceCount",
}
TABLE = {
    f"{SCALING}:service-namespace": "dynamodb",
    f"{SCALING}:scalable-dimension": "dynamodb:table:ReadCapacityUnits",
}


def of(environment: str, use_case: str = "flight-delays") -> dict[str, str]:
    """Return the condition keys of the target's own tags."""
    return {"aws:ResourceTag/ml-loop:environment": environment, "aws:ResourceTag/ml-loop:use-case": use_case}


def call(operation: str, *keys: dict[str, str]) -> Request:
    return Request(f"{SCALING}:{operation}", TARGET, {key: value for one in keys for key, value in one.items()})


OWN = of("prod")
CHANGES = (
    "DeregisterScalableTarget",
    "PutScheduledAction",
    "DeleteScheduledAction",
    "PutScalingPolicy",
    "DeleteScalingPolicy",
)
# Application Auto Scaling asks for these in its caller's name.
ASKED = [
    Request("sagemaker:DescribeEndpoint", f"{ENDPOINT}/prod-flight-delays"),
    Request("sagemaker:UpdateEndpointWeightsAndCapacities", f"{ENDPOINT}/prod-flight-delays"),
    Request("cloudwatch:DescribeAlarms", f"{ALARM}*"),
    *(
        Request(
            f"cloudwatch:{action}", f"{ALARM}TargetTracking-endpoint/prod-flight-delays/variant/champion-AlarmHigh-0a1b"
        )
        for action in ("PutMetricAlarm", "DeleteAlarms")
    ),
]
CLOUDFORMATION_MAY = [
    *(call("RegisterScalableTarget", VARIANT, tags) for tags in ({}, OWN)),
    *(call(operation, VARIANT, OWN) for operation in CHANGES),
    *(
        call(operation, tags)
        for operation in ("TagResource", "UntagResource", "ListTagsForResource")
        for tags in ({}, OWN)
    ),
    *(Request(f"{SCALING}:Describe{what}", "*") for what in ("ScalableTargets", "ScheduledActions", "ScalingPolicies")),
    Request("cloudwatch:GetMetricData", "*"),
    Request("iam:CreateServiceLinkedRole", LINKED_ROLE, {"iam:AWSServiceName": SERVICE}),
    *ASKED,
]
FOREIGN = (of("staging"), of("prod", "another"))
CLOUDFORMATION_MAY_NOT = [
    *(call(operation, VARIANT, tags) for operation in ("RegisterScalableTarget", *CHANGES) for tags in FOREIGN),
    # What has no tags is nobody's of ours.
    *(call(operation, VARIANT) for operation in CHANGES),
    *(call(operation, TABLE, OWN) for operation in ("RegisterScalableTarget", *CHANGES)),
    *(call("TagResource", tags) for tags in FOREIGN),
    Request(
        "iam:CreateServiceLinkedRole", f"{LINKED}/ecs.amazonaws.com/x", {"iam:AWSServiceName": "ecs.amazonaws.com"}
    ),
    Request("iam:CreateServiceLinkedRole", LINKED_ROLE, {"iam:AWSServiceName": "ecs.amazonaws.com"}),
    Request("sagemaker:UpdateEndpointWeightsAndCapacities", f"{ENDPOINT}/prod-another"),
    Request("cloudwatch:DeleteAlarms", f"{ALARM}TargetTracking-endpoint/prod-another/variant/champion-AlarmHigh-0a1b"),
    Request("cloudwatch:DeleteAlarms", f"{ALARM}prod-control-Errors"),
]
FUNCTION_MAY = [
    Request(f"{SCALING}:DescribeScalableTargets", "*"),
    *(call(operation, VARIANT, OWN) for operation in ("RegisterScalableTarget", "DeregisterScalableTarget")),
    *ASKED,
]
FUNCTION_MAY_NOT = [
    # A target that is not there yet, another environment's, another service's
    *(
        call(operation, *keys)
        for operation in ("RegisterScalableTarget", "DeregisterScalableTarget")
        for keys in ((VARIANT,), (VARIANT, of("staging")), (TABLE, OWN))
    ),
    *(call(operation, VARIANT, OWN) for operation in CHANGES[1:]),
    call("TagResource", OWN),
    Request("iam:CreateServiceLinkedRole", LINKED_ROLE, {"iam:AWSServiceName": SERVICE}),
    Request("sagemaker:UpdateEndpointWeightsAndCapacities", f"{ENDPOINT}/staging-flight-delays"),
    Request("cloudwatch:DeleteAlarms", f"{ALARM}TargetTracking-endpoint/staging-flight-delays/variant/x"),
    Request("cloudwatch:PutMetricAlarm", f"{ALARM}prod-control-Errors"),
]


@pytest.fixture(scope="module")
def cloud(templates):
    return Cloud(templates)


def judged(cloud: Cloud, stack: str, environment: str, requests: list[Request]) -> dict[str, str]:
    return verdicts(
        requests,
        principal=cloud.role(stack, "ReleaseRole"),
        identity=cloud.identity_policies(stack, "ReleaseRole"),
        boundary=cloud.boundary(environment),
    )


@pytest.mark.parametrize(
    ("stack", "may", "may_not"),
    [
        ("prod-flight-delays-serving", CLOUDFORMATION_MAY, CLOUDFORMATION_MAY_NOT),
        ("prod-control", FUNCTION_MAY, FUNCTION_MAY_NOT),
    ],
)
def test_only_the_own_variants_can_be_scaled(cloud, stack, may, may_not):
    found = judged(cloud, stack, "prod", may + may_not)
    assert [text for text in map(str, may) if found[text] != "Allowed"] == []
    assert [text for text in map(str, may_not) if found[text] == "Allowed"] == []


@pytest.mark.parametrize("stack", ["dev-flight-delays-serving", "dev-control"])
def test_where_nothing_scales_nothing_may(cloud, stack):
    requests = [call(name, VARIANT, of("dev")) for name in ("RegisterScalableTarget", *CHANGES)]
    requests.append(Request(f"{SCALING}:DescribeScalableTargets", "*"))
    assert "Allowed" not in judged(cloud, stack, "dev", requests).values()
