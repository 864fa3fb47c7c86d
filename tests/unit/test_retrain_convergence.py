"""Whatever order alarms, ends of executions and messages come in, a cause gives one turn of the loop, and none is lost.

The world is a small state machine: an endpoint, a pipeline that succeeds, fails or is stopped, a table. Messages come
late, twice and in another order, and with crashes between any two calls; functions run side by side.
"""

from contextlib import suppress
from datetime import timedelta

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from retrain.beginning import MOST_ATTEMPTS
from retrain.events import Cause, Kind, Look
from retrain.reconcile import reconcile
from tests.unit.retrain_cloud_kit import ALWAYS, Cloud, CrashError, cause

INTERRUPTIONS = st.lists(st.integers(0, 3), max_size=8)
KINDS: st.SearchStrategy[Kind] = st.sampled_from(["drift", "quality", "schedule", "command"])


class Convergence(RuleBasedStateMachine):
    @initialize()
    def begin(self) -> None:
        self.cloud = Cloud()
        self.happened: list[Cause] = []
        self.undelivered: list[Cause] = []

    @rule(kind=KINDS, hours=st.floats(0.1, 30))
    def something_happens(self, kind: Kind, hours: float) -> None:
        self.cloud.pass_time(hours)
        found = cause(kind, self.cloud.now - timedelta(minutes=1))
        self.happened.append(found)
        self.undelivered.append(found)

    @rule(data=st.data(), interruptions=INTERRUPTIONS)
    def a_message_comes(self, data: st.DataObject, interruptions: list[int]) -> None:
        if self.undelivered:
            place = data.draw(st.integers(0, len(self.undelivered) - 1))
            self._deliver(self.undelivered[place], interruptions)

    @rule(data=st.data(), interruptions=INTERRUPTIONS)
    def a_message_comes_again(self, data: st.DataObject, interruptions: list[int]) -> None:
        if self.happened:
            again = data.draw(st.sampled_from(self.happened))
            if again not in self.undelivered:
                self._deliver(again, interruptions)

    @rule(status=st.sampled_from(["Succeeded", "Succeeded", "Failed", "Stopped"]), hours=st.floats(0, 3))
    def an_execution_ends(self, status: str, hours: float) -> None:
        self.cloud.pass_time(hours)
        self.cloud.end(status, "Train: out of memory" if status == "Failed" else "")
        self._look()

    @rule(refuses=st.booleans())
    def health_changes(self, refuses: bool) -> None:
        self.cloud.refuses = refuses

    @rule()
    def the_experiment_ends(self) -> None:
        self.cloud.challenger = ""
        self._look()

    def _deliver(self, found: Cause, interruptions: list[int]) -> None:
        self.cloud.interruptions = interruptions
        # The message of an invocation that crashed comes again.
        with suppress(CrashError):
            reconcile(self.cloud, Look(use_case="toys", terms=ALWAYS, causes=(found,)))
            if found in self.undelivered:
                self.undelivered.remove(found)
        self.cloud.interruptions, self.cloud.depth = [], 0

    def _look(self) -> None:
        reconcile(self.cloud, Look(use_case="toys", terms=ALWAYS))

    @invariant()
    def one_turn_at_a_time_and_numbers_are_unique(self) -> None:
        turns = self.cloud.turns
        assert [turn for turn in turns if turn.result == "started"] in ([], turns[-1:])
        assert [turn.number for turn in turns] == list(range(1, len(turns) + 1))
        assert sum(execution.status == "Executing" for execution in self.cloud.executions.values()) <= 1

    @invariant()
    def a_cause_is_in_one_turn_and_its_tries(self) -> None:
        for found in self.happened:
            with_it = [turn for turn in self.cloud.turns if found in turn.causes]
            assert [turn.attempt for turn in with_it] == sorted({turn.attempt for turn in with_it})
            assert all(turn.result == "failed" for turn in with_it[:-1])

    @invariant()
    def a_model_is_proposed_once_and_never_beside_another(self) -> None:
        proposed = [turn.package for turn in self.cloud.turns if turn.result == "proposed"]
        assert len(proposed) == len(set(proposed))
        assert not self.cloud.began_beside_another

    def teardown(self) -> None:
        """With a healthy pipeline every cause has a turn that began after it, and then nothing begins any more.

        What has failed as often as it is tried waits for something new, here a person.
        """
        cloud = self.cloud
        cloud.refuses = False
        for found in list(self.undelivered):
            self._deliver(found, [])
        for _ in range(12):
            cloud.pass_time(2)
            self._look()
            cloud.end("Succeeded")
            self._look()
            cloud.challenger = ""
            last = cloud.turns[-1] if cloud.turns else None
            if last and last.result == "failed" and last.attempt == MOST_ATTEMPTS:
                self.happened.append(cause("command", cloud.now))
                self._deliver(self.happened[-1], [])
        answered = max((turn.claimed_at for turn in cloud.turns if turn.result != "failed"), default=None)
        assert all(answered is not None and found.at <= answered for found in self.happened)
        before = len(cloud.turns)
        self._look()
        assert len(cloud.turns) == before


TestConvergence = Convergence.TestCase
TestConvergence.settings = settings(
    max_examples=80, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck)
)
