"""A local cloud that is killed while people label: it goes on where it was, and nobody is asked twice."""

import json
import os
import signal
import time
from pathlib import Path
from typing import Any

import pytest

from tests.local.endpoints_kit import until
from tests.local.labeling_kit import BUCKET, LabelingKit

OBJECTS = 30


def answers(cloud: Any, name: str) -> dict[str, list[str]]:
    """Return who answered about each object, as S3 has it."""
    s3 = cloud.client("s3")
    prefix = f"out/{name}/annotations/worker-response/"
    keys = [item["Key"] for item in s3.list_objects_v2(Bucket=BUCKET, Prefix=prefix)["Contents"]]
    found: dict[str, list[str]] = {}
    for key in keys:
        document = json.loads(s3.get_object(Bucket=BUCKET, Key=key)["Body"].read())
        found.setdefault(key.split("/")[-2], []).extend(answer["workerId"] for answer in document["answers"])
    return found


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
def test_a_job_goes_on_after_a_restart(start_cloud: Any, tmp_path: Path, how: int) -> None:
    with start_cloud(tmp_path / "state") as cloud:
        kit = LabelingKit(cloud.client, cloud.port)
        team = kit.team("going-on", "error-rate=0 seconds=0.1")
        objects = [{"source": f"text {index}", "truth": "owl"} for index in range(OBJECTS)]
        kit.sagemaker.create_labeling_job(**kit.request("going-on", team, objects, MaxConcurrentTaskCount=10))
        until(lambda: kit.describe("going-on")["LabelCounters"]["HumanLabeled"] >= 10, 60, "the first batch")
        if how == signal.SIGKILL:
            time.sleep(4.5)  # ministack's state, roles among it, is saved every four seconds
        os.kill(cloud.process.pid, how)
        cloud.process.wait(30)
    with start_cloud(tmp_path / "state", cloud.port) as again:
        sagemaker = again.client("sagemaker")
        before = sagemaker.describe_labeling_job(LabelingJobName="going-on")
        assert before["LabelingJobStatus"] == "InProgress"

        def look() -> Any:
            job = sagemaker.describe_labeling_job(LabelingJobName="going-on")
            return job if job["LabelingJobStatus"] in {"Completed", "Failed"} else None

        job = until(look, 60, "the end of the job")
        assert job["LabelingJobStatus"] == "Completed", job.get("FailureReason")
        assert job["LabelCounters"]["HumanLabeled"] == OBJECTS
        body = again.client("s3").get_object(Bucket=BUCKET, Key="out/going-on/manifests/output/output.manifest")["Body"]
        lines = [json.loads(line) for line in body.read().decode().splitlines()]
        assert [line["species"] for line in lines] == [2] * OBJECTS
        given = answers(again, "going-on")
        assert len(given) == OBJECTS
        assert all(len(workers) == len(set(workers)) == 3 for workers in given.values())


def test_a_job_that_waits_for_people_waits_on_and_can_be_stopped(start_cloud: Any, tmp_path: Path) -> None:
    with start_cloud(tmp_path / "state") as cloud:
        kit = LabelingKit(cloud.client, cloud.port)
        kit.sagemaker.create_labeling_job(**kit.request("waiting", kit.team("waiting"), [{"source": "x"}]))
        until(lambda: kit.describe("waiting")["LabelingJobStatus"] == "InProgress", 20)
    with start_cloud(tmp_path / "state", cloud.port) as again:
        sagemaker = again.client("sagemaker")
        assert sagemaker.describe_labeling_job(LabelingJobName="waiting")["LabelingJobStatus"] == "InProgress"
        sagemaker.stop_labeling_job(LabelingJobName="waiting")
        until(lambda: sagemaker.describe_labeling_job(LabelingJobName="waiting")["LabelingJobStatus"] == "Stopped", 20)
