"""Scaling policies: target tracking of a variant's invocations per instance."""

import uuid
from typing import Any

from local_cloud.autoscaling import registered
from local_cloud.autoscaling.api import (
    API,
    POLICY,
    Call,
    Request,
    Response,
    described,
    key,
    missing,
    of_target,
    target,
    variant_of,
)
from local_cloud.sagemaker import aws_clients, listing
from local_cloud.sagemaker.api import now
from local_cloud.sagemaker.requests import refuse
from local_cloud.sagemaker.store import Document
from local_cloud.service_errors import not_implemented, validation_error

METRIC = "SageMakerVariantInvocationsPerInstance"
_TRACKING = "TargetTrackingScalingPolicyConfiguration"
_PERIOD_SECONDS = 60
# As Application Auto Scaling makes them: out after three minutes above, in after fifteen a tenth below.
_HIGH_PERIODS, _LOW_PERIODS, _LOW_SHARE = 3, 15, 0.9


@API.operation("PutScalingPolicy")
def put(request: Request, call: Call) -> Response:
    """Make a policy or change it."""
    resource = target(request, call)["ResourceId"]
    _check(request)
    name = key(resource, request["PolicyName"])
    old = call.store.get(POLICY, name)
    if any(one["_Key"] != name for one in of_target(POLICY, resource, call)):
        raise validation_error(f"Only one TargetTrackingScaling policy for {METRIC} is allowed; {resource} has one.")
    document = old or _new(request, name, call)
    document[_TRACKING] = request[_TRACKING]
    _put_alarms(document, call)
    call.store.put(POLICY, name, document)
    return document


@API.operation("DescribeScalingPolicies")
def describe(request: Request, call: Call) -> Response:
    """Return policies."""
    found = described(POLICY, request, call, names="PolicyNames", name="PolicyName")
    shown, token = listing.page(found, request, default=50)
    return {"ScalingPolicies": shown, "NextToken": token}


@API.operation("DeleteScalingPolicy")
def delete(request: Request, call: Call) -> Response:
    """Delete a policy and its alarms."""
    policy = call.store.get(POLICY, key(request["ResourceId"], request["PolicyName"]))
    if policy is None:
        raise missing(f"scaling policy {request['PolicyName']}", request)
    registered.forget_policy(policy, call)
    return {}


def _check(request: Request) -> None:
    if request.get("PolicyType") != "TargetTrackingScaling":
        raise not_implemented(f"PolicyType {request.get('PolicyType')}; allowed is TargetTrackingScaling")
    if _TRACKING not in request:
        raise validation_error(f"PolicyType TargetTrackingScaling needs {_TRACKING}.")
    tracking = request[_TRACKING]
    refuse(tracking, "CustomizedMetricSpecification", "PredefinedMetricSpecification.ResourceLabel")
    metric = tracking.get("PredefinedMetricSpecification", {}).get("PredefinedMetricType")
    if metric is None:
        raise validation_error(f"{_TRACKING} needs PredefinedMetricSpecification.")
    if metric != METRIC:
        raise not_implemented(f"PredefinedMetricType {metric}; allowed is {METRIC}")
    if tracking["TargetValue"] <= 0:
        raise validation_error(f"TargetValue is {tracking['TargetValue']}; it must be greater than 0.")


def _new(request: Request, name: str, call: Call) -> Document:
    identity, resource = str(uuid.uuid4()), request["ResourceId"]
    account, region = call.store.account, call.store.region
    names = [f"TargetTracking-{resource}-Alarm{side}-{uuid.uuid4()}" for side in ("High", "Low")]
    return {
        **{each: request[each] for each in ("PolicyName", "ServiceNamespace", "ResourceId", "ScalableDimension")},
        "PolicyType": request["PolicyType"],
        "PolicyARN": f"arn:aws:autoscaling:{region}:{account}:scalingPolicy:{identity}:resource/"
        f"{request['ServiceNamespace']}/{resource}:policyName/{request['PolicyName']}",
        "CreationTime": now(),
        "Alarms": [
            {"AlarmName": alarm, "AlarmARN": f"arn:aws:cloudwatch:{region}:{account}:alarm:{alarm}"} for alarm in names
        ],
        "_Key": name,
    }


def _put_alarms(policy: Document, call: Call) -> None:
    cloudwatch = aws_clients.of_account(call, "cloudwatch")
    high, low = (alarm["AlarmName"] for alarm in policy["Alarms"])
    value = float(policy[_TRACKING]["TargetValue"])
    rules: list[tuple[str, str, float, int]] = [
        (high, "GreaterThanThreshold", value, _HIGH_PERIODS),
        (low, "LessThanThreshold", value * _LOW_SHARE, _LOW_PERIODS),
    ]
    for name, comparison, threshold, periods in rules:
        cloudwatch.put_metric_alarm(
            AlarmName=name,
            AlarmDescription=f"DO NOT EDIT OR DELETE. For TargetTrackingScaling policy {policy['PolicyARN']}.",
            ComparisonOperator=comparison,
            Threshold=threshold,
            EvaluationPeriods=periods,
            AlarmActions=[policy["PolicyARN"]],
            **_metric(policy["ResourceId"]),
        )


def _metric(resource_id: str) -> dict[str, Any]:
    endpoint, variant = variant_of(resource_id)
    dimensions = [{"Name": "EndpointName", "Value": endpoint}, {"Name": "VariantName", "Value": variant}]
    return {
        "Namespace": "AWS/SageMaker",
        "MetricName": "InvocationsPerInstance",
        "Dimensions": dimensions,
        "Statistic": "Sum",
        "Period": _PERIOD_SECONDS,
    }
