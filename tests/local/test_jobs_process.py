import os
import sys
import threading
import time
from pathlib import Path

import pytest

from local_cloud.sagemaker.jobs import process

FULL = process.abilities()


def program(folder: Path, script: str, isolated: bool = False) -> process.Program:
    (folder / "ml").mkdir(exist_ok=True)
    return process.Program([sys.executable, "-c", script], {"PATH": os.environ["PATH"]}, folder, isolated)


@pytest.fixture(params=["namespaces", "plain"])
def system(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> process.Abilities:
    """The system as it is, and one that allows no namespace."""
    able = FULL if request.param == "namespaces" else process.Abilities(False, False, False)
    monkeypatch.setattr(process, "abilities", lambda: able)
    return able


def test_lines_exit_code_and_last_error(system: process.Abilities, tmp_path: Path) -> None:
    lines: list[str] = []
    script = "import sys; print('out'); print('why', file=sys.stderr); sys.exit(7)"
    outcome = process.Running(program(tmp_path, script), lines.append).wait(threading.Event(), 20)
    assert sorted(lines) == ["out", "why"]
    assert outcome == process.Outcome(7, "why", "itself")


def test_the_base_is_where_the_files_are(system: process.Abilities, tmp_path: Path) -> None:
    (tmp_path / "ml").mkdir()
    (tmp_path / "ml/here").write_text("x")
    base = process.base_of(tmp_path)
    assert (str(base) == "/opt/ml") == system.private_base
    outcome = process.Running(program(tmp_path, f"open('{base}/here').read()"), print).wait(threading.Event(), 20)
    assert outcome.exit_code == 0


def test_a_program_that_ignores_the_stop_signal_is_killed(
    system: process.Abilities, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOCAL_CLOUD_STOP_GRACE_SECONDS", "0.3")
    ready, stop = threading.Event(), threading.Event()
    script = (
        "import os, signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); os.fork()\n"
        "print('ready', flush=True); time.sleep(60)"
    )
    running = process.Running(program(tmp_path, script), lambda line: ready.set())
    assert ready.wait(10)
    stop.set()
    begun = time.monotonic()
    assert running.wait(stop).ended_by == "stop"
    assert time.monotonic() - begun < 5  # the readers ended too, so nobody holds the pipes


def test_time_runs_out(system: process.Abilities, tmp_path: Path) -> None:
    outcome = process.Running(program(tmp_path, "import time; time.sleep(60)"), print).wait(threading.Event(), 0.3)
    assert (outcome.ended_by, outcome.exit_code) == ("timeout", 128 + 15)


def test_a_missing_command_is_named(system: process.Abilities, tmp_path: Path) -> None:
    (tmp_path / "ml").mkdir()
    missing = process.Program(["no-such-program"], {"PATH": os.environ["PATH"]}, tmp_path)
    outcome = process.Running(missing, print).wait(threading.Event(), 20)
    assert (outcome.exit_code, outcome.last_error) == (127, "no-such-program: No such file or directory")
