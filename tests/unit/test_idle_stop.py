"""The idle stop, asked of a server that answers as Jupyter does."""

import json
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from workbench import idle_stop

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC).timestamp()


class Jupyter(HTTPServer):
    """Lists kernels and terminals; `asked` are the paths asked for."""

    kernels: list[dict[str, Any]]
    terminals: list[dict[str, Any]]
    asked: list[str]
    terminals_missing = False

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class Answers(BaseHTTPRequestHandler):
    server: Jupyter

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        path = self.path.partition("?")[0]
        lists = {"/api/kernels": self.server.kernels, "/api/terminals": self.server.terminals}
        if self.server.terminals_missing:
            del lists["/api/terminals"]
        self.send_response(200 if path in lists else 404)
        self.end_headers()
        self.wfile.write(json.dumps(lists.get(path, {})).encode())

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def jupyter() -> Iterator[Jupyter]:
    server = Jupyter(("127.0.0.1", 0), Answers)
    server.kernels, server.terminals, server.asked = [], [], []
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def kernel(minutes_ago: float, state: str = "idle") -> dict[str, Any]:
    return {"execution_state": state, "last_activity": at(minutes_ago), "connections": 1}


def at(minutes_ago: float) -> str:
    return datetime.fromtimestamp(NOW - minutes_ago * 60, UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


@pytest.mark.parametrize(
    ("kernels", "terminals", "idle_minutes"),
    [
        ([kernel(30)], [], 30),
        ([kernel(90), kernel(20)], [], 20),
        ([kernel(90, "busy")], [], 0),
        ([kernel(90, "starting")], [], 0),
        ([kernel(90, "dead")], [], 90),
        ([], [{"name": "1", "last_activity": at(5)}], 5),
        ([kernel(90)], [{"name": "1", "last_activity": at(70)}], 70),
        ([], [{"name": "1"}], 120),  # since the start: nothing says more
        ([], [], 120),
        ([kernel(-5)], [], 0),  # a clock ahead
    ],
)
def test_what_counts_as_use(
    jupyter: Jupyter, tmp_path: Path, kernels: list[Any], terminals: list[Any], idle_minutes: float
) -> None:
    state = tmp_path / "last-use"
    state.write_text(str(NOW - 120 * 60))
    jupyter.kernels, jupyter.terminals = kernels, terminals
    assert idle_stop.look(jupyter.url, state, NOW) == pytest.approx(idle_minutes * 60, abs=1)


def test_asking_is_not_use(jupyter: Jupyter, tmp_path: Path) -> None:
    idle_stop.look(jupyter.url, tmp_path / "last-use", NOW)
    assert jupyter.asked == ["/api/kernels?no_track_activity=1", "/api/terminals?no_track_activity=1"]


def test_an_instance_is_not_idle_when_it_starts(jupyter: Jupyter, tmp_path: Path) -> None:
    assert idle_stop.look(jupyter.url, tmp_path / "last-use", NOW) == 0
    assert idle_stop.look(jupyter.url, tmp_path / "last-use", NOW + 600) == 600


def test_a_closed_kernel_is_remembered(jupyter: Jupyter, tmp_path: Path) -> None:
    state = tmp_path / "last-use"
    state.write_text(str(NOW - 3600))
    jupyter.kernels = [kernel(1)]
    idle_stop.look(jupyter.url, state, NOW)
    jupyter.kernels = []
    assert idle_stop.look(jupyter.url, state, NOW + 60) == pytest.approx(120)


def test_when_jupyter_does_not_answer_the_last_answer_counts(
    tmp_path: Path, jupyter: Jupyter, capsys: pytest.CaptureFixture[str]
) -> None:
    state = tmp_path / "last-use"
    state.write_text(str(NOW - 600))
    assert idle_stop.look("http://127.0.0.1:9", state, NOW) == pytest.approx(600)
    assert "does not list its kernels" in capsys.readouterr().err
    assert idle_stop.look(f"{jupyter.url}/elsewhere", state, NOW) == pytest.approx(600)


def test_a_busy_kernel_counts_where_there_are_no_terminals(jupyter: Jupyter, tmp_path: Path) -> None:
    state = tmp_path / "last-use"
    state.write_text(str(NOW - 7200))
    jupyter.kernels, jupyter.terminals_missing = [kernel(90, "busy")], True
    assert idle_stop.look(jupyter.url, state, NOW) == 0


@pytest.mark.parametrize("text", ["", "yesterday", str(NOW + 1e6)])
def test_a_broken_memory_does_not_stop_it_early_or_never(jupyter: Jupyter, tmp_path: Path, text: str) -> None:
    state = tmp_path / "last-use"
    state.write_text(text)
    assert idle_stop.look(jupyter.url, state, NOW) == 0


@pytest.mark.parametrize(("minutes", "stops"), [(59, True), (61, False)])
def test_it_stops_itself_by_name_when_idle_for_long_enough(
    jupyter: Jupyter, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, minutes: int, stops: bool
) -> None:
    stopped: list[Path] = []
    monkeypatch.setattr(idle_stop, "stop", stopped.append)
    state = tmp_path / "last-use"
    state.write_text(str(time.time() - 3600))
    arguments = ["--minutes", str(minutes), "--state", str(state), "--jupyter", jupyter.url, "--metadata", "/where"]
    monkeypatch.setattr("sys.argv", ["idle_stop.py", *arguments])
    idle_stop.main()
    assert stopped == ([Path("/where")] if stops else [])
