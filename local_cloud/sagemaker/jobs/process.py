"""Run a job's program as a subprocess: its lines, its stop, its end."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import IO, Literal

from local_cloud.sagemaker.jobs import settings

_LAUNCHER = [sys.executable, "-I", "-S", str(Path(__file__).with_name("launcher.py"))]
_LOOK_EVERY_SECONDS = 0.03
EndedBy = Literal["itself", "stop", "timeout", "peer"]
OnLine = Callable[[str], None]


@dataclass(frozen=True)
class Abilities:
    """What this system lets a job have: its own /opt/ml, no network, its own process ids."""

    private_base: bool
    isolate_network: bool
    private_pids: bool


@dataclass(frozen=True)
class Program:
    """What to run: words of the command, variables, the job's folder (`ml` in it), whether it goes without network.

    `network_of` is a process whose network it shares, for the instances of one job.
    """

    argv: list[str]
    environment: dict[str, str]
    folder: Path
    isolated: bool = False
    network_of: int | None = None


@dataclass(frozen=True)
class Outcome:
    """How a program ended; `last_error` is the last line it wrote to stderr, or to stdout if there was none.

    `ended_by` is "peer" if another instance of the job failed; `ended_at` is a time to compare with others.
    """

    exit_code: int
    last_error: str
    ended_by: EndedBy
    ended_at: float = field(default=0.0, compare=False)


@cache
def abilities() -> Abilities:
    """Try once what the system allows."""
    answer = subprocess.run([*_LAUNCHER, "--probe"], capture_output=True, text=True, check=True, timeout=30)  # noqa: S603 - our own program
    return Abilities(**json.loads(answer.stdout))


def base_of(folder: Path) -> Path:
    """Return where a program finds the job's files: /opt/ml where it can be made its own, else the folder itself."""
    return Path("/opt/ml") if abilities().private_base else folder / "ml"


class Running:
    """A started program. Its process group ends with it, and it ends when this server dies.

    The thread that makes one must outlive the program: the kernel counts the death of that thread as the parent's.
    """

    def __init__(self, program: Program, on_line: OnLine) -> None:
        can = abilities()
        spec = {
            "base": str(program.folder),
            "private_base": can.private_base,
            "isolate_network": program.isolated and can.isolate_network and program.network_of is None,
            "network_of": program.network_of,
            "private_pids": can.private_pids,
            "parent": os.getpid(),
        }
        work = program.folder / "work"
        work.mkdir(exist_ok=True)
        self._process = subprocess.Popen(  # noqa: S603 - running what the job says is the purpose
            [*_LAUNCHER, json.dumps(spec), "--", *program.argv],
            env=program.environment, cwd=work, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, start_new_session=True,
        )  # fmt: skip
        self._last = {"out": "", "err": ""}
        self._readers = [
            threading.Thread(target=self._read, args=(stream, name, on_line), daemon=True)
            for stream, name in ((self._process.stdout, "out"), (self._process.stderr, "err"))
        ]
        for reader in self._readers:
            reader.start()

    @property
    def pid(self) -> int:
        """The process that started it, which lives as long and is in its network."""
        return self._process.pid

    @property
    def alive(self) -> bool:
        """Whether the program has not ended."""
        return self._process.poll() is None

    def wait(self, stop: threading.Event, seconds: float | None = None) -> Outcome:
        """Wait until the program ends, is asked to stop, or has had its time."""
        ended_by: EndedBy = "itself"
        deadline = None if seconds is None else time.monotonic() + seconds
        while self.alive:
            if stop.wait(_LOOK_EVERY_SECONDS):
                ended_by = "stop"
                break
            if deadline is not None and time.monotonic() >= deadline:
                ended_by = "timeout"
                break
        return self.end(ended_by)

    def end(self, ended_by: EndedBy = "stop") -> Outcome:
        """End the program if it still runs: SIGTERM, and SIGKILL when the grace period is over."""
        ended_at = time.monotonic()
        if self.alive:
            self._signal(signal.SIGTERM)
            try:
                self._process.wait(settings.stop_grace_seconds())
            except subprocess.TimeoutExpired:
                self._process.kill()
        self._signal(signal.SIGKILL)
        code = self._process.wait()
        for reader in self._readers:
            reader.join(5)
        return Outcome(code if code >= 0 else 128 - code, self._last["err"] or self._last["out"], ended_by, ended_at)

    def _signal(self, number: int) -> None:
        try:
            os.killpg(self._process.pid, number)
        except ProcessLookupError:
            return

    def _read(self, stream: IO[bytes] | None, name: str, on_line: OnLine) -> None:
        if stream is None:
            return
        for raw in stream:
            line = raw.decode("utf-8", "replace").rstrip("\r\n")
            if line.strip():
                self._last[name] = line.strip()
            on_line(line)
