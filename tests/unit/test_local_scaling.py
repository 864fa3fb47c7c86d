"""How many instances a policy wants, and when a scheduled action changes the bounds."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import pytest

from local_cloud import clients
from local_cloud.autoscaling import capacity, engine, schedules, targets
from local_cloud.autoscaling.api import ACTION, POLICY, TARGET, Call
from local_cloud.autoscaling.tracking import Tracked, wanted
from local_cloud.sagemaker import api as sagemaker
from local_cloud.sagemaker import constraints
from local_cloud.sagemaker.store import Database, Store
from local_cloud.service_errors import ServiceError, validation_error


def seen(instances: int, value: float | None, **more: bool) -> Tracked:
    return Tracked(instances, 2, 6, value, 100, **{"high": False, "low": False, **more})


@pytest.mark.parametrize(
    ("found", "count"),
    [
        (seen(2, 150, high=True), 3),
        (seen(2, 201, high=True), 5),
        (seen(2, 900, high=True), 6),
        (seen(6, 900, high=True), 6),
        (seen(2, 150), 2),
        (seen(2, 150, high=True, out_held=True), 2),
        (seen(4, 50, low=True), 2),
        (seen(6, 51, low=True), 4),
        (seen(4, 1, low=True), 2),
        (seen(4, 50), 4),
        (seen(4, 50, low=True, in_held=True), 4),
        (seen(4, None, low=True), 4),
        (seen(4, 50, low=True, high=True), 4),
    ],
)
def test_instances_follow_the_metric_within_their_bounds(found: Tracked, count: int) -> None:
    assert wanted(found) == count


RESOURCE = {
    "ServiceNamespace": "sagemaker",
    "ResourceId": "endpoint/e/variant/champion",
    "ScalableDimension": "sagemaker:variant:DesiredInstanceCount",
}


class Variant:
    """A variant whose instances are a number."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, count: int) -> None:
        self.count, self.updating = count, False
        monkeypatch.setattr(capacity, "instances", lambda *_: self.count)
        monkeypatch.setattr(capacity, "change", self._change)

    def _change(self, _resource: str, count: int, _call: Call) -> bool:
        if self.updating:
            return False
        self.count = count
        return True


@pytest.fixture
def call(tmp_path: Path) -> Call:
    return Call(Store(Database(tmp_path / "db"), "000000000000", "ap-northeast-1"), cast(Any, None), "arn:root")


def scheduled(call: Call, **suspended: bool) -> dict[str, Any]:
    """Register a variant for 1 to 4 instances, from 8 o'clock in Tokyo for 3 to 6; return the action."""
    targets.register({**RESOURCE, "MinCapacity": 1, "MaxCapacity": 4, "SuspendedState": suspended}, call)
    action = {"MinCapacity": 3, "MaxCapacity": 6}
    schedules.put(
        {
            **RESOURCE,
            "ScheduledActionName": "morning",
            "Schedule": "cron(0 8 ? * * *)",
            "Timezone": "Asia/Tokyo",
            "ScalableTargetAction": action,
        },
        call,
    )
    (found,) = call.store.list(ACTION)
    return found


def bounds(call: Call) -> tuple[int, int]:
    found = call.store.get(TARGET, RESOURCE["ResourceId"])
    assert found
    return found["MinCapacity"], found["MaxCapacity"]


def test_a_scheduled_action_changes_the_bounds_when_its_time_has_come(
    call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    variant = Variant(monkeypatch, 2)
    action = scheduled(call)
    due = datetime.fromtimestamp(action["_Next"], UTC)
    assert (due.hour, due.minute) == (23, 0), "8 o'clock in Tokyo"
    schedules.run(action, call, action["_Next"] - 1)
    assert (bounds(call), variant.count) == ((1, 4), 2)
    schedules.run(action, call, action["_Next"])
    assert (bounds(call), variant.count) == ((3, 6), 3)


def test_one_alarm_goes_on_when_the_other_was_deleted(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    variant = Variant(monkeypatch, 4)
    targets.register({**RESOURCE, "MinCapacity": 1, "MaxCapacity": 4}, call)
    call.store.put(
        POLICY, "p", {**RESOURCE, "_Key": "p", "TargetTrackingScalingPolicyConfiguration": {"TargetValue": 100}}
    )
    low = {"StateValue": "ALARM", "Name": "low"}
    monkeypatch.setattr(engine, "_alarms", lambda _: {"High": {"StateValue": "INSUFFICIENT_DATA"}, "Low": low})
    monkeypatch.setattr(engine, "period_values", lambda alarm: {"low": [None, 50.0]}[alarm["Name"]])
    engine.look(call)
    assert variant.count == 2


def test_a_scheduled_action_stays_due_while_the_endpoint_takes_no_change(
    call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    variant = Variant(monkeypatch, 2)
    action = call.store.update(ACTION, scheduled(call)["_Key"], lambda kept: kept.update(_Next=1.0))
    variant.updating = True
    schedules.run(action, call, 2.0)
    (kept,) = call.store.list(ACTION)
    assert (kept["_Next"], variant.count) == (1.0, 2)
    variant.updating = False
    schedules.run(kept, call, 2.0)
    (done,) = call.store.list(ACTION)
    assert done["_Next"] > 2.0
    assert variant.count == 3


@pytest.mark.parametrize("status", ["Updating", "InService"])
def test_only_an_endpoint_that_is_being_updated_excuses_a_refused_change(
    call: Call, monkeypatch: pytest.MonkeyPatch, status: str
) -> None:
    def invoke(operation: str, _request: dict[str, Any], _call: Call) -> dict[str, Any]:
        if operation == "DescribeEndpoint":
            return {"EndpointStatus": status}
        raise validation_error("refused")

    monkeypatch.setattr(sagemaker, "invoke", invoke)
    if status == "Updating":
        assert not capacity.change(RESOURCE["ResourceId"], 3, call)
    else:
        with pytest.raises(ServiceError, match="refused"):
            capacity.change(RESOURCE["ResourceId"], 3, call)


def test_scheduled_scaling_can_be_suspended(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    variant = Variant(monkeypatch, 2)
    action = scheduled(call, ScheduledScalingSuspended=True)
    schedules.run(action, call, action["_Next"])
    assert (bounds(call), variant.count) == ((1, 4), 2)


def test_what_a_registration_leaves_out_stays(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    variant = Variant(monkeypatch, 9)
    targets.register({**RESOURCE, "MinCapacity": 1, "MaxCapacity": 4}, call)
    assert variant.count == 4
    targets.register({**RESOURCE, "SuspendedState": {"DynamicScalingInSuspended": True}}, call)
    targets.register({**RESOURCE, "MaxCapacity": 5, "SuspendedState": {"ScheduledScalingSuspended": True}}, call)
    (found,) = targets.describe(RESOURCE, call)["ScalableTargets"]
    assert bounds(call) == (1, 5)
    assert found["SuspendedState"] == {
        "DynamicScalingInSuspended": True,
        "DynamicScalingOutSuspended": False,
        "ScheduledScalingSuspended": True,
    }


def test_what_is_registered_outlives_the_server(call: Call, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    Variant(monkeypatch, 2)
    scheduled(call)
    again = Store(Database(tmp_path / "db"), "000000000000", "ap-northeast-1")
    assert [one["ResourceId"] for one in again.list(TARGET)] == [RESOURCE["ResourceId"]]
    assert [one["ScheduledActionName"] for one in again.list(ACTION)] == ["morning"]


def test_every_pattern_of_the_service_model_is_one_of_pythons() -> None:
    model = clients.service_model("application-autoscaling")
    for shape in (model.shape_for(name) for name in model.shape_names):
        constraints._pattern(shape.metadata.get("pattern", ""))
    name = constraints._pattern(model.shape_for("ResourceIdMaxLen1600").metadata["pattern"])
    assert name.fullmatch("beyond 16 bits: \U0001f600")
    assert not name.fullmatch("a control character: \x00")
