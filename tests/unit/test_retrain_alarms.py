"""Alarms of the monitor as causes: by an event or found ringing they are the same, and each is kept."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from aws_lambda_powertools import Logger
from botocore.exceptions import ClientError

from retrain.alarms import ringing
from retrain.aws import AwsWorld
from retrain.events import Cause, Look
from retrain.reconcile import reconcile
from retrain.services import Services
from tests.unit.release_stub_kit import stubbed
from tests.unit.retrain_alarms_kit import ALARMS, HOURLY, event
from tests.unit.retrain_cloud_kit import ALWAYS, NOW, Cloud, cause


def test_an_event_and_an_alarm_that_is_found_ringing_are_one_cause() -> None:
    began = datetime(2026, 1, 1, 12, 30, 7, 981000, tzinfo=UTC)
    names = [name for found in ALARMS.values() for name in found]
    rings = {
        "AlarmName": "auc",
        "StateValue": "ALARM",
        "StateTransitionedTimestamp": began,
        "StateUpdatedTimestamp": began + timedelta(hours=3),
    }
    with stubbed("cloudwatch") as (client, stub):
        asked = {"AlarmNames": names, "StateValue": "ALARM", "MaxRecords": 100}
        stub.add_response("describe_alarms", {"MetricAlarms": [rings]}, asked)
        [found] = ringing(client, ALARMS)
    [told] = Look.model_validate(event("auc", began)).causes
    assert found == told
    assert found.name == "2026-01-01T12:30:07.000+00:00 quality auc"


def test_more_alarms_than_one_request_takes_are_all_asked() -> None:
    many = tuple(f"drift-{place}" for place in range(150))
    with stubbed("cloudwatch") as (client, stub):
        for part in (many[:100], many[100:]):
            asked = {"AlarmNames": list(part), "StateValue": "ALARM", "MaxRecords": 100}
            stub.add_response("describe_alarms", {"MetricAlarms": []}, asked)
        assert ringing(client, {"drift": many}) == ()


class Kept:
    """A table that keeps what is remembered."""

    def __init__(self) -> None:
        self.causes: list[Cause] = []

    def remember(self, _: str, causes: Any) -> None:
        self.causes += causes


def test_what_was_told_is_kept_before_cloudwatch_is_asked_and_what_it_says_after() -> None:
    kept: Any = Kept()
    told, found = cause("drift", NOW, "told"), cause("quality", NOW, "auc")
    look = Look(use_case="toys", causes=(told,), alarms={"quality": ("auc",)})
    with stubbed("cloudwatch") as (client, stub):
        services: Any = Services(pipelines=None, machines=None, decisions=None, samples=None, cloudwatch=client)  # type: ignore[arg-type] # of these only CloudWatch is asked
        world = AwsWorld("dev", services, kept, Logger())
        stub.add_client_error("describe_alarms", "InternalServiceFault")
        with pytest.raises(ClientError):
            world.remember(look)
        assert kept.causes == [told]
        stub.add_response(
            "describe_alarms", {"MetricAlarms": [{"AlarmName": "auc", "StateTransitionedTimestamp": NOW}]}
        )
        world.remember(look)
    assert kept.causes == [told, told, found]


@pytest.mark.parametrize("early", [timedelta(0), timedelta(seconds=40)])
def test_a_turn_answers_its_own_cause_however_fast_the_clock_that_timed_it(early: timedelta) -> None:
    cloud = Cloud()
    found = cause("drift", cloud.now + early, "auc")
    look = Look(use_case="toys", terms=ALWAYS, causes=(found,))
    reconcile(cloud, look)
    cloud.end("Succeeded")
    cloud.challenger = ""
    cloud.pass_time(1)
    for _ in range(3):
        reconcile(cloud, look)
        cloud.challenger = ""
    assert [turn.causes for turn in cloud.turns] == [(found,)]


def test_what_is_declared_decides_which_alarms_train() -> None:
    cloud = Cloud()
    deaf = ALWAYS.model_copy(update={"on_drift": "nothing"})
    cloud.ringing["drift-of-wind"] = ("drift", NOW)
    reconcile(cloud, HOURLY.model_copy(update={"terms": deaf}))
    assert cloud.turns == []
    cloud.ringing["auc"] = ("quality", NOW + timedelta(seconds=1))
    reconcile(cloud, HOURLY.model_copy(update={"terms": deaf}))
    [turn] = cloud.turns
    assert [found.source for found in turn.causes] == ["auc"]
