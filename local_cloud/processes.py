"""The processes of a local cloud: whether the server lives, and how it and what it started are ended."""

import contextlib
import os
import signal
from pathlib import Path

import psutil

STATE_VARIABLE = "LOCAL_CLOUD_STATE_DIR"
STOP_SECONDS = 60


def is_alive(pid: int, since: float) -> bool:
    """Whether the process that started at `since` (epoch seconds) still runs, and not a later one with its number."""
    try:
        process = psutil.Process(pid)
        return bool(process.status() != psutil.STATUS_ZOMBIE and abs(process.create_time() - since) < 1)
    except psutil.Error:
        return False


def started_at(pid: int) -> float:
    """Return when a process started, in epoch seconds."""
    return float(psutil.Process(pid).create_time())


def terminate(pid: int, seconds: float = STOP_SECONDS) -> None:
    """Ask a server to end, which saves its state, and kill it after `seconds`; then end what it started."""
    process = psutil.Process(pid)
    children = process.children(recursive=True)
    process.terminate()
    try:
        process.wait(seconds)
    except psutil.TimeoutExpired:
        process.kill()
    _end(children)


def end_leftovers(state_dir: Path, pid: int | None, since: float) -> None:
    """End what a server that was killed left running: processes that carry its folder, or belong to its session."""
    _end([process for process in psutil.process_iter() if _belongs(process, state_dir, pid, since)])


def _belongs(process: psutil.Process, state_dir: Path, pid: int | None, since: float) -> bool:
    if process.pid == os.getpid():
        return False
    try:
        if pid and os.getsid(process.pid) == pid and process.create_time() >= since - 1:
            return True
        return bool(process.environ().get(STATE_VARIABLE) == str(state_dir))
    except (psutil.Error, OSError):
        return False


def _end(processes: list[psutil.Process]) -> None:
    for process in processes:
        with contextlib.suppress(psutil.Error):
            process.send_signal(signal.SIGTERM)
    _, alive = psutil.wait_procs(processes, timeout=5)
    for process in alive:
        with contextlib.suppress(psutil.Error):
            process.kill()
