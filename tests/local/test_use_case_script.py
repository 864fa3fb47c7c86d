"""A use case's own script: with a neighbour, checkpoints on spot instances, and an earlier model to go on from."""

import json
import time
from pathlib import Path
from typing import Any

import pytest

from local_cloud import clients
from tests.local import use_case_kit as kit
from tests.local.conftest import RunningCloud
from tests.use_cases import SCRIPT as TRAIN

SCRIPT = '''
"""Fit a mean, slowly."""

import argparse
import json
import os
import sys
import time
from pathlib import Path

import pandas as pd

from .train_data import features


def train() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int)
    parser.add_argument("--colour")
    parser.add_argument("--wait", type=float, default=0.0)
    given = parser.parse_args()
    kept = Path("/opt/ml/checkpoints/state.json")
    if not kept.parent.exists():
        kept = Path(os.environ["SM_OUTPUT_DATA_DIR"]) / "state.json"
    done = json.loads(kept.read_text())["done"] if kept.exists() else 0
    print(f"begins at {done}", flush=True)
    for number in range(done, given.rounds):
        time.sleep(given.wait)
        kept.write_text(json.dumps({"done": number + 1}))
        print(f"score={number + 1};", flush=True)
    table = features(pd.read_parquet(os.environ["SM_CHANNEL_TRAIN"]))
    earlier = Path(os.environ.get("SM_CHANNEL_WARM_START", "/nowhere"), "model/model.json")
    model = {"mean": table.mean().to_dict(), "colour": given.colour, "began": done,
             "earlier": json.loads(earlier.read_text()) if earlier.exists() else None}
    Path(os.environ["SM_MODEL_DIR"], "model.json").write_text(json.dumps(model))


def model_fn(model_dir):
    return json.loads(Path(model_dir, "model.json").read_text())


def predict_fn(rows, model):
    """The nearer to the first place, the likelier."""
    return 1 / (1 + rows.clip(0).sum(axis=1) / sum(model["mean"].values()))


if __name__ == "__main__":
    train()
'''
NEIGHBOUR = '''
"""What the script and nobody else knows."""


def features(table):
    return table.drop(columns="label")
'''


@pytest.fixture(scope="module")
def world(client: Any) -> kit.World:
    return kit.World.make(client, "use-case-script")


def sources(folder: Path) -> Path:
    root = kit.sources(folder, SCRIPT)
    (root / kit.NAME / "train_data.py").write_text(NEIGHBOUR)
    return root


def model_of(world: kit.World, job: dict[str, Any], folder: Path) -> dict[str, Any]:
    content = world.unpack(job["ModelArtifacts"]["S3ModelArtifacts"], folder / "model") / "model.json"
    return dict(json.loads(content.read_text()))


def test_a_script_runs_with_its_neighbours_arguments_and_metrics(world: kit.World, tmp_path: Path) -> None:
    job = kit.run(world, "script", kit.define(world, kit.use_case(TRAIN), sources(tmp_path), tmp_path))
    model = model_of(world, job, tmp_path)
    assert (model["colour"], model["began"], model["earlier"]) == ("blue", 0, None)
    assert set(model["mean"]) == {"x", "y"}
    assert model["mean"]["x"] == pytest.approx(4 / 3, abs=0.3)
    assert {one["MetricName"]: one["Value"] for one in job["FinalMetricDataList"]} == {"score": 3.0}


def test_an_interrupted_script_goes_on_from_its_checkpoint(
    world: kit.World, tmp_path: Path, local_cloud: RunningCloud
) -> None:
    hyperparameters = {"rounds": 25, "colour": "red", "wait": 0.2}
    train = {**TRAIN, "hyperparameters": hyperparameters, "spot": {"max_wait_seconds": 120}}
    document = kit.define(world, kit.use_case(train), sources(tmp_path), tmp_path)
    arn = kit.start(world, "spot", document)
    prefix = f"{tmp_path.name}/models/checkpoints/"
    wait_until(lambda: world.keys(prefix), "no checkpoint")
    clients.interrupt(kit.trained(world, arn)["TrainingJobName"], local_cloud.port)
    wait_until(lambda: kit.trained(world, arn)["TrainingJobStatus"] == "Completed", "not completed")
    job = kit.trained(world, arn)
    assert job["EnableManagedSpotTraining"]
    statuses = [one["Status"] for one in job["SecondaryStatusTransitions"]]
    assert "Interrupted" in statuses
    execution = arn.rpartition("/")[2]
    assert job["CheckpointConfig"]["S3Uri"] == f"s3://{world.bucket}/{prefix}{execution}"
    assert model_of(world, job, tmp_path)["began"] > 0


def wait_until(holds: Any, otherwise: str, seconds: float = 90) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, otherwise
        time.sleep(0.1)


def test_its_model_is_judged_packed_and_answers_records(world: kit.World, tmp_path: Path) -> None:
    case, source = kit.use_case(TRAIN), sources(tmp_path)
    job = kit.run(world, "script-judged", kit.define(world, case, source, tmp_path, last="CheckGate"))
    found = kit.judged(world, job)
    assert found["auc"]["value"] > 0.95
    assert set(found["feature_importance"]) == {"x", "y"}
    near, far = kit.answers(world, job, tmp_path, [{"x": 0.1, "y": 0.2}, {"x": 4.0, "y": 0.0}])
    assert near["probability"] > 0.5 > far["probability"]
