"""An experiment hour by hour in a world that is otherwise the same."""

import functools
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest

from experiment import bandit, commands, e_process
from experiment.events import Stop
from experiment.thompson import advise
from experiment.trial import Look, Trial
from tests.unit.experiment_cloud_kit import BEGAN, Cloud, asked

HOURS = 30
STOP = Stop(use_case="flight_delays", stop=True, by="ann", why="holidays")


@contextmanager
def reckoned_once() -> Iterator[None]:
    """Reckon what each look sees again and again only once, from the first batch on; and draw less often."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bandit, "advise", functools.partial(advise, draws=400))
        patch.setattr(e_process, "_factor", functools.cache(e_process._factor))
        yield


def world(kind: str) -> Cloud:
    cloud = Cloud()
    if kind == "better":
        cloud.errors["challenger"] = 0.15
    elif kind == "worse":
        cloud.errors["challenger"] = 0.25
    elif kind == "broken":
        cloud.failures["challenger"] = 0.1
    elif kind == "mute":
        cloud.invalid["challenger"] = 0.2
    return cloud


def begun(cloud: Cloud, **terms: Any) -> Cloud:
    cloud.trial = commands.start(asked(**terms), None, cloud.live(), cloud.now)
    cloud.message(None)
    return cloud


def hour(cloud: Cloud, number: int, extra: list[tuple[str, list[int]]]) -> None:
    """The clock strikes; messages come, some twice or cut off; before the hour is over everything has come through."""
    cloud.now = BEGAN + timedelta(hours=number)
    cloud.settle()  # what was moved at the last hour's end
    time = cloud.now
    for kind, interruptions in extra:
        sent = {"nothing": None, "again": time, "older": time - timedelta(hours=1)}[kind]
        cloud.message(sent, interruptions)
    cloud.message(time)
    for _ in range(3):
        cloud.run()
        cloud.settle()
        cloud.message(None)


def run(kind: str, hours: int = HOURS, **terms: Any) -> Cloud:
    cloud = begun(world(kind), **terms)
    for number in range(1, hours + 1):
        hour(cloud, number, [])
    return cloud


def record(cloud: Cloud) -> Trial:
    assert cloud.trial
    return cloud.trial


def outcomes(cloud: Cloud) -> list[str]:
    return [one.outcome for _, one in sorted(cloud.record.items()) if isinstance(one, Look)]
