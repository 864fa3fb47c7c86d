"""Labeling jobs from the request to the augmented manifest, done by simulated workers."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.local.labeling_kit import BUCKET, LabelingKit

ANIMALS = ("cat", "dog", "owl")


@pytest.fixture(scope="module")
def kit(start_cloud: Callable[..., Any], tmp_path_factory: pytest.TempPathFactory) -> Any:
    with start_cloud(tmp_path_factory.mktemp("labeling")) as cloud:
        yield LabelingKit(cloud.client, cloud.port)


def texts(number: int) -> list[dict[str, Any]]:
    return [{"source": f"text {index}", "truth": ANIMALS[index % 3], "row": index} for index in range(number)]


def test_workers_who_do_not_err_give_the_truth_in_the_documented_form(kit: LabelingKit) -> None:
    team = kit.team("flawless", "error-rate=0")
    kit.sagemaker.create_labeling_job(**kit.request("Flawless", team, texts(4)))
    job = kit.ended("flawless")
    assert job["LabelingJobStatus"] == "Completed", job.get("FailureReason")
    assert job["LabelCounters"] == {
        "TotalLabeled": 4, "HumanLabeled": 4, "MachineLabeled": 0, "FailedNonRetryableError": 0, "Unlabeled": 0,
    }  # fmt: skip
    place = job["LabelingJobOutput"]["OutputDatasetS3Uri"]
    assert place == f"s3://{BUCKET}/out/Flawless/manifests/output/output.manifest"
    lines = kit.lines(place)
    assert [(line["source"], line["row"], line["species"]) for line in lines] == [
        (f"text {index}", index, index % 3) for index in range(4)
    ]
    metadata = lines[1]["species-metadata"]
    assert metadata["class-name"] == "dog"
    assert metadata["type"] == "groundtruth/text-classification"
    assert metadata["job-name"] == "labeling-job/Flawless"
    assert metadata["human-annotated"] == "yes"
    assert 0.9 < metadata["confidence"] <= 1
    (response,) = kit.keys("out/Flawless/annotations/worker-response/iteration-1/1/")
    answers = json.loads(kit.read(f"s3://{BUCKET}/{response}"))["answers"]
    assert [answer["answerContent"] for answer in answers] == [{"crowd-classifier": {"label": "dog"}}] * 3
    assert len({answer["workerId"] for answer in answers}) == 3
    assert kit.keys("out/Flawless/annotations/consolidated-annotation/consolidation-request/iteration-1/")
