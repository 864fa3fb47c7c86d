"""The archive of a training script: what is in it, when it changes, and that the image can install and run it."""

import json
import os
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

from config import ConfigError
from config.loading import ROOT
from pipelines_src.script_code import FILE, archived
from pipelines_src.steps import archives
from tests.unit.test_offline_wheel import SETUP, install
from tests.use_cases import NAME, way

SCRIPT = """
import argparse, os
from .neighbour import GREETING
parser = argparse.ArgumentParser()
parser.add_argument("--colour")
print(GREETING, parser.parse_args().colour, __name__)
"""


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    root = tmp_path / "pipelines_src"
    (root / NAME).mkdir(parents=True)
    (root / "steps").symlink_to(ROOT / "pipelines_src" / "steps")
    for name, text in {"__init__": '"""Points."""', "train": SCRIPT, "neighbour": 'GREETING = "hello"'}.items():
        (root / NAME / f"{name}.py").write_text(text)
    (root / NAME / "use_case.yaml").write_text("name: points")
    return root


def unpacked(sources: Path, folder: Path) -> tuple[Path, str]:
    with archived(way("script"), sources) as archive:
        assert archive is not None
        assert archive.path.name == FILE
        with tarfile.open(archive.path) as content:
            archives.extract(content, folder)
        return folder, archive.content_hash


def test_the_image_installs_it_without_a_network_and_runs_it(sources: Path, tmp_path: Path) -> None:
    code, _ = unpacked(sources, tmp_path / "code")
    (code / "setup.py").write_text(SETUP)
    done = install(code)
    assert done.returncode == 0, done.stdout + done.stderr
    # As the image does: `python -m <module>` in the folder of the code.
    command = [sys.executable, "-m", "train", "--colour", "blue"]
    ran = subprocess.run(
        command, cwd=code, env={"PATH": os.environ["PATH"]}, capture_output=True, text=True, check=True
    )
    assert ran.stdout == "hello blue __main__\n"


def test_it_changes_with_the_script_alone(sources: Path, tmp_path: Path) -> None:
    def content_hash() -> str:
        with archived(way("script"), sources) as archive:
            assert archive is not None
            return archive.content_hash

    first = content_hash()
    (sources / NAME / "use_case.yaml").write_text("name: points # changed")
    (sources / NAME / "notes.ipynb").write_text(json.dumps({}))
    assert content_hash() == first
    (sources / NAME / "neighbour.py").write_text('GREETING = "bye"')
    assert content_hash() != first


def test_a_script_that_is_not_there_is_named_with_what_is(sources: Path) -> None:
    (sources / NAME / "train.py").unlink()
    with (
        pytest.raises(ConfigError, match=r"train\.entry_point: found 'train\.py'.*it has __init__\.py, neighbour\.py"),
        archived(way("script"), sources),
    ):
        pass


def test_a_built_in_algorithm_has_none(sources: Path) -> None:
    with archived(way("kmeans"), sources) as archive:
        assert archive is None
