"""The whole demonstration: killed on its way, run again to the end, and nothing of it left.

On the smaller use case; `make demo`, which every change runs too, has the flights.
"""

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import IO

import psutil
import pytest

from config import load_use_case
from local_cloud import supervisor
from local_cloud.clients import ROOT
from ops.demo import figures

pytestmark = pytest.mark.flow

LONGEST = 400  # seconds; about 40 when nothing else runs
USE_CASE = load_use_case("handwritten_digits")


def start(folder: Path, output: IO[bytes]) -> subprocess.Popen[bytes]:
    """Start the demonstration as a person does, who has a profile of AWS and an interpreter, and no Node."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    return subprocess.Popen(
        [sys.executable, "-m", "ops", "demo", "--use-case", USE_CASE.name, "--folder", str(folder)],
        cwd=ROOT,
        env={**own, "AWS_PROFILE": "nobody", "PATH": "/usr/bin:/bin", "COLUMNS": "80"},
        stdout=output,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )


def wait_for(text: str, log: Path, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + LONGEST
    while text not in log.read_text():
        assert process.poll() is None, log.read_text()
        assert time.monotonic() < end, log.read_text()
        time.sleep(0.1)


def processes_of(folder: Path) -> list[str]:
    """Return the command lines of processes that belong to a cloud below a folder, or name it."""
    found = []
    for process in psutil.process_iter():
        try:
            command = " ".join(process.cmdline())
            if str(folder) in command + process.environ().get(supervisor.STATE_VARIABLE, ""):
                found.append(command)
        except psutil.Error:
            continue
    return found


def kill(process: subprocess.Popen[bytes]) -> None:
    os.killpg(process.pid, signal.SIGKILL)
    process.wait(30)


@pytest.mark.timeout(2 * LONGEST)
def test_killed_in_the_middle_and_run_again(tmp_path: Path) -> None:
    folder, log = tmp_path / "demo", tmp_path / "demo.log"
    with log.open("wb") as output:
        process = start(folder, output)
        wait_for("Run the pipeline ...", log, process)
        time.sleep(1.5)
        kill(process)
    assert processes_of(folder), "the killed run left nothing, so that this test shows nothing"

    with log.open("wb") as output:
        code = start(folder, output).wait(LONGEST)
    said = log.read_text()
    assert code == 0, said
    assert "Traceback" not in said
    assert processes_of(folder) == []
    assert not (folder / "cloud").exists()
    assert_page_agrees(folder)
    captured = [json.loads(line) for line in (folder / "captured-requests.jsonl").read_text().splitlines()]
    assert captured
    assert all(one["captureData"]["endpointOutput"]["data"] for one in captured)
    assert max(map(len, said.splitlines()[:8])) <= 80
    assert said.splitlines()[-1] == f"Page: {folder / 'report.html'}"


def assert_page_agrees(folder: Path) -> None:
    metrics = json.loads((folder / "evaluation.json").read_text())
    assert metrics["accuracy_over_baseline"]["lower"] > 0
    cards = re.findall(r'<div class="card"><b[^>]*>([^<]+)</b>', (folder / "report.html").read_text())
    assert cards[:-1] == [card.value for card in figures.cards(USE_CASE, metrics)]


def test_a_folder_with_other_files_is_left_alone(tmp_path: Path) -> None:
    mine = tmp_path / "thesis.txt"
    mine.write_text("mine")
    with (tmp_path.parent / "refused.log").open("w+b") as output:
        assert start(tmp_path, output).wait(60) == 1
        output.seek(0)
        assert b"Name a new or an empty folder" in output.read()
    assert [path.name for path in tmp_path.iterdir()] == [mine.name]
