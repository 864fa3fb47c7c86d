"""Run one program per instance side by side: the first that fails ends the others, as on AWS it ends the job."""

import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from local_cloud.sagemaker.jobs.failure import JobFailureError
from local_cloud.sagemaker.jobs.process import Outcome, Program, Running, abilities

_READY_SECONDS = 20
_HOLD = "print('ready', flush=True); import signal; signal.pause()"


class AnyOf(threading.Event):
    """Is set when one of several events is."""

    def __init__(self, *events: threading.Event) -> None:
        super().__init__()
        self._events = events

    def is_set(self) -> bool:
        """Whether one of them is set."""
        return any(event.is_set() for event in self._events)

    def wait(self, timeout: float | None = None) -> bool:
        """Wait for the first of them; the others are looked at afterwards, so keep `timeout` short."""
        return self._events[0].wait(timeout) or self.is_set()


def run_all(
    hosts: Mapping[str, Path], stop: threading.Event, work: Callable[[str, Path, threading.Event], Outcome]
) -> dict[str, Outcome]:
    """Run `work(host, folder, stop)` for every host at once and return what came of each.

    A program that was ended because another one failed has `ended_by` "peer".
    """
    failed = threading.Event()

    def one(host: str, folder: Path) -> Outcome:
        try:
            outcome = work(host, folder, AnyOf(stop, failed))
        except BaseException:
            failed.set()
            raise
        if outcome.ended_by == "itself" and outcome.exit_code != 0:
            failed.set()
        return replace(outcome, ended_by="peer") if outcome.ended_by == "stop" and not stop.is_set() else outcome

    with ThreadPoolExecutor(len(hosts)) as pool:
        futures = {host: pool.submit(one, host, folder) for host, folder in hosts.items()}
        return {host: future.result() for host, future in futures.items()}


@contextmanager
def shared_network(folder: Path, wanted: bool) -> Iterator[int | None]:
    """Hold a network that has loopback only; give the process whose network it is, None where there is none to share.

    On AWS too, the instances of an isolated job reach each other and nothing else.
    """
    if not (wanted and abilities().isolate_network):
        yield None
        return
    ready = threading.Event()
    holder = Running(
        Program([sys.executable, "-I", "-S", "-c", _HOLD], {}, folder, isolated=True), lambda line: ready.set()
    )
    try:
        if not ready.wait(_READY_SECONDS):
            raise JobFailureError("InternalServerError: the network of the job's instances did not come up.")
        yield holder.pid
    finally:
        holder.end()
