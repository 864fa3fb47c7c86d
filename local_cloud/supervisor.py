"""Start, watch and stop the local cloud as a detached process of its own."""

import contextlib
import fcntl
import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from local_cloud import clients, processes
from local_cloud.clients import DEFAULT_PORT, ROOT, environment, environment_variables
from local_cloud.processes import STATE_VARIABLE

__all__ = [
    "DEFAULT_PORT", "DEFAULT_STATE_DIR", "STATE_VARIABLE", "LocalCloudError", "Running",
    "down", "environment_variables", "running", "up",
]  # fmt: skip

DEFAULT_STATE_DIR = ROOT / "build" / "local-cloud"
START_SECONDS = 60


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
    if record is None or not processes.is_alive(record.pid, record.since):
        return None
    return record


def up(port: int = DEFAULT_PORT, state_dir: Path = DEFAULT_STATE_DIR) -> Running:
    """Start the local cloud of a folder and wait until it is ready; one that runs already is returned as it is.

    Raises:
        LocalCloudError: the port is taken by something else, or the server does not start.
    """
    state_dir = state_dir.resolve()
    try:
        state_dir.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise LocalCloudError(f"{state_dir}: no folder can be there: {error.strerror}. Name another.") from error
    with _lock(state_dir):
        if found := running(state_dir):
            return _wait_until_ready(found)
        _end_leftovers(state_dir)
        _require_free(port)
        started = _start(port, state_dir)
        _file(state_dir).write_text(json.dumps(asdict(started)))
        return _wait_until_ready(started)


def down(state_dir: Path = DEFAULT_STATE_DIR, seconds: float = processes.STOP_SECONDS) -> bool:
    """Stop the local cloud of a folder, which saves its state, and end what it started; False if it did not run."""
    state_dir = state_dir.resolve()
    if not state_dir.exists():
        return False
    with _lock(state_dir):
        found = running(state_dir)
        if found:
            processes.terminate(found.pid, seconds)
        _end_leftovers(state_dir)
        _file(state_dir).unlink(missing_ok=True)
        return found is not None


def _end_leftovers(state_dir: Path) -> None:
    record = _read(state_dir)
    processes.end_leftovers(state_dir, record.pid if record else None, record.since if record else 0.0)


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
    return Running(port, process.pid, processes.started_at(process.pid), str(state_dir))


def _wait_until_ready(cloud: Running) -> Running:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        said = clients.status(cloud.port)
        if said and said.get("pid") == cloud.pid and said.get("ready"):
            return cloud
        if not processes.is_alive(cloud.pid, cloud.since):
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
