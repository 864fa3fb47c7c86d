"""Functions' processes that are forked: each sees what a Python of its own would see, and no more."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from local_cloud import forked_functions
from tests.local.roles import allow
from tests.local.test_core_functions import make_function

SOURCE = """
import importlib.util, json, multiprocessing, os, sys, time

def inner(end):
    end.send(os.getpid())

def lambda_handler(event, context):
    print("said in the log")
    own, end = multiprocessing.Pipe()
    process = multiprocessing.Process(target=inner, args=(end,))
    process.start()
    process.join()
    return {
        "forked": multiprocessing.parent_process() is not None,
        "variable": os.environ["KIND"],
        "zone": time.strftime("%Z"),
        "folder": os.path.samefile(os.getcwd(), os.environ["LAMBDA_TASK_ROOT"]),
        "here": os.path.exists("index.py"),
        "another": own.recv() != os.getpid(),
        "found": [name for name in ("config", "ops", "stacks") if importlib.util.find_spec(name)],
    }
"""
WORKER = """
import os, sys
given = sys.stdin.readline().strip()
print(given, os.getcwd(), sorted(os.environ))
print("apart", file=sys.stderr)
sys.exit(int(given))
"""
PIPES = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True, "bufsize": 1}


def started(folder: Path, variables: dict[str, str]) -> Any:
    script = folder / "_worker.py"
    script.write_text(WORKER)
    command = [sys.executable, str(script)]
    return forked_functions._Subprocess().Popen(command, cwd=str(folder), env=variables, **PIPES)


@pytest.mark.parametrize("folder", ["short", "a" * 120])
def test_a_function_sees_its_own_and_nothing_of_the_server(
    start_cloud: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, folder: str
) -> None:
    temporary = tmp_path / folder
    temporary.mkdir()
    monkeypatch.setenv("TMPDIR", str(temporary))
    variables = {"Variables": {"KIND": "own", "TZ": "Asia/Tokyo"}}
    with start_cloud(tmp_path / "state") as cloud:
        make_function(cloud, "looks", SOURCE, [allow("logs:*")], Environment=variables)
        answer = cloud.client("lambda").invoke(FunctionName="looks")
        assert json.loads(answer["Payload"].read()) == {
            "forked": True, "variable": "own", "zone": "JST", "folder": True, "here": True, "another": True,
            "found": [],
        }  # fmt: skip


def test_a_process_has_its_own_streams_variables_folder_and_end(tmp_path: Path) -> None:
    process = started(tmp_path, {"ONLY": "this"})
    assert isinstance(process, forked_functions.Forked)
    assert process.poll() is None
    with pytest.raises(subprocess.TimeoutExpired):
        process.wait(0.1)
    process.stdin.write("3\n")
    assert process.stdout.read() == f"3 {tmp_path} ['ONLY']\n"
    assert process.stderr.read() == "apart\n"
    assert (process.wait(10), process.returncode) == (3, 3)


@pytest.mark.parametrize("error", [OSError, EOFError])
def test_where_nothing_can_be_forked_a_python_starts_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: type[Exception]
) -> None:
    def refuses(_process: Any) -> None:
        raise error

    monkeypatch.setattr(forked_functions._CONTEXT.Process, "start", refuses)
    before = len(list(Path("/proc/self/fd").iterdir()))
    with started(tmp_path, {"ONLY": "this"}) as process:
        assert isinstance(process, subprocess.Popen)
        out, err = process.communicate("4\n")
    assert out.startswith(f"4 {tmp_path} ")
    assert (err, process.returncode) == ("apart\n", 4)
    assert len(list(Path("/proc/self/fd").iterdir())) == before
