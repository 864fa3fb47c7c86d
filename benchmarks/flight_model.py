"""The real model of flight_delays, made by the repository's own steps, and requests that a client would send to it."""

import json
import os
import shutil
import subprocess
import sys
import tarfile
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from config import load_use_case
from local_cloud.archives import unpack
from pipelines_src.flight_delays import raw_data
from pipelines_src.steps.cli import SPLIT_UNTIL

NAME, SERVED = "flight_delays", "served"
ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Served:
    """An unpacked model package, and the bodies of requests of one record each."""

    folder: Path
    bodies: list[str]


def build(base: Path, requests: int) -> Served:
    """Return a model made below a folder, some 20 seconds, and requests."""
    made(base)
    table = pd.read_parquet(outputs(base) / "serving" / "serving.parquet")
    return Served(base / SERVED, bodies(table.sample(requests, random_state=0)))


def made(base: Path, split_until: str = "", champion: Path | None = None) -> Path:
    """Prepare, train and evaluate below a folder, and unpack the package into `served`, as the pipeline would.

    Args:
        base: the folder.
        split_until: ends of training, validation and test; empty: as declared.
        champion: the folder of the model to beat, made by this function.

    Returns:
        The folder of the unpacked package.

    Raises:
        RuntimeError: a step fails; with its output.
    """
    work, variables = base / "processing", {"ML_LOOP_BASE_DIR": str(base)}
    split = {SPLIT_UNTIL: split_until} if split_until else {}
    raw_data.write(work / "input" / "raw")
    _run(["-m", "pipelines_src", "prepare", "--use-case", NAME], {**variables, **split})
    _train(base)
    for name in ("test", "validation", "features", "report"):
        shutil.copytree(work / "output" / name, work / "input" / name)
    if champion is not None:
        shutil.copytree(outputs(champion) / "package", work / "input" / "champion")
    _run(["-m", "pipelines_src", "evaluate", "--use-case", NAME], {**variables, **split})
    folder = base / SERVED
    folder.mkdir()
    with tarfile.open(outputs(base) / "package" / "model.tar.gz") as archive:
        unpack(archive, folder)
    return folder


def outputs(base: Path) -> Path:
    """Return the folder of the steps' outputs."""
    return base / "processing" / "output"


def _train(base: Path) -> None:
    for split in ("train", "validation"):
        shutil.copytree(base / "processing" / "output" / split, base / "input" / "data" / split)
    for folder in ("input/config", "model", "output"):
        (base / folder).mkdir(parents=True, exist_ok=True)
    parameters = load_use_case(NAME).train.hyperparameters
    channels = {split: {"ContentType": "text/csv"} for split in ("train", "validation")}
    strings = {key: str(value) for key, value in {**parameters, "nthread": 1}.items()}
    (base / "input/config/hyperparameters.json").write_text(json.dumps(strings))
    (base / "input/config/inputdataconfig.json").write_text(json.dumps(channels))
    (base / "input/config/resourceconfig.json").write_text(json.dumps({"current_host": "algo-1", "hosts": ["algo-1"]}))
    _run(["-m", "local_cloud.sagemaker.images.xgboost_train"], {"SAGEMAKER_BASE_DIR": str(base)})
    model = base / "processing" / "input" / "model"
    model.mkdir()
    with tarfile.open(model / "model.tar.gz", "w:gz") as archive:
        archive.add(base / "model" / "xgboost-model", "xgboost-model")


def bodies(table: pd.DataFrame) -> list[str]:
    """Return the body of a request for each record of a table."""
    fields = table[[field.name for field in load_use_case(NAME).data.record]]
    records = fields.astype("object").where(fields.notna(), None).to_dict(orient="records")
    return [json.dumps(record, default=pd.Timestamp.isoformat) for record in records]


def _run(arguments: list[str], variables: dict[str, str]) -> None:
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(
            f"{' '.join(arguments)} ended with {done.returncode}:\n{(done.stdout + done.stderr)[-2000:]}"
        )
