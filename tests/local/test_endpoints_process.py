"""A model's process: reached without a network, kept from the outside, and never left behind."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from local_cloud.clients import ROOT
from local_cloud.sagemaker.endpoints.process import ModelProcess
from tests.local.endpoints_kit import until
from tests.needs import need, need_private_network

SOCKETS = Path(tempfile.gettempdir()) / f"ml-loop-models-test-{os.getpid()}"
SERVER = """
import os, socket, sys
sock = socket.socket(fileno=3)
while True:
    peer, _ = sock.accept()
    peer.recv(1000)
    peer.sendall(b"HTTP/1.1 {status} X\\r\\nContent-Length: 0\\r\\n\\r\\n")
    peer.close()
"""
NETWORK = """
import socket
def works(address):
    try:
        socket.create_connection(address, timeout=2).close()
        return True
    except OSError as error:
        return str(error)
inner = socket.create_server(("127.0.0.1", 0))
print("outside", works(("127.0.0.1", {port})), "inside", works(inner.getsockname()), flush=True)
"""


@pytest.fixture
def processes() -> Iterator[list[ModelProcess]]:
    started: list[ModelProcess] = []
    yield started
    for process in started:
        process.stop()
    assert not SOCKETS.exists()


def start(
    processes: list[ModelProcess], folder: Path, code: str, isolated: bool = False
) -> tuple[ModelProcess, list[str]]:
    lines: list[str] = []
    process = ModelProcess(
        [sys.executable, "-c", code], {"PATH": os.defpath}, folder / "work", SOCKETS, isolated=isolated
    )
    processes.append(process)
    process.start(lines.append)
    return process, lines


def test_health_is_asked_until_it_is_there(processes: list[ModelProcess], tmp_path: Path) -> None:
    process, _ = start(processes, tmp_path, SERVER.format(status=200))
    assert process.wait_until_healthy(20)
    assert process.alive
    process.stop()
    assert not process.alive
    assert not Path(process.socket_path).exists()


def test_a_process_that_answers_badly_or_ends_is_not_healthy(processes: list[ModelProcess], tmp_path: Path) -> None:
    bad, _ = start(processes, tmp_path, SERVER.format(status=500))
    assert not bad.wait_until_healthy(1)
    assert bad.alive
    started = time.monotonic()
    ended, lines = start(processes, tmp_path, "raise SystemExit('no model')")
    assert not ended.wait_until_healthy(20)
    assert time.monotonic() - started < 15, "waited for a process that had ended"
    ended.stop()
    assert lines == ["no model"]


def test_an_isolated_process_reaches_only_itself(processes: list[ModelProcess], tmp_path: Path) -> None:
    need_private_network()
    import socket

    with socket.create_server(("127.0.0.1", 0)) as outside:
        code = NETWORK.format(port=outside.getsockname()[1]) + SERVER.format(status=200)
        isolated, lines = start(processes, tmp_path, code, isolated=True)
        assert isolated.wait_until_healthy(20)  # it is reached all the same
        until(lambda: lines)
        assert lines == ["outside [Errno 111] Connection refused inside True"]
        connected, lines = start(processes, tmp_path, code)
        assert connected.wait_until_healthy(20)
        until(lambda: lines)
        assert lines == ["outside True inside True"]


def test_what_a_process_has_started_ends_with_it(processes: list[ModelProcess], tmp_path: Path) -> None:
    code = "import subprocess; print(subprocess.Popen(['sleep', '600']).pid, flush=True)\n" + SERVER.format(status=200)
    process, lines = start(processes, tmp_path, code)
    assert process.wait_until_healthy(20)
    until(lambda: lines)
    process.stop()
    deadline = time.monotonic() + 10
    while _runs(int(lines[0])) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not _runs(int(lines[0]))


def test_a_process_ends_when_its_parent_is_killed(tmp_path: Path) -> None:
    need(sys.platform == "linux", "Only Linux tells a process that its parent has ended.")
    code = (
        "import sys, time\nfrom pathlib import Path\n"
        "from local_cloud.sagemaker.endpoints.process import ModelProcess\n"
        f"folder, sockets = Path({str(tmp_path)!r}), Path({str(SOCKETS)!r})\n"
        f"process = ModelProcess(['sleep', '600'], {{'PATH': {os.defpath!r}}}, folder, sockets, isolated=True)\n"
        "process.start(print)\nprint(process.pid, flush=True)\ntime.sleep(600)\n"
    )
    parent = subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    pid = int(parent.stdout.readline())
    time.sleep(0.5)  # the launcher becomes the command
    assert _runs(pid)
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    shutil.rmtree(SOCKETS)
    deadline = time.monotonic() + 10
    while _runs(pid) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not _runs(pid)


def _runs(pid: int) -> bool:
    try:
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except FileNotFoundError:
        return False
