"""Whatever order objects, ends of jobs and messages come in, every object gets a label, and none is labelled twice.

The world is a small state machine: a prefix, labelling jobs that complete, fail or are stopped half way, a table of
runs, labels that are imported, objects that are chosen. Messages are only "look again", so the machine looks at random
times, twice at once, in the middle of each other, and with crashes between any two calls.
"""

from collections import Counter
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from label.beginning import MOST_FAILURES
from label.events import Look
from label.reconcile import reconcile
from label.state import Choice, Known
from tests.unit.label_cloud_kit import BEGIN, CRASH, END, NOTHING, Cloud, CrashError

LOOKS = st.sampled_from([BEGIN, BEGIN, END, BEGIN.model_copy(update={"insist": True})])
INTERRUPTIONS = st.lists(st.integers(0, 3), max_size=10)
NAMES = ["a.jpg", "b.jpg", "cats/c.jpg", "d.jpg", "e.jpg"]


class Convergence(RuleBasedStateMachine):
    @initialize()
    def begin(self) -> None:
        self.cloud = Cloud()
        self.cloud.put("a.jpg")

    @rule(name=st.sampled_from(NAMES), look=LOOKS, interruptions=INTERRUPTIONS)
    def object_comes(self, name: str, look: Look, interruptions: list[int]) -> None:
        known = self.cloud.objects.get(name)
        self.cloud.put(name, int(known.version[1:]) + 1 if known else 1)
        self._message(look, interruptions)

    @rule(refuses=st.booleans())
    def health_changes(self, refuses: bool) -> None:
        self.cloud.refuses = refuses

    @rule(
        status=st.sampled_from(["Completed", "Completed", "Failed", "Stopped"]),
        done=st.integers(0, 2),
        look=LOOKS,
        interruptions=INTERRUPTIONS,
    )
    def job_ends(self, status: str, done: int, look: Look, interruptions: list[int]) -> None:
        self.cloud.end(status, done)
        self._message(look, interruptions)

    @rule(names=st.sets(st.sampled_from(NAMES), min_size=1), digit=st.integers(0, 3), interruptions=INTERRUPTIONS)
    def labels_are_imported(self, names: set[str], digit: int, interruptions: list[int]) -> None:
        self._message(self.cloud.import_labels(str(digit) * 64, *sorted(names)), interruptions)

    @rule(names=st.lists(st.sampled_from(NAMES), min_size=1, unique=True), interruptions=INTERRUPTIONS)
    def objects_are_chosen(self, names: list[str], interruptions: list[int]) -> None:
        self.cloud.choices.append(Choice(f"turn-{len(self.cloud.choices)}", tuple(names)))
        self._message(END, interruptions)

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
        assert sum(job.status == "InProgress" for job in self.cloud.jobs.values()) <= 1

    @invariant()
    def no_version_of_an_object_is_shown_twice(self) -> None:
        # Workers are always sure here; labels that were thrown away for an overwritten object are of another version.
        assert [one for one, count in Counter(self.cloud.shown).items() if count > 1] == []

    @invariant()
    def failures_in_a_row_reach_a_person(self) -> None:
        results = [run.result for run in self.cloud.runs if not run.imports]
        if results[-MOST_FAILURES:] == ["failed"] * MOST_FAILURES:
            assert self.cloud.needs_person

    @invariant()
    def an_answer_is_what_came_of_its_run(self) -> None:
        for name, answer in self.cloud.answered.items():
            ends = {run.name: run.result for run in self.cloud.runs if run.chosen == name and run.result != "failed"}
            assert ends == ({answer.run: answer.result} if answer.run else {})

    def teardown(self) -> None:
        """With workers and commands all is labelled in its present version, then no more; who asked is answered."""
        cloud = self.cloud
        cloud.refuses = False
        for _ in range(8 + len(cloud.choices)):
            reconcile(cloud, BEGIN.model_copy(update={"insist": True}))
            cloud.end("Completed")
        reconcile(cloud, END)
        assert {name: one.version for name, one in cloud.known.items() if name in cloud.objects} == {
            name: known.version for name, known in cloud.objects.items()
        }
        assert {one.outcome for name, one in cloud.known.items() if name in cloud.objects} == {"labelled"}
        assert set(cloud.objects) <= set(cloud.labels())
        assert set(cloud.answered) == {one.name for one in cloud.choices}
        before = len(cloud.runs)
        reconcile(cloud, BEGIN)
        assert len(cloud.runs) == before


TestConvergence = Convergence.TestCase
TestConvergence.settings = settings(
    max_examples=150, stateful_step_count=15, deadline=None, suppress_health_check=list(HealthCheck)
)


@pytest.mark.parametrize("calls", range(24))
def test_a_crash_at_any_step_resumes_with_nothing_lost_or_labelled_twice(calls: int) -> None:
    cloud = Cloud()
    for name in NAMES[:3]:
        cloud.put(name)
    for _ in range(2):
        cloud.interruptions = [CRASH] + [NOTHING] * calls
        with suppress(CrashError):
            reconcile(cloud, BEGIN)
        cloud.interruptions = []
        reconcile(cloud, BEGIN)
        cloud.end("Completed")
    reconcile(cloud, END)
    assert cloud.shown == [(name, "v1") for name in NAMES[:3]]
    assert sorted(cloud.labels()) == NAMES[:3]
    assert [run.result for run in cloud.runs] == ["labelled"]


def test_a_job_that_was_stopped_keeps_its_labels_and_the_rest_waits_for_a_person() -> None:
    cloud = Cloud()
    for name in NAMES[:3]:
        cloud.put(name)
    reconcile(cloud, BEGIN)
    cloud.end("Stopped", done=0)
    assert "was stopped; a command starts it again" in reconcile(cloud, BEGIN).reason
    reconcile(cloud, BEGIN.model_copy(update={"insist": True}))
    cloud.end("Stopped", done=2)
    reconcile(cloud, END)
    assert sorted(cloud.labels()) == NAMES[:2]
    reconcile(cloud, BEGIN)  # other objects than those that were stopped
    cloud.end("Completed")
    reconcile(cloud, END)
    assert sorted(cloud.labels()) == NAMES[:3]
    assert len(cloud.shown) == 3


def test_a_job_that_cannot_be_made_is_tried_three_times_and_reaches_a_person() -> None:
    cloud = Cloud()
    cloud.put("a.jpg")
    cloud.refuses = True
    assert "no such team" in reconcile(cloud, BEGIN).reason
    assert (len(cloud.runs), cloud.needs_person, sum(run.usd for run in cloud.runs)) == (MOST_FAILURES, 1, 0)
    reconcile(cloud, BEGIN)
    assert len(cloud.runs) == MOST_FAILURES
    cloud.refuses = False
    reconcile(cloud, BEGIN.model_copy(update={"insist": True}))
    assert len(cloud.jobs) == 1


def test_what_stays_unclear_is_labelled_again_as_often_as_allowed_and_then_waits_for_an_import() -> None:
    cloud = Cloud(minimum_confidence=0.6)
    cloud.put("a.jpg")
    cloud.put("b.jpg")
    cloud.unsure = {"a.jpg"}
    for _ in range(4):
        reconcile(cloud, BEGIN)
        cloud.end("Completed")
    assert reconcile(cloud, BEGIN).reason == "nothing is to be labelled of 2 objects"
    assert cloud.shown == [("a.jpg", "v1"), ("b.jpg", "v1"), ("a.jpg", "v1")]
    assert cloud.known["a.jpg"] == Known("v1", "unclear", 2)
    reconcile(cloud, cloud.import_labels("0" * 64, "a.jpg"))
    assert cloud.known["a.jpg"] == Known("v1", "labelled", 0)
    assert sorted(cloud.labels()) == ["a.jpg", "b.jpg"]


def test_a_file_is_imported_once_and_objects_that_it_labels_are_not_labelled() -> None:
    cloud = Cloud()
    cloud.put("a.jpg")
    cloud.put("b.jpg")
    look = cloud.import_labels("0" * 64, "a.jpg")
    reconcile(cloud, look)
    assert reconcile(cloud, look).reason == "these labels were imported before"
    reconcile(cloud, BEGIN)
    cloud.end("Completed")
    reconcile(cloud, END)
    assert cloud.shown == [("b.jpg", "v1")]
    assert sorted(cloud.labels()) == ["a.jpg", "b.jpg"]


def test_imports_that_come_during_a_job_are_kept_and_taken_in_after_it() -> None:
    cloud = Cloud()
    cloud.put("a.jpg")
    reconcile(cloud, BEGIN)
    for digit in "01":
        assert reconcile(cloud, cloud.import_labels(digit * 64, f"{digit}.jpg")).kept
    cloud.end("Completed")
    reconcile(cloud, END)
    assert cloud.imported == {"0" * 64, "1" * 64}
    assert sorted(cloud.labels()) == ["0.jpg", "1.jpg", "a.jpg"]


def test_the_months_money_limits_what_a_job_takes() -> None:
    cloud = Cloud(usd_per_month=0.5)
    for number in range(9):
        cloud.put(f"{number}.jpg")
    for _ in range(4):
        rest = reconcile(cloud, BEGIN)
        cloud.end("Completed")
    assert [run.objects for run in cloud.runs] == [3, 2]
    assert rest.reason == "4 objects wait: 0.50 of 0.50 USD of this month are spent"


def test_automatic_labelling_waits_for_enough_objects() -> None:
    cloud = Cloud(least_objects=2)
    cloud.put("a.jpg")
    assert "wait for others" in reconcile(cloud, BEGIN).reason
    cloud.put("b.jpg")
    assert reconcile(cloud, BEGIN).began


@pytest.mark.parametrize(
    ("changes", "said"),
    [({"backend": "manifest_import"}, "labels come from elsewhere"), (None, "its stack of labelling is not deployed")],
)
def test_without_jobs_a_command_is_told_so(changes: dict[str, Any] | None, said: str) -> None:
    cloud = Cloud(**(changes or {}))
    cloud.put("a.jpg")
    if changes is None:
        cloud.terms = None
    assert said in reconcile(cloud, BEGIN).reason
    assert cloud.runs == []


def test_labels_of_workers_who_hardly_agree_are_told() -> None:
    cloud = Cloud(minimum_agreement=0.667)
    for name in NAMES[:3]:
        cloud.put(name)
    reconcile(cloud, BEGIN)
    cloud.end("Completed")
    reconcile(cloud, END)
    assert cloud.doubted == 1
    assert "agreement -0." in cloud.runs[0].detail


def test_what_was_labelled_while_the_stack_was_gone_is_taken_in_later() -> None:
    cloud = Cloud()
    cloud.put("a.jpg")
    began = reconcile(cloud, BEGIN).began
    terms, cloud.terms = cloud.terms, None
    cloud.end("Completed")
    assert reconcile(cloud, END).reason.endswith(f"not deployed; run {began} waits for it")
    cloud.terms = terms
    reconcile(cloud, END)
    assert cloud.labels() == ["a.jpg"]
