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

NAME = "flight_delays"
ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Served:
    """An unpacked model package, and the bodies of requests of one record each."""

    folder: Path
    bodies: list[str]


def build(base: Path, requests: int) -> Served:
    """Prepare, train and evaluate below a folder, some 20 seconds; RuntimeError with a step's output if it fails."""
    work = base / "processing"
    raw_data.write(work / "input" / "raw")
    _run(["-m", "pipelines_src", "prepare", "--use-case", NAME], {"ML_LOOP_BASE_DIR": str(base)})
    _train(base)
    for name in ("test", "validation", "features", "report"):
        shutil.copytree(work / "output" / name, work / "input" / name)
    _run(["-m", "pipelines_src", "evaluate", "--use-case", NAME], {"ML_LOOP_BASE_DIR": str(base)})
    folder = base / "served"
    folder.mkdir()
    with tarfile.open(work / "output" / "package" / "model.tar.gz") as archive:
        unpack(archive, folder)
    table = pd.read_parquet(work / "output" / "serving" / "serving.parquet")
    return Served(folder, _bodies(table.sample(requests, random_state=0)))


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


def _bodies(table: pd.DataFrame) -> list[str]:
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
