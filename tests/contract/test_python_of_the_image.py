"""Preparation and monitoring in the Python of SageMaker's XGBoost image, with what the image has, and no network.

The interpreter and the image's packages are fetched once, into uv's cache; without them there is nothing to run.
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest
import yaml

from config import load_use_case
from config.loading import ROOT
from ops import wheel_files, wheels
from pipelines_src import job_wheels
from pipelines_src.job_code import assembled
from pipelines_src.steps.wheels import pins
from tests.needs import need, without_network
from tests.unit import monitoring_kit

UV = str(Path(sys.executable).with_name("uv"))
# Of what the image has, what the steps import, and what that needs.
IMPORTED = {"numpy", "packaging", "pandas", "pyarrow", "python-dateutil", "pytz", "six", "toolz", "tzdata"}
USE_CASE = {
    "name": "visits",
    "description": "Does a visit end well?",
    "problem": "binary_classification",
    "data": {
        "raw": {"visits": ["id", "at", "kind", "size", "good"]},
        "record": [
            {"name": "at", "type": "time", "required": True},
            {"name": "kind", "type": "text"},
            {"name": "size", "type": "number"},
        ],
        "id": "id",
        "label": "good",
        "time": "at",
        "features": [{"name": "kind", "type": "category"}, {"name": "size", "type": "number"}],
    },
    "split": {"train_until": "2026-02-01", "validation_until": "2026-03-01", "test_until": "2026-04-01"},
    "train": {"algorithm": "xgboost", "hyperparameters": {"objective": "binary:logistic", "num_round": 5}},
    "gate": [{"metric": "auc.value", "at_least": 0.5}],
}


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The image's Python with the image's versions of what the steps import, and nothing that it lacks."""
    environment = tmp_path_factory.mktemp("image") / "venv"
    made = any(uv("venv", "--python", candidate, str(environment)) for candidate in interpreters())
    need(made, f"There is no Python {wheel_files.PYTHON} on this machine, and none can be fetched.")
    has = (job_wheels.LOCKS / f"{job_wheels.XGBOOST}.image.txt").read_text().splitlines()
    wanted = environment / "requirements.txt"
    wanted.write_text("\n".join(line for line in has if line.partition("==")[0] in IMPORTED))
    assert uv("pip", "sync", "--python", str(environment), "--only-binary", ":all:", str(wanted))
    return str(environment / "bin" / "python")


def interpreters() -> Iterator[str]:
    version = wheel_files.PYTHON
    root = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    yield from map(str, root.glob(f"versions/{version}.*/bin/python{version}"))
    yield version


def uv(*words: str) -> bool:
    return subprocess.run([UV, *words, "--quiet"], check=False, stderr=subprocess.DEVNULL).returncode == 0


@pytest.fixture
def code(tmp_path: Path) -> Iterator[Path]:
    """The assembled code of a small use case that has no transformations of its own."""
    sources = tmp_path / "pipelines_src"
    (sources / "visits").mkdir(parents=True)
    (sources / "visits" / "use_case.yaml").write_text(yaml.safe_dump(USE_CASE))
    (sources / "steps").symlink_to(ROOT / "pipelines_src" / "steps")
    with assembled(load_use_case("visits", tmp_path), sources) as folder:
        yield Path(shutil.make_archive(str(tmp_path / "0123abcd"), "zip", folder))


@pytest.fixture
def base(tmp_path: Path) -> Path:
    """What stands for /opt/ml, with raw data: 400 visits in four months."""
    raw = tmp_path / "ml" / "processing" / "input" / "raw"
    raw.mkdir(parents=True)
    at = pd.date_range("2026-01-01", "2026-04-30", 400).astype("datetime64[us]")
    rows = {"id": range(400), "at": at, "kind": ["short", "long"] * 200, "size": [n / 8 for n in range(400)]}
    pd.DataFrame(rows | {"good": [n % 3 == 0 for n in range(400)]}).to_parquet(raw / "visits.parquet")
    return tmp_path / "ml"


def prepare(python: str, code: Path, base: Path) -> subprocess.CompletedProcess[str]:
    return job("prepare", python, code, base)


def job(name: str, python: str, code: Path, base: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*without_network(), python, "-I", str(code), name, "--use-case", "visits"],
        env={"ML_LOOP_BASE_DIR": str(base), "PATH": os.environ["PATH"]},
        check=False,
        capture_output=True,
        text=True,
    )


def test_the_image_lacks_what_the_lock_brings(python: str, code: Path, base: Path) -> None:
    done = prepare(python, code, base)
    assert done.returncode == 1
    assert "No module named 'ibis'" in (base / "output" / "message").read_text()


def test_preparation_runs_with_the_wheels_and_leaves_nothing_of_them(python: str, code: Path, base: Path) -> None:
    archive = wheels.built(job_wheels.XGBOOST)
    (base / "processing" / "input" / "wheels").symlink_to(archive.parent)
    done = prepare(python, code, base)
    assert done.returncode == 0, done.stderr
    outputs = base / "processing" / "output"
    train = pd.read_csv(outputs / "train" / "train.csv", header=None)
    assert len(train) == 104  # of January
    assert set(train[0]) == {0, 1}
    assert [path.name for path in base.iterdir()] == ["processing"]


def test_captures_are_monitored_with_the_wheels(python: str, code: Path, base: Path) -> None:
    inputs = base / "processing" / "input"
    (inputs / "wheels").symlink_to(wheels.built(job_wheels.XGBOOST).parent)
    assert prepare(python, code, base).returncode == 0
    shutil.copytree(base / "processing" / "output" / "baseline", inputs / "baseline")
    visit = {"at": "2026-01-05T10:00:00", "kind": "short"}
    lines = [monitoring_kit.line(json.dumps(visit | {"size": 900.0 + place})) for place in range(300)]
    monitoring_kit.write(inputs / "captures", lines)
    (inputs / "request").mkdir()
    (inputs / "request" / "request.json").write_text(json.dumps({"monitors": ["data_quality"]}))
    done = job("monitor", python, code, base)
    assert done.returncode == 0, done.stderr
    found = base / "processing" / "output" / "monitoring" / "champion" / "data_quality"
    violations = json.loads((found / "constraint_violations.json").read_text())["violations"]
    assert {one["feature_name"] for one in violations} == {"size", "kind"}
    assert {one["constraint_check_type"] for one in violations} == {"baseline_drift_check"}


def test_nothing_travels_that_the_image_has() -> None:
    has = (job_wheels.LOCKS / f"{job_wheels.XGBOOST}.image.txt").read_text().splitlines()
    travels = {pin.name for pin in pins(job_wheels.lock_file(job_wheels.XGBOOST).read_text())}
    assert travels
    assert not travels & {line.partition("==")[0] for line in has}
