"""The local cloud killed while it writes to S3, and programs that only SIGKILL ends: what is left, what comes next."""

import os
import signal
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local_cloud import clients
from tests.local import processing_kit, training_kit
from tests.local.conftest import RunningCloud

BUCKET = "killed"
GRACE = 0.5
FILES = 300
MANY = f"""
import pathlib
out = pathlib.Path("/opt/ml/processing/out")
for number in range({FILES}):
    (out / f"{{number:03d}}.txt").write_text(f"{{number}} " * 1000)
"""
FEW = "import pathlib; pathlib.Path('/opt/ml/processing/out/again.txt').write_text('again')"
# Writes a checkpoint as docs/training.md says, but is slow to end: it is killed in the middle of the third one.
CHECKPOINTS = """
import pathlib, signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
folder = pathlib.Path("/opt/ml/checkpoints")
names = {path.name: path.stat().st_size for path in folder.iterdir() if "upload" not in path.suffix}
print("found", sorted(names.items()), flush=True)
for step in range(len(names) + 1, 4):
    beside = folder / f"{step}.step.sagemaker-ignore"
    with beside.open("w") as file:
        file.write("x" * 1000)
        file.flush()
        if step == 3 and not names:
            print("in the middle", flush=True)
            time.sleep(60)
        file.write("x" * 1000)
    beside.replace(folder / f"{step}.step")
pathlib.Path("/opt/ml/model/model").write_text("whole")
"""
DEAF = """
import pathlib, signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
pathlib.Path("/opt/ml/model/model").write_text("half")
print("in the middle", flush=True)
time.sleep(60)
"""


@dataclass
class Story:
    """What was seen before the cloud was killed, and the world in the cloud that was started after it."""

    interrupted: dict[str, Any]
    lines: list[str]
    stopped: dict[str, Any]
    seconds: float
    models: list[str]
    versions: list[str]
    world: dict[str, Any]


@pytest.fixture(scope="module")
def story(start_cloud: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    folder = tmp_path_factory.mktemp("killed")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LOCAL_CLOUD_STOP_GRACE_SECONDS", str(GRACE))
        patch.setenv("LOCAL_CLOUD_SPOT_WAIT_SECONDS", "0.1")
        with start_cloud(folder) as cloud:
            told = before_the_end(cloud)
            os.kill(cloud.process.pid, signal.SIGKILL)
            cloud.process.wait()
        cut_off_writes(folder / "s3", told["versions"][-1])
        with start_cloud(folder, cloud.port) as cloud:
            world = {"s3": cloud.client("s3"), "sm": cloud.client("sagemaker"), "bucket": BUCKET}
            role = cloud.client("iam").get_role(RoleName=BUCKET)["Role"]["Arn"]
            yield Story(**told, world={**world, "roles": {"full": role}})


def before_the_end(cloud: RunningCloud) -> dict[str, Any]:
    world = training_kit.make_world(cloud.client, BUCKET)
    s3, sm = world["s3"], world["sm"]
    s3.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
    versions = [s3.put_object(Bucket=BUCKET, Key="kept", Body=body)["VersionId"] for body in (b"first", b"second")]
    cloud.client("s3").create_bucket(Bucket="plain", CreateBucketConfiguration={"LocationConstraint": "ap-northeast-1"})
    s3.put_object(Bucket="plain", Key="kept", Body=b"first")

    spot = {
        "EnableManagedSpotTraining": True,
        "StoppingCondition": {"MaxRuntimeInSeconds": 50, "MaxWaitTimeInSeconds": 60},
    }
    place = {"S3Uri": f"s3://{BUCKET}/checkpoints"}
    training_kit.start_script(world, "interrupted", CHECKPOINTS, CheckpointConfig=place, **spot)
    training_kit.start_script(world, "stopped", DEAF)
    wait_for(lambda: all("in the middle" in all_lines(world, name) for name in ("interrupted", "stopped")))
    wait_for(lambda: len(training_kit.keys(world, "checkpoints")) == 2)
    clients.interrupt("interrupted", cloud.port)
    began = time.monotonic()
    sm.stop_training_job(TrainingJobName="stopped")
    stopped = training_kit.ended(world, "stopped")
    seconds = time.monotonic() - began
    interrupted = training_kit.ended(world, "interrupted")

    told: dict[str, Any] = {"interrupted": interrupted, "lines": all_lines(world, "interrupted"), "stopped": stopped}
    told |= {"seconds": seconds, "models": training_kit.keys(world, "models"), "versions": versions}
    wait_for(lambda: any('"do"' in path.read_text() for path in cloud.state_dir.rglob("iam.json")))
    world["roles"] = {"full": world["role"]}
    processing_kit.start(
        world, "many", MANY, ProcessingOutputConfig={"Outputs": [processing_kit.output(world, "many")]}
    )
    wait_for(lambda: len(training_kit.keys(world, "many/out")) > 10, every=0.01)
    return told


def cut_off_writes(s3: Path, version: str) -> None:
    """Leave what there is on disk between the two moves that write an object: its content is new, its facts are old."""
    account = s3 / clients.ACCOUNT
    copy = s3 / ".versions" / clients.ACCOUNT / BUCKET / version / "kept"
    copy.parent.mkdir(parents=True)
    copy.write_bytes(b"second")  # which comes before them
    for bucket in (BUCKET, "plain"):
        (account / bucket / "kept").write_bytes(b"the third")


def all_lines(world: dict[str, Any], name: str) -> list[str]:
    try:
        return [line for lines in training_kit.logs_of(world, name).values() for line in lines]
    except ClientError:  # there is no log group yet
        return []


def wait_for(what: Callable[[], Any], every: float = 0.1) -> None:
    deadline = time.monotonic() + 30
    while not what():
        assert time.monotonic() < deadline
        time.sleep(every)


def test_a_checkpoint_that_was_half_written_is_not_resumed_from(story: Story) -> None:
    assert story.interrupted["TrainingJobStatus"] == "Completed", story.interrupted.get("FailureReason")
    found = [line for line in story.lines if line.startswith("found")]
    assert found == ["found []", "found [('1.step', 2000), ('2.step', 2000)]"]


def test_a_program_that_does_not_end_when_asked_is_killed_and_its_job_is_stopped(story: Story) -> None:
    statuses = [step["Status"] for step in story.stopped["SecondaryStatusTransitions"]]
    assert (story.stopped["TrainingJobStatus"], statuses[-2:]) == ("Stopped", ["Stopping", "Stopped"])
    assert GRACE <= story.seconds < GRACE + 10
    assert story.models == ["models/interrupted/output/model.tar.gz"]  # half a model is none


def test_a_job_whose_upload_was_cut_off_has_failed_and_the_next_one_completes(story: Story) -> None:
    world = story.world
    job = world["sm"].describe_processing_job(ProcessingJobName="many")
    assert job["ProcessingJobStatus"] == "Failed"
    assert "the local cloud ended while the job was running" in job["FailureReason"]
    left = training_kit.keys(world, "many/out")
    assert 10 < len(left) < FILES
    for key in left:
        number = int(Path(key).stem)
        assert world["s3"].get_object(Bucket=BUCKET, Key=key)["Body"].read() == f"{number} ".encode() * 1000
    outputs = {"Outputs": [processing_kit.output(world, "many")]}
    processing_kit.start(world, "again", FEW, ProcessingOutputConfig=outputs)
    assert processing_kit.ended(world, "again")["ProcessingJobStatus"] == "Completed"
    # As SageMaker does, it takes nothing away: so whatever the pipelines write has a folder of its execution.
    assert training_kit.keys(world, "many/out") == [*left, "many/out/again.txt"]


@pytest.mark.parametrize(("bucket", "content"), [(BUCKET, b"second"), ("plain", b"the third")])
def test_an_object_whose_writing_was_cut_off_is_whole(story: Story, bucket: str, content: bytes) -> None:
    s3 = story.world["s3"]
    found = s3.get_object(Bucket=bucket, Key="kept")
    assert found["Body"].read() == content
    assert s3.head_object(Bucket=bucket, Key="kept")["ContentLength"] == len(content)
    if bucket == BUCKET:
        versions = s3.list_object_versions(Bucket=bucket, Prefix="kept")["Versions"]
        assert [item["VersionId"] for item in versions] == story.versions[::-1]
        assert found["VersionId"] == story.versions[-1]
        first = s3.get_object(Bucket=bucket, Key="kept", VersionId=story.versions[0])
        assert first["Body"].read() == b"first"
