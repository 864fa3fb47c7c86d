"""What SageMaker Model Monitor's schedules found becomes runs and figures like those of the project's own jobs."""

import random
from dataclasses import replace
from datetime import timedelta

import pytest

from monitor import native
from monitor.events import Look, Monitor, Terms
from monitor.logic import Rest
from monitor.native import Found
from monitor.reconcile import reconcile
from monitor.state import Observation
from tests.unit.monitor_cloud_kit import ANOTHER_LOOK, CRASH, NOTHING, NOW, Cloud, CrashError

TERMS = Terms(
    backend="model_monitor",
    monitors=("data_quality", "model_quality"),
    window_hours=1,
    outcome_hours=24,
    overdue_hours=3,
)
LOOK = Look(use_case="toys", terms=TERMS)
JOB = "arn:aws:sagemaker:ap-northeast-1:111122223333:processing-job/data-quality-monitoring-202611280400-de32"


def found(hours: float, status: str = "Completed", monitor: Monitor = "data_quality", reason: str = "") -> Found:
    return Found(monitor, NOW + timedelta(hours=hours), status, reason, JOB)


class Schedules(Cloud):
    """The cloud of the other tests, where SageMaker's own schedules look."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[Found] = []

    def interrupted(self) -> None:
        kind = self.interruptions.pop() if self.interruptions else NOTHING
        if kind == CRASH:
            raise CrashError
        if kind == ANOTHER_LOOK and self.depth < 2:
            self.depth += 1
            reconcile(self, LOOK)
            self.depth -= 1

    def look(self, look: Look) -> Observation:
        runs = tuple(reversed(self.runs))
        self.interrupted()
        seen = Observation(look.use_case, self.now, look.terms, runs, status=self.status, found=tuple(self.found))
        return replace(seen, executions=native.executions(seen), served=tuple(self.served.values()))


def test_each_execution_that_has_ended_becomes_one_run() -> None:
    cloud = Schedules()
    cloud.found = [found(-3), found(-2, "CompletedWithViolations"), found(-1), found(-1, monitor="model_quality")]
    assert reconcile(cloud, LOOK).reason.startswith("SageMaker's schedules come")
    # Of what was there before the first look the newest, of each monitor.
    assert [(run.monitors, run.until - NOW, run.history) for run in cloud.runs] == [
        (("data_quality",), timedelta(hours=-1), False),
        (("model_quality",), timedelta(hours=-25), False),
    ]
    assert {run.variant for run in cloud.runs} == {native.TOGETHER}
    assert {run.package for run in cloud.runs} == {"package/1"}
    assert cloud.runs[0].start == NOW - timedelta(hours=2)
    cloud.found += [found(0), found(1), found(2, "InProgress")]
    assert reconcile(cloud, LOOK).reason == "under way: data_quality 2026-11-23T02:00:00+00:00"
    assert [(run.until - NOW, run.history) for run in cloud.runs[2:]] == [
        (timedelta(0), True),  # no alarm shall look at what is not the newest
        (timedelta(hours=1), False),
    ]
    assert all(run.result == "succeeded" for run in cloud.runs)
    assert reconcile(cloud, LOOK) == Rest("under way: data_quality 2026-11-23T02:00:00+00:00")
    assert len(cloud.runs) == len(cloud.published) == 4


def test_trouble_is_told_and_nothing_to_look_at_is_none() -> None:
    cloud = Schedules()
    cloud.found = [found(-1, "Failed", reason="ClientError: no such baseline"), found(-1, "Stopped", "model_quality")]
    reconcile(cloud, LOOK)
    assert [run.result for run in cloud.runs] == ["failed", "stopped"]
    assert cloud.runs[0].detail == "ClientError: no such baseline"
    cloud.found.append(found(0, "Failed", reason=native.NOTHING))
    reconcile(cloud, LOOK)
    assert cloud.runs[-1].result == "succeeded"
    # An execution that SageMaker forgot before its run was published
    cloud.runs.append(
        replace(cloud.runs[-1], number=4, result="started", execution="data_quality 2026-11-01T00:00:00+00:00")
    )
    reconcile(cloud, LOOK)
    assert (cloud.runs[-1].result, "does not list" in cloud.runs[-1].detail) == ("failed", True)


def test_silence_is_told() -> None:
    cloud = Schedules()
    cloud.served["champion"] = replace(cloud.served["champion"], since=NOW)
    cloud.now = NOW + timedelta(hours=3)
    reconcile(cloud, LOOK)
    assert cloud.overdue == [""]
    cloud.now += timedelta(minutes=1)
    reconcile(cloud, LOOK)
    assert "the schedule of data_quality has looked at nothing" in cloud.overdue[-1]
    cloud.found = [found(2), found(2, monitor="model_quality")]
    reconcile(cloud, LOOK)
    assert cloud.overdue[-1] == ""


@pytest.mark.parametrize("seed", range(40))
def test_crashes_and_looks_side_by_side_end_the_same(seed: int) -> None:
    cloud, dice = Schedules(), random.Random(seed)  # noqa: S311 - which calls fail
    cloud.found = [found(-1)]
    for hour in range(4):
        cloud.found.append(found(hour, dice.choice(("Completed", "CompletedWithViolations", "Failed"))))
        cloud.interruptions = [dice.choice((NOTHING, NOTHING, ANOTHER_LOOK, CRASH)) for _ in range(8)]
        for _ in range(10):
            try:
                reconcile(cloud, LOOK)
            except CrashError:
                continue
            break
    cloud.interruptions = []
    reconcile(cloud, LOOK)
    ends = [run.until for run in cloud.runs]
    assert len(set(ends)) == len(ends)
    assert {end - NOW for end in ends} >= {timedelta(hours=hour) for hour in range(1, 4)}
    assert all(run.result != "started" for run in cloud.runs)


def test_an_execution_that_ends_after_a_later_one_is_told_as_well() -> None:
    cloud = Schedules()
    cloud.found = [found(-1), found(0, "InProgress"), found(1)]
    reconcile(cloud, LOOK)
    assert [run.until - NOW for run in cloud.runs] == [timedelta(hours=1)]
    cloud.found += [found(2)]
    reconcile(cloud, LOOK)
    cloud.found[1] = found(0)
    cloud.found[0] = found(1.5)
    reconcile(cloud, LOOK)
    assert [(run.until - NOW, run.history) for run in cloud.runs[1:]] == [
        (timedelta(hours=2), False),
        (timedelta(hours=1.5), True),
    ]
