"""Functions' processes that begin with boto3 and pydantic imported: forked, where ministack starts Python anew.

Each new environment of a function costs a second of CPU otherwise, most of it the same imports and service models.
What a function sees is the same: its own process, variables, working folder, standard streams.
"""

import io
import os
import runpy
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from multiprocessing import current_process, get_context, set_start_method, util
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, TextIO

_CONTEXT = get_context("forkserver")
_IMPORTED = "local_cloud.imported_for_functions"
_ROOT = Path(__file__).resolve().parents[1]
_LONGEST_FOLDER = 70  # of the 107 bytes that the name of a socket may have


class Forked:
    """A process with as much of subprocess.Popen as ministack asks for."""

    def __init__(self, script: str, cwd: str, variables: Mapping[str, str]) -> None:
        (child_in, own_in), (own_out, child_out), (own_err, child_err) = os.pipe(), os.pipe(), os.pipe()
        self.stdin = os.fdopen(own_in, "w", buffering=1, encoding="utf-8")
        self.stdout, self.stderr = (os.fdopen(end, encoding="utf-8") for end in (own_out, own_err))
        streams = [Connection(child_in, writable=False), *(Connection(end) for end in (child_out, child_err))]
        self._process = _CONTEXT.Process(target=_run, args=(script, cwd, dict(variables), streams), daemon=True)
        try:
            self._process.start()
        except BaseException:
            for own in (self.stdin, self.stdout, self.stderr):
                own.close()
            raise
        finally:
            for end in streams:
                end.close()
        self.pid = self._process.pid

    @property
    def returncode(self) -> int | None:
        """The exit code; None while it runs."""
        return self._process.exitcode

    def poll(self) -> int | None:
        """Return the exit code; None while it runs."""
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Wait for the end; subprocess.TimeoutExpired after `timeout` seconds."""
        self._process.join(timeout)
        code = self.returncode
        if code is None:
            raise subprocess.TimeoutExpired("function", timeout or 0)
        return code

    def terminate(self) -> None:
        """Send SIGTERM."""
        self._process.terminate()

    def kill(self) -> None:
        """Send SIGKILL."""
        self._process.kill()


class _Subprocess:
    """The module `subprocess` as ministack's runtime of functions sees it."""

    def __getattr__(self, name: str) -> Any:
        return getattr(subprocess, name)

    def Popen(self, command: Sequence[str], **how: Any) -> Any:  # noqa: N802 - the name in subprocess
        """Start a process: Python's workers forked, all others as they are."""
        if command[0] == sys.executable and Path(command[-1]).name == "_worker.py":
            with suppress(OSError, EOFError):  # slower, and the same
                return Forked(command[-1], how["cwd"], how["env"])
        return subprocess.Popen(command, **how)  # noqa: S603 - what ministack starts


def install() -> None:
    """Let ministack start functions so."""
    from ministack.core import lambda_runtime

    _CONTEXT.set_forkserver_preload([_IMPORTED])
    _keep_names_of_sockets_short()
    lambda_runtime.subprocess = _Subprocess()


def _keep_names_of_sockets_short() -> None:
    """Have the sockets to the forking process in /tmp where the server's own folder has too long a name for them."""
    if len(os.fsencode(tempfile.gettempdir())) <= _LONGEST_FOLDER:
        return
    own, tempfile.tempdir = tempfile.tempdir, "/tmp"  # noqa: S108 - a folder of its own is made there
    try:
        util.get_temp_dir()
    finally:
        tempfile.tempdir = own


def _run(script: str, cwd: str, variables: Mapping[str, str], streams: Sequence[Connection]) -> None:
    for number, stream in enumerate(streams):
        os.dup2(stream.fileno(), number)
        stream.close()
    sys.stdin, sys.stdout, sys.stderr = (_text(number, mode) for number, mode in enumerate("rww"))
    os.chdir(cwd)
    os.environ.clear()
    os.environ.update(variables)
    time.tzset()  # a new Python looks at TZ, which is a variable like any other
    # It may have processes of its own, and starts them as a new Python does.
    current_process().daemon = False
    set_start_method(None, force=True)
    # The server's own folder is not there: what a function's archive lacks is missing here too.
    sys.argv, sys.path[:] = [script], [str(Path(script).parent), *(each for each in sys.path if Path(each) != _ROOT)]
    runpy.run_path(script, run_name="__main__")


def _text(number: int, mode: str) -> TextIO:
    return io.TextIOWrapper(os.fdopen(number, f"{mode}b", buffering=-1), encoding="utf-8", line_buffering=True)
