"""Alarms of the monitor turn the loop: each time one begins to ring at most once, and none is lost."""

from contextlib import suppress
from datetime import datetime

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from retrain.events import Cause, Look, OfAlarm
from retrain.reconcile import reconcile
from tests.unit.retrain_alarms_kit import HOURLY, KINDS, event
from tests.unit.retrain_cloud_kit import ALWAYS, Cloud, CrashError, cause


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
