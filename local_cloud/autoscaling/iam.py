"""IAM for Application Auto Scaling: which action a request is, on which target, with which condition keys.

Sources: Service Authorization Reference, "AWS Application Auto Scaling"; user guide, "Permissions validation for
Application Auto Scaling API calls on target resources".
"""

from typing import Any

from local_cloud.autoscaling import registered
from local_cloud.autoscaling.api import TARGET, Call, variant_of
from local_cloud.iam import Check

_SERVICE = "application-autoscaling"
_VALIDATED = {"RegisterScalableTarget", "PutScalingPolicy", "PutScheduledAction"}


def checks(operation: str, request: dict[str, Any], call: Call) -> list[Check]:
    """Return everything that IAM must allow for one request."""
    if operation.startswith("Describe"):
        return [Check(f"{_SERVICE}:{operation}", "*")]
    found = _target(request, call)
    anywhere = f"arn:aws:{_SERVICE}:{call.store.region}:{call.store.account}:scalable-target/*"
    resource = found["ScalableTargetARN"] if found else request.get("ResourceARN", anywhere)
    tags = registered.keys_of(found) if found else {}
    own = {key: value for key, value in tags.items() if key.startswith("aws:")}
    named = {
        f"{_SERVICE}:{key}": request[member]
        for key, member in (("service-namespace", "ServiceNamespace"), ("scalable-dimension", "ScalableDimension"))
        if member in request
    }
    asked = {f"aws:RequestTag/{key}": value for key, value in (request.get("Tags") or {}).items()}
    keys = [*(request.get("Tags") or {}), *request.get("TagKeys", [])]
    context = {**own, **asked, **({"aws:TagKeys": keys} if keys else {})}
    result = [Check(f"{_SERVICE}:{operation}", resource, {**context, **named})]
    if operation == "RegisterScalableTarget" and request.get("Tags"):
        result.append(Check(f"{_SERVICE}:TagResource", resource, context))
    if operation == "RegisterScalableTarget" and not call.store.list(TARGET):
        # The service-linked role comes into being with the first target.
        service = {"iam:AWSServiceName": registered.LINKED_SERVICE}
        result.append(Check("iam:CreateServiceLinkedRole", registered.linked_role(call), service))
    return result


def asked_for(operation: str, request: dict[str, Any], call: Call) -> list[Check]:
    """Return what the service asks SageMaker and CloudWatch for in its caller's name before it goes on."""
    if operation not in _VALIDATED or "ResourceId" not in request:
        return []
    endpoint = call.arn(f"endpoint/{variant_of(str(request['ResourceId']))[0]}")
    alarm = f"arn:aws:cloudwatch:{call.store.region}:{call.store.account}:alarm:"
    return [
        Check("sagemaker:DescribeEndpoint", endpoint),
        Check("sagemaker:UpdateEndpointWeightsAndCapacities", endpoint),
        Check("cloudwatch:DescribeAlarms", f"{alarm}*"),
        # Asked with requests that name no alarm.
        Check("cloudwatch:PutMetricAlarm", alarm),
        Check("cloudwatch:DeleteAlarms", alarm),
    ]


def _target(request: dict[str, Any], call: Call) -> dict[str, Any] | None:
    if arn := request.get("ResourceARN"):
        return registered.by_arn(arn, call)
    return call.store.get(TARGET, str(request.get("ResourceId")))
