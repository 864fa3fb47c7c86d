"""The long demonstration, however its experiments end: also undecided, and with all flights asked about."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from config import load_environment, load_use_case
from experiment import commands
from experiment.events import Start, Stop, parse
from experiment.trial import Look, Stretch, Trial
from ops.demo.progress import Stages
from ops.story import USE_CASE, run, trial
from ops.story.report import Report
from ops.story.traffic import Request
from ops.target import Target
from tests.unit.experiment_cloud_kit import CHALLENGER, Cloud, terms
from tests.unit.experiment_hours_kit import world
from tests.unit.season_kit import season

TARGET = Target(load_environment("local"), load_use_case(USE_CASE))
GROUP = "arn:aws:sagemaker:ap-northeast-1:000000000000:model-package/local-flight-delays"
FIRST, SECOND, THIRD = (f"{GROUP}/{version}" for version in (1, 2, 3))
BATCHES = 12


def batches(count: int) -> list[list[Request]]:
    start = datetime(2013, 6, 1)
    return [[Request(f"r{at}", start + timedelta(days=4 * at), "{}", (0,))] for at in range(count)]


class Function:
    """The experiment function, as commands ask it; each batch of requests takes an hour of its cloud."""

    def __init__(self, cloud: Cloud, monkeypatch: pytest.MonkeyPatch, **agreed: Any) -> None:
        self.cloud, self.sent, self.stops = cloud, 0, list[Stop]()
        monkeypatch.setattr(trial, "function", self)
        monkeypatch.setattr(trial, "Traffic", lambda _: self)
        monkeypatch.setattr(trial, "terms", lambda *_, **__: terms(**agreed))
        self.answered, self.failed = {"champion": 9, "challenger": 1}, 0

    def ask(self, _: Target, **event: Any) -> None:
        asked, time = parse({"use_case": USE_CASE, **event}), None
        if isinstance(asked, Start):
            self.cloud.trial = commands.start(asked, None, self.cloud.live(), self.cloud.now)
        elif isinstance(asked, Stop):
            self.stops.append(asked)
            assert self.cloud.advance(commands.stop(asked, self.cloud.look(USE_CASE, None)))
        else:
            time = self.cloud.now
        self.cloud.message(time)
        for _again in range(3):
            self.cloud.run()
            self.cloud.settle()
            self.cloud.message(None)

    def newest(self, _: Target) -> Trial:
        assert self.cloud.trial
        return self.cloud.trial

    def records(self, _: Target) -> Any:
        kept = [one for _, one in sorted(self.cloud.record.items())]
        looks, stretches = (tuple(one for one in kept if isinstance(one, kind)) for kind in (Look, Stretch))
        return SimpleNamespace(looks=lambda _: looks, stretches=lambda _: stretches)

    # Traffic

    def send(self, batch: list[Request], progress: Any) -> None:
        self.sent += 1
        progress(len(batch))
        self.cloud.pass_time(1)

    def tell(self, batch: list[Request]) -> int:
        return len(batch)


@contextmanager
def stage() -> Iterator[Any]:
    with Stages().stage("Experiment") as shown:
        yield shown


def asked(function: Function, count: int = BATCHES) -> trial.Outcome:
    with stage() as shown:
        return trial.run(TARGET, "Is it better?", iter(batches(count)), shown)


def test_an_experiment_whose_flights_end_is_stopped_and_its_challenger_gets_no_more_requests(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    function = Function(world("even"), monkeypatch)
    found = asked(function, 3)
    assert (found.trial.result, found.days, function.sent) == ("stopped", 3, 3)
    assert found.trial.detail == "Stopped by make story: nothing was decided"
    assert (len(function.stops), function.cloud.weights["challenger"], function.cloud.registered) == (1, 0.0, [])


def test_an_experiment_that_asks_a_person_is_stopped_with_flights_left(monkeypatch: pytest.MonkeyPatch) -> None:
    function = Function(world("even"), monkeypatch, maximum=5000)
    found = asked(function)
    assert (found.trial.result, found.looks[-1].outcome) == ("stopped", "ask")
    assert function.sent < BATCHES


@pytest.mark.parametrize(("kind", "result"), [("better", "promoted"), ("broken", "withdrawn")])
def test_one_that_decides_is_not_stopped(monkeypatch: pytest.MonkeyPatch, kind: str, result: str) -> None:
    function = Function(world(kind), monkeypatch)
    found = asked(function, 40)
    assert (found.trial.result, found.trial.challenger, function.stops) == (result, CHALLENGER, [])


@pytest.mark.parametrize("flights", [0, 3])
def test_what_was_not_decided_is_told_as_that(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Any, flights: int
) -> None:
    undecided = asked(Function(world("even"), monkeypatch), flights)
    report = Report(TARGET, undecided, undecided, "plane_year", season(), [], {"Deploy": 1.0})
    report.print_summary()
    assert "version 2 was not decided about" in capsys.readouterr().out
    report.write_page(tmp_path / "story.html")
    text = (tmp_path / "story.html").read_text()
    assert text.count("Stopped by make story: nothing was decided") == 2


class Story:
    """`_tell` with experiments that end as they are told to, and what it did with the models."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, ends: list[str], used: int) -> None:
        self.ends, self.used, self.given = list(ends), used, list[int]()
        self.rejected, self.waited = list[str](), list[str]()
        packages = iter((FIRST, SECOND, THIRD))
        for name in ("upload", "train"):
            monkeypatch.setattr(f"ops.story.run.acts.{name}", lambda *_: None)
        monkeypatch.setattr("ops.story.run.acts.release", lambda *_: next(packages))
        monkeypatch.setattr(run, "held_out", lambda _: SimpleNamespace(rows=None))
        monkeypatch.setattr(run, "requests", lambda *_: [one for batch in batches(BATCHES) for one in batch])
        monkeypatch.setattr("ops.story.run.broken.register", lambda *_: "plane_year")
        monkeypatch.setattr("ops.story.run.records.newest", lambda *_: [])
        monkeypatch.setattr("ops.story.run.model_packages.reject", lambda _, package, __: self.rejected.append(package))
        monkeypatch.setattr(run, "serves_alone", lambda _, package: self.waited.append(package))
        monkeypatch.setattr("ops.story.run.trial.run", self.experiment)
        monkeypatch.setattr("ops.story.run.season.tell", lambda *_: None)

    def experiment(self, _: Target, why: str, given: Iterator[Any], shown: Any, together: int) -> Any:
        result = self.ends.pop(0)
        taken = [one for _, one in zip(range(BATCHES if result == "stopped" else self.used), given, strict=False)]
        self.given.append(len(taken))
        return SimpleNamespace(trial=SimpleNamespace(result=result))


@pytest.mark.parametrize(
    ("ends", "rejected", "champion"),
    [
        (["promoted", "withdrawn"], [], SECOND),
        (["withdrawn", "withdrawn"], [], FIRST),
        (["stopped", "withdrawn"], [SECOND], FIRST),
        (["promoted", "stopped"], [THIRD], SECOND),
        (["stopped", "stopped"], [SECOND, THIRD], FIRST),
    ],
)
def test_who_serves_in_the_end(
    monkeypatch: pytest.MonkeyPatch, ends: list[str], rejected: list[str], champion: str
) -> None:
    story = Story(monkeypatch, ends, used=2)
    run._tell(Stages(), TARGET)
    assert (story.rejected, story.waited) == (rejected, [champion, champion])


@pytest.mark.parametrize("first", ["promoted", "stopped"])
def test_there_are_always_flights_to_ask_the_broken_model_about(monkeypatch: pytest.MonkeyPatch, first: str) -> None:
    story = Story(monkeypatch, [first, "stopped"], used=5)
    run._tell(Stages(), TARGET)
    known = 5 if first == "promoted" else BATCHES - run._KEPT
    assert story.given == [known, BATCHES - known]
    assert story.given[1] >= run._KEPT
