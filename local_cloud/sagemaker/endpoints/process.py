"""One variant's serving process: started, asked for its health, ended."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from local_cloud.sagemaker.endpoints import launch

_BACKLOG = 512
_PING_SECONDS = 2.0  # the container contract gives a health check two seconds
_PING_EVERY_SECONDS = 0.05
_END_SECONDS = 5.0
_OK = b"HTTP/1.1 200 "

# PR_SET_PDEATHSIG follows the thread that starts a child, so children start from one that lives as long as the server.
_SPAWNER = ThreadPoolExecutor(1, thread_name_prefix="model-spawner")


class ModelProcess:
    """A command that serves HTTP on a Unix domain socket, so that it needs no network to be reached."""

    def __init__(
        self, command: Sequence[str], environment: dict[str, str], folder: Path, sockets: Path, *, isolated: bool
    ) -> None:
        self._command = [*command]
        self._environment = environment
        self._folder = folder
        self._isolated = isolated
        self.socket_path = str(sockets / f"{uuid.uuid4().hex[:12]}.sock")
        self._child: subprocess.Popen[bytes] | None = None
        self._reader: threading.Thread | None = None
        self.stopped = False

    def start(self, on_line: Callable[[str], None]) -> None:
        """Start it; `on_line` gets each line that it writes."""
        self._folder.mkdir(parents=True, exist_ok=True)
        path = Path(self.socket_path)
        path.parent.mkdir(mode=0o700, exist_ok=True)
        path.unlink(missing_ok=True)
        self.stopped = False
        self._child = _SPAWNER.submit(self._spawn).result()
        self._reader = threading.Thread(target=self._read, args=(self._child, on_line), daemon=True)
        self._reader.start()

    def _spawn(self) -> "subprocess.Popen[bytes]":
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listener:
            listener.bind(self.socket_path)
            listener.listen(_BACKLOG)
            head = [sys.executable, "-I", "-S", launch.__file__, "1" if self._isolated else "0", str(os.getpid())]
            return subprocess.Popen(  # noqa: S603 - the command comes from the local cloud's table of images
                [*head, str(listener.fileno()), *self._command],
                cwd=self._folder, env=self._environment, pass_fds=[listener.fileno()], start_new_session=True,
                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            )  # fmt: skip

    @staticmethod
    def _read(child: "subprocess.Popen[bytes]", on_line: Callable[[str], None]) -> None:
        if child.stdout is not None:
            for line in child.stdout:
                on_line(line.decode(errors="replace").rstrip("\n"))
        child.wait()

    @property
    def pid(self) -> int:
        """The process id; 0 before the start."""
        return self._child.pid if self._child else 0

    @property
    def alive(self) -> bool:
        """Whether it runs."""
        return self._child is not None and self._child.poll() is None

    def wait_until_healthy(self, seconds: float) -> bool:
        """Ask GET /ping until it answers 200; False when it ends or time is over."""
        deadline = time.monotonic() + seconds
        while self.alive and time.monotonic() < deadline:
            if self._ping():
                return True
            time.sleep(_PING_EVERY_SECONDS)
        return False

    def _ping(self) -> bool:
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
                connection.settimeout(_PING_SECONDS)
                connection.connect(self.socket_path)
                connection.sendall(b"GET /ping HTTP/1.1\r\nHost: model\r\nConnection: close\r\n\r\n")
                return connection.recv(len(_OK)).startswith(_OK)
        except OSError:
            return False

    def stop(self) -> None:
        """End it, by force if it does not go, and whatever it has started."""
        self.stopped = True
        child = self._child
        if child is not None:
            child.terminate()
            try:
                child.wait(_END_SECONDS)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()
            with contextlib.suppress(ProcessLookupError):
                os.killpg(child.pid, signal.SIGKILL)  # its own group, since start_new_session
        if self._reader is not None:
            self._reader.join(_END_SECONDS)  # its last lines
        path = Path(self.socket_path)
        path.unlink(missing_ok=True)
        with contextlib.suppress(OSError):  # others listen there
            path.parent.rmdir()
