"""Managed spot training: interrupted, begun again with the checkpoints, paid for less; warm starts by checkpoint."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local_cloud import clients
from tests.local.conftest import RunningCloud
from tests.local.training_kit import (
    BUILT_IN,
    booster_in,
    channel,
    ended,
    keys,
    logs_of,
    make_world,
    start,
    start_script,
    unpack,
)

SPOT: dict[str, Any] = {
    "EnableManagedSpotTraining": True,
    "StoppingCondition": {"MaxRuntimeInSeconds": 50, "MaxWaitTimeInSeconds": 60},
}
COUNTS = """
import os, pathlib, signal, sys, time
folder = pathlib.Path("/opt/ml/checkpoints")
done = sorted(int(path.stem) for path in folder.glob("*.step"))
print("begins after", done[-1] if done else 0, flush=True)
signal.signal(signal.SIGTERM, lambda *_: (print("asked to end", flush=True), sys.exit(0)))
last = (done[-1] if done else 0)
for step in range(last + 1, 4 if done else 1000):
    (folder / f"{step}.part.sagemaker-ignore").write_text("x")
    (folder / f"{step}.step").write_text("x")
    (folder / f"{step - 2}.step").unlink(missing_ok=True)
    (folder / f"{step}.part.sagemaker-ignore").unlink()
    if step >= 3:
        while not done:
            time.sleep(0.1)
pathlib.Path("/opt/ml/model/model").write_text("whole")
"""


@pytest.fixture(scope="module")
def world(client: Any) -> dict[str, Any]:
    return make_world(client, "jobs-spot")


def wait_for(what: Callable[[], Any], seconds: float = 30) -> Any:
    deadline = time.monotonic() + seconds
    while not (found := what()):
        assert time.monotonic() < deadline
        time.sleep(0.1)
    return found


def checkpoints(world: dict[str, Any], name: str) -> dict[str, str]:
    return {"S3Uri": f"s3://{world['bucket']}/checkpoints/{name}"}


def statuses(job: dict[str, Any]) -> list[str]:
    return [step["Status"] for step in job["SecondaryStatusTransitions"]]


def lines_of(world: dict[str, Any], name: str) -> list[str]:
    return [line for lines in logs_of(world, name).values() for line in lines]


def test_an_interrupted_job_goes_on_from_its_checkpoint(local_cloud: RunningCloud, world: dict[str, Any]) -> None:
    start_script(world, "spot-resumes", COUNTS, CheckpointConfig=checkpoints(world, "spot-resumes"), **SPOT)
    place = "checkpoints/spot-resumes"
    # What the script deleted is deleted in S3, and what it excluded was never there.
    wait_for(lambda: keys(world, place) == [f"{place}/2.step", f"{place}/3.step"])
    clients.interrupt("spot-resumes", local_cloud.port)
    job = ended(world, "spot-resumes")
    assert job["TrainingJobStatus"] == "Completed", job.get("FailureReason")
    once = ["Starting", "Downloading", "Training"]
    assert statuses(job) == [*once, "Interrupted", *once, "Uploading", "Completed"]
    assert all(step["StartTime"] <= step["EndTime"] for step in job["SecondaryStatusTransitions"])
    lines = lines_of(world, "spot-resumes")
    assert lines.index("begins after 0") < lines.index("asked to end") < lines.index("begins after 3")
    assert keys(world, "models/spot-resumes") == ["models/spot-resumes/output/model.tar.gz"]
    assert job["BillableTimeInSeconds"] < job["TrainingTimeInSeconds"]
    waited = (job["TrainingEndTime"] - job["TrainingStartTime"]).total_seconds() - job["TrainingTimeInSeconds"]
    assert waited > -1  # whole seconds, rounded up; the pause is not in it


def test_a_job_that_waited_too_long_is_stopped(local_cloud: RunningCloud, world: dict[str, Any]) -> None:
    limits = {"MaxRuntimeInSeconds": 3, "MaxWaitTimeInSeconds": 3}
    start_script(world, "spot-waits", "import time; time.sleep(60)", **{**SPOT, "StoppingCondition": limits})
    wait_for(lambda: "Training" in statuses(world["sm"].describe_training_job(TrainingJobName="spot-waits")))
    time.sleep(2.2)
    clients.interrupt("spot-waits", local_cloud.port)
    job = ended(world, "spot-waits")
    assert (job["TrainingJobStatus"], job["SecondaryStatus"]) == ("Stopped", "MaxWaitTimeExceeded")
    assert statuses(job)[-3:] == ["Interrupted", "Stopping", "MaxWaitTimeExceeded"]


def test_only_a_spot_job_that_trains_is_interrupted(local_cloud: RunningCloud, world: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="No training job spot-nobody runs"):
        clients.interrupt("spot-nobody", local_cloud.port)
    start_script(world, "spot-not", "import time; time.sleep(60)")
    with pytest.raises(ValueError, match="no spot job"):
        clients.interrupt("spot-not", local_cloud.port)
    world["sm"].stop_training_job(TrainingJobName="spot-not")


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"EnableManagedSpotTraining": True, "StoppingCondition": {"MaxRuntimeInSeconds": 50}}, "must be present"),
        ({**SPOT, "StoppingCondition": {"MaxRuntimeInSeconds": 9, "MaxWaitTimeInSeconds": 8}}, "9; found 8"),
        ({**SPOT, "EnableManagedSpotTraining": False}, "only supported when EnableManagedSpotTraining"),
    ],
)
def test_limits_that_do_not_go_together_are_refused(world: dict[str, Any], changes: Any, text: str) -> None:
    with pytest.raises(ClientError, match=text):
        start(world, "spot-refused", BUILT_IN, **changes)


def test_the_built_in_xgboost_does_not_find_what_it_wrote_itself(world: dict[str, Any]) -> None:
    for name in ("spot-again-1", "spot-again-2"):
        start(world, name, {**BUILT_IN, "num_round": "3"}, CheckpointConfig=checkpoints(world, "spot-again"))
        assert ended(world, name)["TrainingJobStatus"] == "Completed"
        assert keys(world, "checkpoints/spot-again") == ["checkpoints/spot-again/xgboost-checkpoint_0.ubj"]
        assert sum("#011train-auc" in line for line in lines_of(world, name)) == 3


def test_the_built_in_xgboost_begins_with_a_model_that_is_named_as_a_checkpoint(
    world: dict[str, Any], tmp_path: Path
) -> None:
    start(world, "warm-first", {**BUILT_IN, "num_round": "4"})
    unpack(world, ended(world, "warm-first")["ModelArtifacts"]["S3ModelArtifacts"], tmp_path / "first")
    first = booster_in(tmp_path / "first")
    # The champion has done rounds 0 to 3, so it is checkpoint 3.
    body = (tmp_path / "first/xgboost-model").read_bytes()
    world["s3"].put_object(Bucket=world["bucket"], Key="checkpoints/warm/xgboost-checkpoint.3", Body=body)
    start(world, "warm-second", {**BUILT_IN, "num_round": "10"}, CheckpointConfig=checkpoints(world, "warm"))
    job = ended(world, "warm-second")
    unpack(world, job["ModelArtifacts"]["S3ModelArtifacts"], tmp_path / "second")
    second = booster_in(tmp_path / "second")
    assert sum("#011train-auc" in line for line in lines_of(world, "warm-second")) == 6
    assert second.num_boosted_rounds() == 10
    assert second[:4].get_dump() == first.get_dump()


def test_the_built_in_xgboost_has_no_channel_for_a_model(world: dict[str, Any]) -> None:
    model = {**channel(world, "train"), "ChannelName": "model"}
    start(world, "warm-channel", BUILT_IN, InputDataConfig=[channel(world, "train"), model])
    assert "Extraneous channel found: model" in ended(world, "warm-channel")["FailureReason"]


def test_a_stopped_job_keeps_its_last_round_when_asked_to(world: dict[str, Any], tmp_path: Path) -> None:
    endless = {**BUILT_IN, "num_round": "1000000", "save_model_on_termination": "true"}
    start(world, "stop-saves", endless)
    wait_for(lambda: any("#011train-auc" in line for line in lines_of(world, "stop-saves")))
    world["sm"].stop_training_job(TrainingJobName="stop-saves")
    job = ended(world, "stop-saves")
    assert job["TrainingJobStatus"] == "Stopped"
    unpack(world, job["ModelArtifacts"]["S3ModelArtifacts"], tmp_path)
    assert booster_in(tmp_path).num_boosted_rounds() > 0
