"""The local cloud's serverless containers: they go while nobody asks, and for good with their variant."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from local_cloud.sagemaker.endpoints import containers
from local_cloud.sagemaker.endpoints.containers import Containers


class Process:
    """Starts at once, or never becomes healthy."""

    def __init__(self) -> None:
        self.alive, self.healthy, self.starts = False, True, 0

    def start(self, _: object) -> None:
        self.alive, self.starts = True, self.starts + 1

    def wait_until_healthy(self, _: float) -> bool:
        return self.healthy

    def stop(self) -> None:
        self.alive = False


class Telemetry:
    """Keeps what is measured."""

    def __init__(self) -> None:
        self.measured: list[tuple[str, float]] = []

    def log(self, _: str) -> None:
        """Nothing is read of it."""

    def measure(self, name: str, _: str, value: float) -> None:
        self.measured.append((name, value))


def made(**config: int) -> tuple[Containers, Any, Any]:
    process, telemetry = Process(), Telemetry()
    process.alive = True  # as after the look whether it comes up
    one: Any = Containers({"MaxConcurrency": 2, **config}, process, telemetry, 1.0)  # type: ignore[arg-type]
    one.came_up()
    return one, process, telemetry


def refusal(one: Containers, in_flight: int = 1, size: int = 1) -> Any:
    # In a thread of its own: after a test of pages the loop of the browser runs in this one.
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, one.refuse(in_flight, size)).result()


def test_it_goes_when_it_came_up_and_comes_with_a_request() -> None:
    one, process, telemetry = made()
    assert not process.alive
    assert refusal(one) is None
    assert process.alive
    assert [name for name, _ in telemetry.measured] == ["ServerlessConcurrentExecutionsUtilization", "ModelSetupTime"]
    assert telemetry.measured[0][1] == 0.5


def test_it_goes_after_a_while_unless_it_is_working() -> None:
    one, process, _ = made()
    assert refusal(one) is None
    one.rest(0)
    assert process.alive
    one._asked -= containers.IDLE_SECONDS
    one.rest(1)
    assert process.alive
    one.rest(0)
    assert not process.alive
    assert refusal(one) is None
    assert (process.alive, process.starts) == (True, 2)


def test_a_provisioned_one_stays() -> None:
    one, process, _ = made(ProvisionedConcurrency=1)
    one._asked -= containers.IDLE_SECONDS
    one.rest(0)
    assert process.alive


def test_one_that_does_not_come_up_is_not_ready_and_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(containers, "_READY_SECONDS", 0.1)
    one, process, _ = made()
    process.healthy = False
    assert refusal(one)[:2] == (429, "ModelNotReadyException")
    assert not process.alive
    process.healthy = True
    assert refusal(one) is None


def test_what_ends_for_good_is_not_started_by_a_late_request(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(containers, "_READY_SECONDS", 0.1)
    one, process, _ = made()
    one.end()
    assert refusal(one)[:2] == (429, "ModelNotReadyException")
    assert (process.alive, process.starts) == (False, 0)


def test_too_many_and_too_large_requests_start_nothing() -> None:
    one, process, _ = made()
    assert refusal(one, in_flight=3)[:2] == (400, "ThrottlingException")
    assert refusal(one, size=4 * 1024 * 1024 + 1)[:2] == (413, "ValidationError")
    assert process.starts == 0
