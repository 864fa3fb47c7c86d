"""Measure a command as a whole: CPU seconds and memory of it and of everything it starts."""

import ctypes
import os
import resource
import subprocess
import threading
import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

PR_SET_CHILD_SUBREAPER = 36
PAGE = os.sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True)
class Usage:
    """What one run of a command used.

    Attributes:
        cpu: user and system time of it and all its descendants, seconds.
        wall: elapsed time, seconds.
        peak_mb: most resident memory that any one process of the tree had, sampled every 20 ms, MB.
    """

    cpu: float
    wall: float
    peak_mb: float


def run(command: Sequence[str], cwd: Path, variables: Mapping[str, str], ends: Collection[int] = (0,)) -> Usage:
    """Run a command to its end; raises RuntimeError with its output if it ends with another code than it may."""
    # Descendants that outlive their parent (the CDK's Node process does) are handed to us, so their time counts too.
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    before, started = _children_cpu(), time.monotonic()
    process = subprocess.Popen(
        command,
        cwd=cwd,
        env={**os.environ, **variables},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    sampler = _Sampler(process.pid)
    sampler.start()
    output, _ = process.communicate()
    wall = time.monotonic() - started
    sampler.stop()
    _reap()
    if process.returncode not in ends:
        raise RuntimeError(f"{' '.join(command)} ended with {process.returncode}:\n{output[-2000:]}")
    return Usage(_children_cpu() - before, wall, sampler.peak / 1e6)


def _children_cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _reap() -> None:
    end = time.monotonic() + 5
    while time.monotonic() < end:
        try:
            if os.waitpid(-1, os.WNOHANG) == (0, 0):
                time.sleep(0.02)
        except ChildProcessError:
            return


class _Sampler(threading.Thread):
    def __init__(self, root: int) -> None:
        super().__init__(daemon=True)
        self.root, self.peak, self._ended = root, 0, threading.Event()

    def run(self) -> None:
        while not self._ended.wait(0.02):
            self.peak = max(self.peak, *map(_resident, _tree(self.root)))

    def stop(self) -> None:
        self._ended.set()
        self.join()


def _tree(root: int) -> list[int]:
    found, queue = [], [root]
    while queue:
        pid = queue.pop()
        found.append(pid)
        try:
            tasks = list(Path(f"/proc/{pid}/task").glob("*/children"))
        except OSError:  # it has ended meanwhile
            continue
        for task in tasks:
            try:
                queue.extend(map(int, task.read_text().split()))
            except OSError:
                continue
    return found


def _resident(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * PAGE
    except (OSError, IndexError):
        return 0
