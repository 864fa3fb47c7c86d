"""What the label function sees while others act: something happens before any one of its reads, whichever it is."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace

import pytest

from label.reconcile import reconcile
from label.state import Choice
from tests.unit.label_cloud_kit import ANOTHER_LOOK, BEGIN, END, Cloud, CrashError
from tests.unit.label_reads_kit import READS, Reads

every_read = pytest.mark.parametrize("read", range(READS))


def happens(cloud: Cloud, read: int, what: int | Callable[[], None]) -> None:
    cloud.interrupted_at, cloud.interruptions = read, [what]


def crash(_: object) -> None:
    raise CrashError


@every_read
def test_objects_that_come_and_are_chosen_meanwhile_are_not_told_to_be_none(read: int) -> None:
    cloud = Cloud()

    def chosen() -> None:
        cloud.put("a.jpg")
        cloud.choices = [Choice("turn-1", ("a.jpg",))]

    happens(cloud, read, chosen)
    reconcile(cloud, END)
    assert cloud.answered == {}
    # The message of the choice itself.
    reconcile(cloud, END)
    cloud.end("Completed")
    reconcile(cloud, END)
    assert cloud.answered["turn-1"].result == "labelled"


@every_read
def test_what_a_run_that_begins_meanwhile_spends_and_takes_is_no_answer(read: int) -> None:
    cloud = Cloud(usd_per_month=0.1)
    cloud.put("a.jpg")
    cloud.choices = [Choice("turn-1", ("a.jpg",))]
    happens(cloud, read, ANOTHER_LOOK)
    reconcile(cloud, END)
    assert cloud.answered == {}
    cloud.end("Completed")
    reconcile(cloud, END)
    assert (cloud.answered["turn-1"].result, cloud.answered["turn-1"].run) == ("labelled", cloud.runs[0].name)


@every_read
def test_what_a_run_that_begins_and_ends_meanwhile_labels_is_no_answer(
    read: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    cloud = Cloud()
    cloud.put("a.jpg")
    cloud.choices = [Choice("turn-1", ("a.jpg",))]

    def labelled() -> None:
        reconcile(cloud, END)
        cloud.end("Completed")
        with monkeypatch.context() as patch, suppress(CrashError):
            patch.setattr(cloud, "answer", crash)
            reconcile(cloud, END)

    happens(cloud, read, labelled)
    reconcile(cloud, END)
    assert (cloud.answered["turn-1"].result, cloud.answered["turn-1"].run) == ("labelled", cloud.runs[0].name)


@pytest.mark.parametrize("read", range(5))
def test_a_job_that_is_made_and_ends_meanwhile_has_not_failed(read: int) -> None:
    cloud = Cloud()
    cloud.put("a.jpg")
    reconcile(cloud, BEGIN)
    cloud.jobs.clear()
    cloud.pending = [Reads.name(cloud.runs[0])]

    def over() -> None:
        cloud.end("Completed")
        cloud.executions = {name: replace(one, status="SUCCEEDED") for name, one in cloud.executions.items()}

    happens(cloud, read, over)
    reconcile(cloud, END)
    reconcile(cloud, END)
    assert [run.result for run in cloud.runs] == ["labelled"]
