"""Application Auto Scaling: instances of a variant follow its requests, under IAM, by API and by CloudFormation."""

import json
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local_cloud.settings import ALARM_SPEED
from tests.local.conftest import RunningCloud, running
from tests.local.endpoints_kit import Kit, QuickClient, until
from tests.local.roles import allow, make_role

SERVICE = "application-autoscaling"
DIMENSION = "sagemaker:variant:DesiredInstanceCount"
TARGET_VALUE = 100.0
# Requests of five seconds reach CloudWatch at once, which is more than one of its periods at this speed.
SPEED = "150"


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningCloud]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(ALARM_SPEED, SPEED)
        with running(tmp_path_factory.mktemp("autoscaling")) as cloud:
            yield cloud


@pytest.fixture(scope="module")
def kit(cloud: RunningCloud) -> Kit:
    kit = Kit(cloud.client, cloud.port, "auto")
    kit.make_echo("echo")
    kit.make_config("one", {"champion": ("auto-echo", 1)})
    kit.make_config("two", {"champion": ("auto-echo", 1), "challenger": ("auto-echo", 1)})
    kit.make_endpoint("tracked", "auto-one")
    kit.make_endpoint("pair", "auto-two")
    return kit


@pytest.fixture(scope="module")
def scaling(cloud: RunningCloud, kit: Kit) -> Any:
    return cloud.client(SERVICE)


def of(endpoint: str, variant: str = "champion") -> dict[str, str]:
    resource = f"endpoint/auto-{endpoint}/variant/{variant}"
    return {"ServiceNamespace": "sagemaker", "ResourceId": resource, "ScalableDimension": DIMENSION}


def tracking(**more: Any) -> dict[str, Any]:
    metric = {"PredefinedMetricType": "SageMakerVariantInvocationsPerInstance"}
    configuration = {"TargetValue": TARGET_VALUE, "PredefinedMetricSpecification": metric, **more}
    return {
        "PolicyType": "TargetTrackingScaling",
        "TargetTrackingScalingPolicyConfiguration": configuration,
    }


def refusal(operation: Callable[..., Any], **arguments: Any) -> str:
    with pytest.raises(ClientError) as caught:
        operation(**arguments)
    return f"{caught.value.response['Error']['Code']}: {caught.value.response['Error']['Message']}"


def instances(kit: Kit, endpoint: str, variant: str = "champion") -> int:
    found = kit.sagemaker.describe_endpoint(EndpointName=f"auto-{endpoint}")["ProductionVariants"]
    return next(int(one["DesiredInstanceCount"]) for one in found if one["VariantName"] == variant)


def test_what_cannot_be_done_is_refused_by_name(scaling: Any) -> None:
    register = scaling.register_scalable_target
    bounds = {"MinCapacity": 1, "MaxCapacity": 4}
    assert "MinCapacity and MaxCapacity are required" in refusal(register, **of("pair"))
    assert "at most the maximum" in refusal(register, **of("pair"), MinCapacity=5, MaxCapacity=4)
    assert "at least one instance" in refusal(register, **of("pair"), MinCapacity=0, MaxCapacity=4)
    assert "no production variant shadow" in refusal(register, **of("pair", "shadow"), **bounds)
    assert "Could not find endpoint" in refusal(register, **of("nowhere"), **bounds)
    assert "ServiceNamespace ecs" in refusal(register, **{**of("pair"), "ServiceNamespace": "ecs"}, **bounds)
    assert "scaling:DescribeScalingActivities" in refusal(
        scaling.describe_scaling_activities, ServiceNamespace="sagemaker"
    )
    put = scaling.put_scaling_policy
    assert refusal(put, PolicyName="p", **of("pair"), **tracking()).startswith("ObjectNotFoundException: No scalable")
    assert refusal(scaling.deregister_scalable_target, **of("pair")).startswith("ObjectNotFoundException")
    register(**of("pair"), **bounds)
    assert "PolicyType StepScaling" in refusal(put, PolicyName="p", **of("pair"), PolicyType="StepScaling")
    other = {"PredefinedMetricSpecification": {"PredefinedMetricType": "ECSServiceAverageCPUUtilization"}}
    assert "ECSServiceAverageCPUUtilization" in refusal(put, PolicyName="p", **of("pair"), **tracking(**other))
    act = scaling.put_scheduled_action
    wanted = {"ScheduledActionName": "a", "ScalableTargetAction": {"MinCapacity": 2}}
    assert "Schedule rate(1 day)" in refusal(act, **of("pair"), **wanted, Schedule="rate(1 day)")
    assert "Timezone 'Mars'" in refusal(act, **of("pair"), **wanted, Schedule="cron(0 8 * * ? *)", Timezone="Mars")
    scaling.deregister_scalable_target(**of("pair"))
    assert scaling.describe_scalable_targets(ServiceNamespace="sagemaker")["ScalableTargets"] == []


def test_iam_decides_about_the_call_and_about_what_it_will_do(cloud: RunningCloud, scaling: Any) -> None:
    iam = cloud.client("iam")
    narrow = [allow(f"{SERVICE}:*"), allow("iam:CreateServiceLinkedRole")]
    bounds = {"MinCapacity": 1, "MaxCapacity": 4}
    nothing = cloud.client(SERVICE, cloud.session(make_role(iam, "scale-nothing", [allow("s3:ListAllMyBuckets")])))
    assert "not authorized to perform: application-autoscaling:RegisterScalableTarget" in refusal(
        nothing.register_scalable_target, **of("pair"), **bounds
    )
    alone = cloud.client(SERVICE, cloud.session(make_role(iam, "scale-alone", narrow)))
    said = refusal(alone.register_scalable_target, **of("pair"), **bounds)
    assert said.startswith("ValidationException")
    assert "sagemaker:DescribeEndpoint" in said
    whole = [*narrow, allow("sagemaker:*"), allow("cloudwatch:*")]
    cloud.client(SERVICE, cloud.session(make_role(iam, "scale-whole", whole))).register_scalable_target(
        **of("pair"), **bounds, Tags={"team": "a"}
    )
    # By the tags of the target, as the roles of the platform are held to them.
    rights = [allow(f"{SERVICE}:*", Condition={"StringEquals": {"aws:ResourceTag/team": "b"}}), *whole[2:]]
    other = cloud.client(SERVICE, cloud.session(make_role(iam, "scale-other", rights)))
    assert "not authorized" in refusal(other.deregister_scalable_target, **of("pair"))
    scaling.deregister_scalable_target(**of("pair"))


def test_a_registered_variant_stays_until_it_is_deregistered(cloud: RunningCloud, kit: Kit, scaling: Any) -> None:
    kit.make_endpoint("kept", "auto-two")
    scaling.register_scalable_target(**of("kept", "challenger"), MinCapacity=1, MaxCapacity=4)
    update = kit.sagemaker.update_endpoint
    said = refusal(update, EndpointName="auto-kept", EndpointConfigName="auto-one")
    assert "challenger must be deregistered as scalable target(s)" in said
    bigger = {"ModelName": "auto-echo", "InstanceType": "ml.m5.large", "InitialInstanceCount": 1}
    variants = [{"VariantName": name, **bigger} for name in ("champion", "challenger")]
    kit.sagemaker.create_endpoint_config(EndpointConfigName="auto-bigger", ProductionVariants=variants)
    assert "instance type updated" in refusal(update, EndpointName="auto-kept", EndpointConfigName="auto-bigger")
    # Whoever deletes the endpoint has to be allowed to deregister what is registered; then it is.
    role = make_role(cloud.client("iam"), "scale-delete", [allow("sagemaker:*")])
    poor = cloud.client("sagemaker", cloud.session(role))
    assert "DeregisterScalableTarget permission" in refusal(poor.delete_endpoint, EndpointName="auto-kept")
    scaling.put_scaling_policy(PolicyName="p", **of("kept", "challenger"), **tracking())
    kit.delete("auto-kept")
    assert scaling.describe_scalable_targets(ServiceNamespace="sagemaker")["ScalableTargets"] == []
    assert scaling.describe_scaling_policies(ServiceNamespace="sagemaker")["ScalingPolicies"] == []


def burst(cloud: RunningCloud, count: int) -> None:
    client = QuickClient(cloud.port, "auto-tracked", b"1")
    for _ in range(count):
        assert client.send()[0] == 200


def trickle(cloud: RunningCloud, condition: Callable[[], bool], seconds: float) -> bool:
    """Send a request every half second until a condition holds; False if it never does."""
    client, deadline = QuickClient(cloud.port, "auto-tracked", b"1"), time.monotonic() + seconds
    while time.monotonic() < deadline:
        client.send()
        if condition():
            return True
        time.sleep(0.5)
    return False


def test_instances_follow_the_requests_unless_they_are_held(cloud: RunningCloud, kit: Kit, scaling: Any) -> None:
    scaling.register_scalable_target(**of("tracked"), MinCapacity=1, MaxCapacity=3)
    answer = scaling.put_scaling_policy(
        PolicyName="track", **of("tracked"), **tracking(ScaleInCooldown=60, ScaleOutCooldown=60)
    )
    names = [alarm["AlarmName"] for alarm in answer["Alarms"]]
    assert [name.rsplit("-", 5)[0] for name in names] == [
        f"TargetTracking-{of('tracked')['ResourceId']}-Alarm{side}" for side in ("High", "Low")
    ]
    alarms = cloud.client("cloudwatch").describe_alarms(AlarmNames=names)["MetricAlarms"]
    assert {alarm["Threshold"] for alarm in alarms} == {TARGET_VALUE, 0.9 * TARGET_VALUE}
    # What is held out stays; then ten times the target takes it to the most there may be.
    scaling.register_scalable_target(**of("tracked"), SuspendedState={"DynamicScalingOutSuspended": True})
    burst(cloud, 500)
    until(lambda: "ALARM" in states(cloud, names), 20, "an alarm")
    time.sleep(1)
    assert instances(kit, "tracked") == 1
    scaling.register_scalable_target(
        **of("tracked"), SuspendedState={"DynamicScalingOutSuspended": False, "DynamicScalingInSuspended": True}
    )
    burst(cloud, 800)
    until(lambda: instances(kit, "tracked") == 3, 20, "three instances")
    # Few requests: held in, and then not.
    assert trickle(cloud, lambda: states(cloud, names)[1] == "ALARM", 30)
    time.sleep(1)
    assert instances(kit, "tracked") == 3
    scaling.register_scalable_target(**of("tracked"), SuspendedState={"DynamicScalingInSuspended": False})
    assert trickle(cloud, lambda: instances(kit, "tracked") == 1, 30)
    assert kit.settled("auto-tracked")["EndpointStatus"] == "InService"


def states(cloud: RunningCloud, names: list[str]) -> list[str]:
    found = cloud.client("cloudwatch").describe_alarms(AlarmNames=names)["MetricAlarms"]
    by_name = {alarm["AlarmName"]: str(alarm["StateValue"]) for alarm in found}
    return [by_name[name] for name in names]


def stack(most: int, target: float, *schedule: str, **more: Any) -> str:
    actions = [
        {"ScheduledActionName": f"at-{hour}", "Schedule": f"cron(0 {hour} * * ? *)", "Timezone": "Asia/Tokyo",
         "ScalableTargetAction": {"MinCapacity": 2, "MaxCapacity": most}}
        for hour in schedule
    ]  # fmt: skip
    properties = {**of("pair"), "MinCapacity": 2, "MaxCapacity": most, "ScheduledActions": actions, **more}
    policy = {"PolicyName": "invocations", "ScalingTargetId": {"Ref": "Target"}, **tracking(TargetValue=target)}
    resources = {
        "Target": {"Type": "AWS::ApplicationAutoScaling::ScalableTarget", "Properties": properties},
        "Policy": {"Type": "AWS::ApplicationAutoScaling::ScalingPolicy", "Properties": policy},
    }
    return json.dumps({"Resources": resources, "Outputs": {"Ref": {"Value": {"Ref": "Target"}}}})


def test_a_stack_makes_changes_and_deletes_scaling(cloud: RunningCloud, kit: Kit, scaling: Any) -> None:
    cloudformation = cloud.client("cloudformation")

    def wait(for_what: str) -> None:
        cloudformation.get_waiter(for_what).wait(StackName="scaled", WaiterConfig={"Delay": 1, "MaxAttempts": 30})

    cloudformation.create_stack(
        StackName="scaled", TemplateBody=stack(4, 50, "8", "20", Tags=[{"Key": "team", "Value": "a"}])
    )
    wait("stack_create_complete")
    (described,) = cloudformation.describe_stacks(StackName="scaled")["Stacks"]
    assert described["Outputs"][0]["OutputValue"] == f"{of('pair')['ResourceId']}|{DIMENSION}|sagemaker"
    assert instances(kit, "pair") == 2, "the least there may be"
    (target,) = (one for one in targets(scaling) if one["ResourceId"] == of("pair")["ResourceId"])
    tags = scaling.list_tags_for_resource(ResourceARN=target["ScalableTargetARN"])["Tags"]
    assert {key: value for key, value in tags.items() if not key.startswith("aws:")} == {"team": "a"}
    scaling.register_scalable_target(**of("pair"), SuspendedState={"DynamicScalingInSuspended": True})
    cloudformation.update_stack(
        StackName="scaled", TemplateBody=stack(6, 70, "8", Tags=[{"Key": "team", "Value": "b"}])
    )
    wait("stack_update_complete")
    (target,) = (one for one in targets(scaling) if one["ResourceId"] == of("pair")["ResourceId"])
    assert (target["MaxCapacity"], target["SuspendedState"]["DynamicScalingInSuspended"]) == (6, True)
    assert scaling.list_tags_for_resource(ResourceARN=target["ScalableTargetARN"])["Tags"] == {"team": "b"}
    (policy,) = scaling.describe_scaling_policies(**of("pair"))["ScalingPolicies"]
    assert policy["TargetTrackingScalingPolicyConfiguration"]["TargetValue"] == 70
    actions = scaling.describe_scheduled_actions(ServiceNamespace="sagemaker")["ScheduledActions"]
    assert [action["ScheduledActionName"] for action in actions] == ["at-8"]
    cloudformation.delete_stack(StackName="scaled")
    wait("stack_delete_complete")
    assert [one["ResourceId"] for one in targets(scaling)] == [of("tracked")["ResourceId"]]
    names = [alarm["AlarmName"] for alarm in policy["Alarms"]]
    assert cloud.client("cloudwatch").describe_alarms(AlarmNames=names)["MetricAlarms"] == []
    assert scaling.describe_scheduled_actions(ServiceNamespace="sagemaker")["ScheduledActions"] == []


def targets(scaling: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = scaling.describe_scalable_targets(ServiceNamespace="sagemaker")["ScalableTargets"]
    return found
