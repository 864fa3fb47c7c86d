"""Start, watch and stop the local cloud as a detached process of its own."""

import contextlib
import fcntl
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil

from local_cloud import clients
from local_cloud.clients import DEFAULT_PORT, ROOT, environment, environment_variables

__all__ = [
    "DEFAULT_PORT", "DEFAULT_STATE_DIR", "LocalCloudError", "Running", "down", "environment_variables", "running", "up",
]  # fmt: skip

DEFAULT_STATE_DIR = ROOT / "build" / "local-cloud"
START_SECONDS = 60
STOP_SECONDS = 60
STATE_VARIABLE = "LOCAL_CLOUD_STATE_DIR"


class LocalCloudError(Exception):
    """The local cloud cannot be started or stopped; the text says why and what to do."""


@dataclass(frozen=True)
class Running:
    """A local cloud that runs: its port, its process, when it started (epoch seconds), its folder."""

    port: int
    pid: int
    since: float
    state_dir: str

    @property
    def address(self) -> str:
        """Where the AWS API answers."""
        return clients.endpoint_url(self.port)

    @property
    def log_file(self) -> Path:
        """Where the server writes what it does."""
        return log_file(Path(self.state_dir))


def log_file(state_dir: Path) -> Path:
    """Return the log of the local cloud that keeps its state in `state_dir`."""
    return state_dir / "server.log"


def running(state_dir: Path = DEFAULT_STATE_DIR) -> Running | None:
    """Return the local cloud of a folder, None if it does not run."""
    record = _read(state_dir)
    if record is None or not _is_alive(record):
        return None
    return record


def up(port: int = DEFAULT_PORT, state_dir: Path = DEFAULT_STATE_DIR) -> Running:
    """Start the local cloud of a folder and wait until it is ready; one that runs already is returned as it is.

    Raises:
        LocalCloudError: the port is taken by something else, or the server does not start.
    """
    state_dir = state_dir.resolve()
    state_dir.mkdir(parents=True, exist_ok=True)
    with _lock(state_dir):
        if found := running(state_dir):
            return _wait_until_ready(found)
        _end_leftovers(state_dir)
        _require_free(port)
        started = _start(port, state_dir)
        _file(state_dir).write_text(json.dumps(asdict(started)))
        return _wait_until_ready(started)


def down(state_dir: Path = DEFAULT_STATE_DIR) -> bool:
    """Stop the local cloud of a folder, which saves its state, and end what it started; False if it did not run."""
    state_dir = state_dir.resolve()
    if not state_dir.exists():
        return False
    with _lock(state_dir):
        found = running(state_dir)
        if found:
            _terminate(psutil.Process(found.pid))
        _end_leftovers(state_dir)
        _file(state_dir).unlink(missing_ok=True)
        return found is not None


def _start(port: int, state_dir: Path) -> Running:
    log = log_file(state_dir)
    if log.exists() and log.stat().st_size > 20_000_000:  # noqa: PLR2004 - bytes; keep one old log
        log.replace(log.with_suffix(".old"))
    command = [sys.executable, "-m", "local_cloud", "--port", str(port), "--state-dir", str(state_dir)]
    with log.open("ab") as output:
        process = subprocess.Popen(  # noqa: S603 - our own module
            command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True,
            env={**environment(port), STATE_VARIABLE: str(state_dir)},
        )  # fmt: skip
    return Running(port, process.pid, psutil.Process(process.pid).create_time(), str(state_dir))


def _wait_until_ready(cloud: Running) -> Running:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        said = clients.status(cloud.port)
        if said and said.get("pid") == cloud.pid and said.get("ready"):
            return cloud
        if not _is_alive(cloud):
            raise LocalCloudError(f"The local cloud ended while starting. The end of {cloud.log_file}:\n{_tail(cloud)}")
        time.sleep(0.1)
    raise LocalCloudError(
        f"The local cloud is not ready after {START_SECONDS} s. The end of {cloud.log_file}:\n{_tail(cloud)}"
    )


def _require_free(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            said = clients.status(port)
            who = f"the local cloud of {said['state_dir']} (pid {said['pid']})" if said else "another program"
            raise LocalCloudError(
                f"Port {port} cannot be opened: it is taken by {who}. End that, or name another: --port {port + 1}."
            ) from error


def _terminate(process: psutil.Process) -> None:
    children = process.children(recursive=True)
    process.terminate()
    try:
        process.wait(STOP_SECONDS)
    except psutil.TimeoutExpired:
        process.kill()
    _end(children)


def _end_leftovers(state_dir: Path) -> None:
    """End what a server that was killed left running: jobs and endpoints that carry its folder, or its session."""
    record = _read(state_dir)
    _end([process for process in psutil.process_iter() if _belongs(process, state_dir, record)])


def _belongs(process: psutil.Process, state_dir: Path, record: Running | None) -> bool:
    if process.pid == os.getpid():
        return False
    try:
        if record and os.getsid(process.pid) == record.pid and process.create_time() >= record.since - 1:
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


def _is_alive(cloud: Running) -> bool:
    # The start time tells our server from a later process that happens to have its number.
    try:
        process = psutil.Process(cloud.pid)
        return bool(process.status() != psutil.STATUS_ZOMBIE and abs(process.create_time() - cloud.since) < 1)
    except psutil.Error:
        return False


def _read(state_dir: Path) -> Running | None:
    try:
        return Running(**json.loads(_file(state_dir).read_text()))
    except (OSError, ValueError, TypeError):
        return None


def _file(state_dir: Path) -> Path:
    return state_dir / "running.json"


def _tail(cloud: Running, lines: int = 20) -> str:
    return "\n".join(cloud.log_file.read_text(errors="replace").splitlines()[-lines:])


@contextlib.contextmanager
def _lock(state_dir: Path) -> Iterator[None]:
    """Keep two commands from starting or stopping the same local cloud at once."""
    with (state_dir / "supervisor.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
