"""Alarms of the monitor turn the loop: each time one begins to ring at most once, and none is lost."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from aws_lambda_powertools import Logger
from botocore.exceptions import ClientError
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from retrain.alarms import ringing
from retrain.aws import AwsWorld
from retrain.events import Cause, Look, OfAlarm
from retrain.reconcile import reconcile
from retrain.services import Services
from tests.unit.release_stub_kit import stubbed
from tests.unit.retrain_cloud_kit import ALWAYS, NOW, Cloud, CrashError, cause

ALARMS: dict[OfAlarm, tuple[str, ...]] = {"drift": ("drift-of-origin", "drift-of-wind"), "quality": ("auc",)}
KINDS: dict[str, OfAlarm] = {name: kind for kind, names in ALARMS.items() for name in names}
HOURLY = Look(use_case="toys", terms=ALWAYS, alarms=ALARMS)


def event(name: str, began: datetime) -> dict[str, Any]:
    """What a rule makes of CloudWatch's event, whose time has milliseconds and a zone without a colon."""
    at = began.strftime("%Y-%m-%dT%H:%M:%S.") + "985+0000"
    said = {"kind": KINDS[name], "at": at, "source": name}
    return {"use_case": "toys", "terms": ALWAYS.model_dump(mode="json"), "causes": [said]}


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


class Alarms(RuleBasedStateMachine):
    """Alarms ring and fall silent; of each ringing an event comes: late, twice, in another order, or never.

    Nobody promises more of an alarm whose event is lost than that it is asked for each hour: one that is silent again
    by then has told nobody.
    """

    @initialize()
    def begin(self) -> None:
        self.cloud = Cloud()
        self.events: list[tuple[str, datetime]] = []
        self.known: set[Cause] = set()

    @rule(name=st.sampled_from(sorted(KINDS)), hours=st.floats(0.01, 30))
    def an_alarm_begins_to_ring(self, name: str, hours: float) -> None:
        self.cloud.pass_time(hours)
        if name not in self.cloud.ringing:
            self.cloud.ringing[name] = (KINDS[name], self.cloud.now)
            self.events.append((name, self.cloud.now))

    @rule(name=st.sampled_from(sorted(KINDS)))
    def an_alarm_falls_silent(self, name: str) -> None:
        self.cloud.ringing.pop(name, None)

    @rule(data=st.data(), again=st.booleans(), interruptions=st.lists(st.integers(0, 3), max_size=8))
    def an_event_comes(self, data: st.DataObject, again: bool, interruptions: list[int]) -> None:
        if self.events:
            found = data.draw(st.sampled_from(self.events))
            self._deliver(Look.model_validate(event(*found)), interruptions)
            if not again and found in self.events:
                self.events.remove(found)

    @rule(data=st.data())
    def an_event_is_lost(self, data: st.DataObject) -> None:
        if self.events:
            self.events.remove(data.draw(st.sampled_from(self.events)))

    @rule(interruptions=st.lists(st.integers(0, 3), max_size=8))
    def an_hour_passes(self, interruptions: list[int]) -> None:
        self.cloud.pass_time(1)
        self._deliver(HOURLY, interruptions)

    @rule(status=st.sampled_from(["Succeeded", "Succeeded", "Failed"]), hours=st.floats(0, 3))
    def an_execution_ends(self, status: str, hours: float) -> None:
        self.cloud.pass_time(hours)
        self.cloud.end(status, "Train: out of memory" if status == "Failed" else "")
        reconcile(self.cloud, Look(use_case="toys", terms=ALWAYS))

    @rule()
    def the_experiment_ends(self) -> None:
        self.cloud.challenger = ""

    def _deliver(self, look: Look, interruptions: list[int]) -> None:
        heard = set(look.causes) | {cause(kind, since, name) for name, (kind, since) in self._asked(look)}
        self.cloud.interruptions = interruptions
        with suppress(CrashError):
            reconcile(self.cloud, look)
            self.known |= heard
        self.cloud.interruptions, self.cloud.depth = [], 0

    def _asked(self, look: Look) -> list[tuple[str, tuple[OfAlarm, datetime]]]:
        return list(self.cloud.ringing.items()) if look.alarms else []

    @invariant()
    def each_ringing_is_in_one_turn_and_its_tries(self) -> None:
        named = {found for turn in self.cloud.turns for found in turn.causes}
        for found in named:
            with_it = [turn for turn in self.cloud.turns if found in turn.causes]
            assert all(turn.result == "failed" for turn in with_it[:-1])
            assert [turn.attempt for turn in with_it] == sorted({turn.attempt for turn in with_it})

    def teardown(self) -> None:
        """Every ringing that was heard of is answered, and the loop comes to rest while alarms go on to ring."""
        cloud = self.cloud
        for _ in range(12):
            cloud.pass_time(2)
            cloud.end("Succeeded")
            cloud.challenger = ""
            self._deliver(HOURLY, [])
            cloud.end("Succeeded")
            self._deliver(HOURLY, [])
        turns = [turn for turn in cloud.turns if turn.result != "failed" or turn.attempt == 3]
        newest = max((turn.claimed_at for turn in turns), default=None)
        for found in self.known:
            named = any(found in turn.causes for turn in turns)
            assert named or (newest is not None and found.at <= newest)
        before = len(cloud.turns)
        for _ in range(3):
            cloud.pass_time(1)
            self._deliver(HOURLY, [])
        assert len(cloud.turns) == before


TestAlarms = Alarms.TestCase
TestAlarms.settings = settings(
    max_examples=60, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck)
)


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
