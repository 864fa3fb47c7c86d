"""Whatever order files, models, ends of runs and messages come in, every file is scored, and once.

The world is a small state machine: a prefix, an endpoint, a pipeline that succeeds, fails or is stopped, a table of
runs. Messages are only "look again", so the machine looks at random times, twice at once, in the middle of each other,
and with crashes between any two calls.
"""

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from batch_transform.events import Look
from batch_transform.logic import MOST_ATTEMPTS
from batch_transform.reconcile import reconcile
from batch_transform.state import Scored
from tests.unit.batch_cloud_kit import CRASH, END, NEW, NOTHING, Cloud, CrashError, champion, file

LOOKS = st.sampled_from([NEW, NEW, END, NEW.model_copy(update={"scope": "all", "insist": True})])
INTERRUPTIONS = st.lists(st.integers(0, 3), max_size=8)


class Convergence(RuleBasedStateMachine):
    @initialize(model=st.booleans())
    def begin(self, model: bool) -> None:
        self.cloud = Cloud()
        self.cloud.files["a.csv"] = file("a.csv")
        self.cloud.champion = champion(1) if model else None

    @rule(name=st.sampled_from(["a.csv", "b.csv", "day=1/c.csv"]), look=LOOKS, interruptions=INTERRUPTIONS)
    def file_comes(self, name: str, look: Look, interruptions: list[int]) -> None:
        known = self.cloud.files.get(name)
        self.cloud.files[name] = file(name, int(known.version[1:]) + 1 if known else 1)
        self._message(look, interruptions)

    @rule(version=st.integers(1, 3), look=LOOKS, interruptions=INTERRUPTIONS)
    def model_is_released(self, version: int, look: Look, interruptions: list[int]) -> None:
        self.cloud.champion = champion(version)
        self._message(look, interruptions)

    @rule(healthy=st.booleans(), broken=st.sets(st.sampled_from(["a.csv", "b.csv"])), refuses=st.booleans())
    def health_changes(self, healthy: bool, broken: set[str], refuses: bool) -> None:
        self.cloud.healthy, self.cloud.broken, self.cloud.refuses = healthy, broken, refuses

    @rule(
        status=st.sampled_from(["Succeeded", "Succeeded", "Failed", "Stopped"]),
        look=LOOKS,
        interruptions=INTERRUPTIONS,
    )
    def run_ends(self, status: str, look: Look, interruptions: list[int]) -> None:
        self.cloud.end(status)
        self._message(look, interruptions)

    def _message(self, look: Look, interruptions: list[int]) -> None:
        self.cloud.interruptions = interruptions
        # The crash is the machine's own: what it leaves is what the next message finds.
        with suppress(CrashError):
            reconcile(self.cloud, look)
        self.cloud.interruptions, self.cloud.depth = [], 0

    @invariant()
    def at_most_one_run_is_open_and_numbers_are_unique(self) -> None:
        open_runs = [run for run in self.cloud.runs if run.result == "started"]
        assert open_runs in ([], self.cloud.runs[-1:])
        assert [run.number for run in self.cloud.runs] == list(range(1, len(self.cloud.runs) + 1))
        assert sum(execution.status == "Executing" for execution in self.cloud.executions.values()) <= 1

    @invariant()
    def failures_in_a_row_reach_a_person(self) -> None:
        results = [run.result for run in self.cloud.runs]
        if results[-MOST_ATTEMPTS:] == ["failed"] * MOST_ATTEMPTS:
            assert self.cloud.needs_person

    @invariant()
    def failed_runs_have_no_results_and_complete_ones_one_manifest(self) -> None:
        for run in self.cloud.runs:
            if run.result == "succeeded":
                outputs = {item["file"] for item in self.cloud.manifests[run.name]["outputs"]}
                assert outputs == self.cloud.folders[run.name]
            elif run.result != "started":
                assert run.name not in self.cloud.manifests
                assert run.name not in self.cloud.folders

    def teardown(self) -> None:
        """With a healthy pipeline, a model and one command, all is scored in its present version, and then no more."""
        cloud = self.cloud
        cloud.healthy, cloud.champion = True, cloud.champion or champion(1)
        cloud.broken, cloud.refuses = set(), False
        for _ in range(8):
            reconcile(cloud, NEW.model_copy(update={"insist": True}))
            cloud.end("Succeeded")
        reconcile(cloud, END)
        assert {name: done.version for name, done in cloud.scored.items()} == {
            name: known.version for name, known in cloud.files.items()
        }
        before = len(cloud.runs)
        reconcile(cloud, NEW)
        assert len(cloud.runs) == before


TestConvergence = Convergence.TestCase
TestConvergence.settings = settings(
    max_examples=100, stateful_step_count=15, deadline=None, suppress_health_check=list(HealthCheck)
)


def test_runs_that_fail_while_files_keep_coming_end_and_reach_a_person() -> None:
    cloud = Cloud()
    cloud.champion, cloud.healthy = champion(1), False
    for number in range(12):
        cloud.files[f"{number}.csv"] = file(f"{number}.csv")
        reconcile(cloud, NEW)
        cloud.end("Failed")
    assert len(cloud.runs) == MOST_ATTEMPTS
    assert cloud.needs_person == 1


@pytest.mark.parametrize("calls", range(6))
def test_a_person_is_told_though_the_function_crashes_at_the_last_failure(calls: int) -> None:
    cloud = Cloud()
    cloud.champion, cloud.files = champion(1), {"a.csv": file("a.csv")}
    for _ in range(MOST_ATTEMPTS):
        reconcile(cloud, NEW)
        cloud.end("Failed")
    cloud.interruptions = [CRASH] + [NOTHING] * calls
    with suppress(CrashError):
        reconcile(cloud, END)
    cloud.interruptions = []
    reconcile(cloud, END)
    assert [run.result for run in cloud.runs] == ["failed"] * MOST_ATTEMPTS
    assert cloud.needs_person


def test_a_command_that_is_refused_ends_and_reaches_a_person() -> None:
    cloud = Cloud()
    cloud.champion, cloud.refuses = champion(1), True
    cloud.files["a.csv"] = file("a.csv")
    command = NEW.model_copy(update={"insist": True})
    assert "no such model" in reconcile(cloud, command).reason
    assert (len(cloud.runs), cloud.needs_person) == (MOST_ATTEMPTS, 1)
    reconcile(cloud, command)
    assert (len(cloud.runs), cloud.needs_person) == (MOST_ATTEMPTS + 1, 2)


@pytest.mark.parametrize("scope", ["new", "prefix", "all"])
def test_more_files_than_a_run_takes_are_all_scored_once_without_being_asked_for_again(scope: Any) -> None:
    cloud = Cloud()
    cloud.champion = champion(2)
    cloud.files = {name: file(name) for name in "gfedcba"}
    cloud.scored = {} if scope == "new" else {name: Scored("v1", champion(1).model_data) for name in "abcdefg"}
    reconcile(cloud, NEW.model_copy(update={"scope": scope}))
    for _ in range(6):
        # One that fails in between is tried again, and no other.
        cloud.end("Failed" if len(cloud.runs) == 2 else "Succeeded")
        reconcile(cloud, END)
    complete = [run for run in cloud.runs if run.result == "succeeded"]
    inputs = [[item["file"] for item in cloud.manifests[run.name]["inputs"]] for run in complete]
    assert inputs == [["a", "b"], ["c", "d"], ["e", "f"], ["g"]]
    assert len(cloud.runs) == 5
    assert "other files wait" in complete[0].detail
    assert "other files wait" not in complete[-1].detail


@pytest.mark.parametrize("scope", ["new", "prefix", "all"])
def test_what_is_asked_for_during_a_run_begins_after_it_once(scope: Any) -> None:
    cloud = Cloud()
    cloud.champion, cloud.files = champion(1), {"a": file("a")}
    first = reconcile(cloud, NEW).began
    assert [run.name for run in cloud.runs] == [first]
    cloud.files["b"], cloud.champion = file("b"), champion(2)
    rest = reconcile(cloud, NEW.model_copy(update={"scope": scope, "trigger": "a tick"}))
    assert (rest.began, rest.kept) == ("", first)
    assert reconcile(cloud, NEW).kept == first
    cloud.end("Succeeded")
    assert reconcile(cloud, END).began == cloud.runs[1].name
    assert (cloud.runs[1].files, cloud.runs[1].trigger) == (1 if scope == "new" else 2, "a tick")
    # Nobody asked since: what comes now waits for the schedule, although a wish was there when nothing was left.
    reconcile(cloud, NEW)
    cloud.end("Succeeded")
    reconcile(cloud, END)
    cloud.files["c"] = file("c")
    reconcile(cloud, END)
    assert len(cloud.runs) == 2
