"""A server in a process of its own, and how long its answers take over one connection that is kept."""

import http.client
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

_START_SECONDS = 60


@contextmanager
def serving(arguments: Sequence[str], cwd: Path, variables: dict[str, str]) -> Iterator[int]:
    """Run `python -m <arguments> --port <port>` and give the port when it answers; RuntimeError if it never does."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = int(free.getsockname()[1])
    log = cwd / f"server-{port}.log"
    with log.open("w") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", *arguments, "--port", str(port)], stdout=output, stderr=output, cwd=cwd,
            env={**os.environ, **variables},
        )  # fmt: skip
        try:
            _wait(process, port, log)
            yield port
        finally:
            process.terminate()
            process.wait()


def measure(port: int, bodies: Sequence[str]) -> tuple[list[float], list[bytes]]:
    """Return for each request the microseconds to its answer, and the answers; RuntimeError if one is not 200."""
    connection = http.client.HTTPConnection("127.0.0.1", port)
    connection.connect()
    connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    times, answers = [], []
    for body in bodies:
        started = time.perf_counter_ns()
        connection.request("POST", "/invocations", body, {"Content-Type": "application/json"})
        answer = connection.getresponse()
        content = answer.read()
        times.append((time.perf_counter_ns() - started) / 1000)
        if answer.status != http.client.OK:
            raise RuntimeError(f"The server answered {answer.status}: {content[:500]!r}")
        answers.append(content)
    connection.close()
    return times, answers


def _wait(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    end = time.monotonic() + _START_SECONDS
    while time.monotonic() < end and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError(f"The server does not answer:\n{log.read_text()[-2000:]}")
