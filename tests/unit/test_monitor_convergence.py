"""Whatever order schedules, ends of executions and messages come in, each window of a variant is looked at once.

The world is a small state machine: an endpoint whose variants come, go and change their models, a pipeline that
succeeds, fails or is stopped, a table. Messages come late, twice and in another order, and with crashes between any two
calls; functions run side by side.
"""

from collections import Counter
from contextlib import suppress
from datetime import timedelta
from itertools import pairwise

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from monitor.events import Look
from monitor.reconcile import reconcile
from monitor.windows import MADE_UP, MOST_ATTEMPTS, SETTLES, last_end
from tests.unit.monitor_cloud_kit import BEGIN, PLAIN, Cloud, CrashError, asks

INTERRUPTIONS = st.lists(st.integers(0, 3), max_size=8)
DAY = timedelta(days=1)


class Convergence(RuleBasedStateMachine):
    @initialize()
    def begin(self) -> None:
        self.cloud = Cloud()
        self.asked = 0

    @rule(hours=st.floats(0.1, 60), interruptions=INTERRUPTIONS, twice=st.booleans())
    def the_schedule_comes(self, hours: float, interruptions: list[int], twice: bool) -> None:
        self.cloud.pass_time(hours)
        self._deliver(BEGIN, interruptions)
        if twice:
            self._deliver(BEGIN, [])

    @rule(interruptions=INTERRUPTIONS)
    def an_hour_passes(self, interruptions: list[int]) -> None:
        self.cloud.pass_time(1)
        self._deliver(PLAIN, interruptions)

    @rule(status=st.sampled_from(["Succeeded", "Succeeded", "Failed", "Stopped"]), hours=st.floats(0, 3))
    def executions_end(self, status: str, hours: float) -> None:
        self.cloud.pass_time(hours)
        self.cloud.end(status, "Monitor: out of memory" if status == "Failed" else "")
        self._deliver(PLAIN, [])

    @rule(status=st.sampled_from([None, "Updating", "InService", "InService"]))
    def the_endpoint_changes(self, status: str | None) -> None:
        self.cloud.status = status

    @rule(model=st.sampled_from(["m1", "m2", "m3"]), variant=st.sampled_from(["champion", "challenger"]))
    def a_model_goes_live(self, model: str, variant: str) -> None:
        if model not in [served.model for served in self.cloud.served.values()]:
            self.cloud.serve(variant, model)

    @rule()
    def the_challenger_goes(self) -> None:
        self.cloud.served.pop("challenger", None)

    @rule(refuses=st.booleans(), loses=st.booleans())
    def health_changes(self, refuses: bool, loses: bool) -> None:
        self.cloud.refuses, self.cloud.loses = refuses, loses

    @rule(interruptions=INTERRUPTIONS, days=st.integers(1, 40), again=st.booleans())
    def a_person_asks(self, interruptions: list[int], days: int, again: bool) -> None:
        self.asked += 0 if again and self.asked else 1
        until = self.cloud.now - days * DAY
        self._deliver(asks(f"r{self.asked}", self.cloud.now, start=until - DAY, until=until), interruptions)

    def _deliver(self, look: Look, interruptions: list[int]) -> None:
        self.cloud.interruptions = interruptions
        # The message of an invocation that crashed comes again, sooner or later.
        with suppress(CrashError):
            reconcile(self.cloud, look)
        self.cloud.interruptions, self.cloud.depth = [], 0

    @invariant()
    def numbers_are_unique_and_names_too(self) -> None:
        assert [run.number for run in self.cloud.runs] == list(range(1, len(self.cloud.runs) + 1))
        assert len({run.name for run in self.cloud.runs}) == len(self.cloud.runs)

    @invariant()
    def a_window_is_looked_at_again_only_after_a_failure(self) -> None:
        seen: dict[tuple[object, ...], list[str]] = {}
        for run in self.cloud.runs:
            key = (run.variant, run.part, run.until, run.trigger)
            assert set(seen.get(key, [])) <= {"failed"}
            assert run.attempt == len(seen.get(key, [])) + 1 <= MOST_ATTEMPTS
            seen.setdefault(key, []).append(run.result)

    @invariant()
    def windows_of_a_variant_do_not_overlap(self) -> None:
        for (variant, part), _ in Counter((run.variant, run.part) for run in self.cloud.runs).items():
            mine = [
                run for run in self.cloud.runs if (run.variant, run.part, run.trigger) == (variant, part, "schedule")
            ]
            ends = sorted({(run.start, run.until) for run in mine})
            assert all(first[1] <= second[0] for first, second in pairwise(ends))
            assert all(timedelta(hours=12) <= until - start < timedelta(hours=36) for start, until in ends)
            assert all(run.until + SETTLES <= run.claimed_at for run in mine)

    @invariant()
    def what_a_run_left_is_published_and_what_failed_is_told(self) -> None:
        for run in self.cloud.runs:
            assert (run.name in self.cloud.published) or run.result != "succeeded"
        told = {step.run.name for step in self.cloud.told}
        assert {run.name for run in self.cloud.runs if run.result == "failed"} <= told

    def teardown(self) -> None:
        """With all healthy every window of the last days has been looked at, nothing is overdue, and nothing begins."""
        cloud = self.cloud
        cloud.refuses = cloud.loses = False
        cloud.status = "InService"
        for _ in range(MADE_UP):
            cloud.day()
            cloud.day(1)
        done = [run.until for run in cloud.runs if run.result == "succeeded" and run.part == "requests"]
        newest = last_end(cloud.now - SETTLES, DAY)
        expected = [newest - place * DAY for place in range(MADE_UP - 2)]
        assert set(expected) <= set(done)
        assert cloud.overdue[-1] == ""
        before = len(cloud.runs)
        self._deliver(BEGIN, [])
        assert len(cloud.runs) == before


TestConvergence = Convergence.TestCase
TestConvergence.settings = settings(
    max_examples=60, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck)
)
