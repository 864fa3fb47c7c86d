"""Labeling jobs from the request to the augmented manifest, done by simulated workers."""

import json
import math
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.local.endpoints_kit import until
from tests.local.labeling_kit import BUCKET, TEXT_PAGE, LabelingKit

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


def test_a_lone_worker_has_no_confidence_and_several_jobs_are_listed(kit: LabelingKit) -> None:
    team = kit.team("alone", "error-rate=0")
    request = kit.request("alone-1", team, texts(2), NumberOfHumanWorkersPerDataObject=1)
    arn = kit.sagemaker.create_labeling_job(**request)["LabelingJobArn"]
    job = kit.ended("alone-1")
    lines = kit.lines(job["LabelingJobOutput"]["OutputDatasetS3Uri"])
    assert [line["species-metadata"]["confidence"] for line in lines] == [0.0, 0.0]
    (listed,) = kit.sagemaker.list_labeling_jobs(NameContains="alone", StatusEquals="Completed")[
        "LabelingJobSummaryList"
    ]
    assert (listed["LabelingJobArn"], listed["WorkteamArn"]) == (arn, team)
    (of_team,) = kit.sagemaker.list_labeling_jobs_for_workteam(WorkteamArn=team)["LabelingJobSummaryList"]
    assert of_team["LabelCounters"] == {"HumanLabeled": 2, "PendingHuman": 0, "Total": 2}
    kit.sagemaker.add_tags(ResourceArn=arn, Tags=[{"Key": "who", "Value": "ana"}])
    assert kit.sagemaker.list_tags(ResourceArn=arn)["Tags"] == [{"Key": "who", "Value": "ana"}]


def test_workers_who_err_are_as_right_together_as_theory_says(kit: LabelingKit) -> None:
    number, accuracy, objects = 3, 0.8, 400
    team = kit.team("erring", "error-rate=0.2 seed=7 workers=3")
    kit.sagemaker.create_labeling_job(**kit.request("erring", team, texts(objects), labels=("cat", "dog", "owl")))
    job = kit.ended("erring", 120)
    lines = kit.lines(job["LabelingJobOutput"]["OutputDatasetS3Uri"])
    right = sum(line["species-metadata"]["class-name"] == line["truth"] for line in lines)
    # Two of three are right, or one is and the others err apart: then it is a guess among three.
    majority = accuracy**number + number * accuracy**2 * (1 - accuracy)
    apart = number * accuracy * (1 - accuracy) ** 2 / 2
    expected = majority + apart / 3
    error = math.sqrt(expected * (1 - expected) / objects)
    assert abs(right / objects - expected) < 4 * error
    sure = [line["species-metadata"]["confidence"] for line in lines]
    wrong = [
        one for one, line in zip(sure, lines, strict=True) if line["species-metadata"]["class-name"] != line["truth"]
    ]
    assert sum(wrong) / len(wrong) < sum(sure) / len(sure)


def test_the_same_seed_errs_in_the_same_answers(kit: LabelingKit) -> None:
    found = []
    for name, seed in (("seed-a", 1), ("seed-b", 1), ("seed-c", 2)):
        team = kit.team(name, f"error-rate=0.5 seed={seed}")
        kit.sagemaker.create_labeling_job(**kit.request(name, team, texts(20), NumberOfHumanWorkersPerDataObject=1))
        lines = kit.lines(kit.ended(name)["LabelingJobOutput"]["OutputDatasetS3Uri"])
        found.append([line["species"] for line in lines])
    assert found[0] == found[1] != found[2]


def test_the_truth_may_lie_beside_the_manifest(kit: LabelingKit) -> None:
    truth = kit.put(
        "truth.jsonl", "".join(json.dumps({"source": f"text {i}", "truth": "owl"}) + "\n" for i in range(3))
    )
    team = kit.team("sidecar", f"error-rate=0 truth={truth}")
    objects = [{"source": f"text {index}"} for index in range(3)]
    kit.sagemaker.create_labeling_job(**kit.request("sidecar", team, objects))
    lines = kit.lines(kit.ended("sidecar")["LabelingJobOutput"]["OutputDatasetS3Uri"])
    assert [line["species-metadata"]["class-name"] for line in lines] == ["owl"] * 3
    assert all("truth" not in line for line in lines)


def test_several_labels_and_entities(kit: LabelingKit) -> None:
    team = kit.team("many", "error-rate=0")
    page = '<crowd-form><crowd-classifier-multi-select name="m" categories="{{ task.input.labels | to_json }}">'
    request = kit.request(
        "multi", team, [{"source": "a", "truth": ["owl", "cat"]}, {"source": "b", "truth": []}],
        "TextMultiClassMultiLabel", page,
    )  # fmt: skip
    kit.sagemaker.create_labeling_job(**request)
    first, second = kit.lines(kit.ended("multi")["LabelingJobOutput"]["OutputDatasetS3Uri"])
    assert (first["species"], second["species"]) == ([0, 2], [])
    assert first["species-metadata"]["class-map"] == {"0": "cat", "2": "owl"}
    assert first["species-metadata"]["type"] == "groundtruth/text-classification-multilabel"
    truth = {"entities": [{"label": "cat", "startOffset": 4, "endOffset": 7}]}
    request = kit.request("entities", team, [{"source": "the cat", "truth": truth}], "NamedEntityRecognition")
    own = "arn:aws:sagemaker:ap-northeast-1:394669845002:human-task-ui/NamedEntityRecognition"
    request["HumanTaskConfig"]["UiConfig"] = {"HumanTaskUiArn": own}
    kit.sagemaker.create_labeling_job(**request)
    (line,) = kit.lines(kit.ended("entities")["LabelingJobOutput"]["OutputDatasetS3Uri"])
    assert line["species"]["annotations"]["entities"] == truth["entities"]
    assert line["species-metadata"]["entities"] == [{"confidence": 1.0}]


def test_a_limit_of_objects_stops_the_job(kit: LabelingKit) -> None:
    team = kit.team("limited", "error-rate=0")
    for name, conditions in (
        ("few", {"MaxHumanLabeledObjectCount": 3}),
        ("share", {"MaxPercentageOfInputDatasetLabeled": 30}),
    ):
        request = kit.request(name, team, texts(10), MaxConcurrentTaskCount=2)
        kit.sagemaker.create_labeling_job(**request, StoppingConditions=conditions)
        job = kit.ended(name)
        assert job["LabelingJobStatus"] == "Stopped"
        assert (job["LabelCounters"]["HumanLabeled"], job["LabelCounters"]["Unlabeled"]) == (3, 7)
        lines = kit.lines(job["LabelingJobOutput"]["OutputDatasetS3Uri"])
        assert ["species" in line for line in lines] == [True] * 3 + [False] * 7


def test_a_stopped_job_keeps_its_labels(kit: LabelingKit) -> None:
    team = kit.team("stopped", "error-rate=0 seconds=0.1")
    kit.sagemaker.create_labeling_job(**kit.request("stopped", team, texts(50), MaxConcurrentTaskCount=2))
    until(lambda: kit.describe("stopped")["LabelCounters"]["HumanLabeled"] >= 2, 30)
    assert kit.refusal(kit.sagemaker.delete_workteam, WorkteamName="stopped").startswith("ResourceInUse")
    kit.sagemaker.stop_labeling_job(LabelingJobName="stopped")
    job = kit.ended("stopped")
    assert job["LabelingJobStatus"] == "Stopped"
    lines = kit.lines(job["LabelingJobOutput"]["OutputDatasetS3Uri"])
    assert sum("species" in line for line in lines) == job["LabelCounters"]["TotalLabeled"] < 50
    assert kit.sagemaker.delete_workteam(WorkteamName="stopped")["Success"]
    assert "is in status Stopped" in kit.refusal(kit.sagemaker.stop_labeling_job, LabelingJobName="stopped")


def test_events_tell_each_status(kit: LabelingKit) -> None:
    sqs, events = kit.client("sqs"), kit.client("events")
    url = sqs.create_queue(QueueName="labeling-events")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    statement = {"Effect": "Allow", "Principal": {"Service": "events.amazonaws.com"}, "Action": "sqs:SendMessage",
                 "Resource": arn}  # fmt: skip
    policy = json.dumps({"Version": "2012-10-17", "Statement": statement})
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})
    pattern = {"source": ["aws.sagemaker"], "detail-type": ["SageMaker Ground Truth Labeling Job State Change"]}
    events.put_rule(Name="labeling", EventPattern=json.dumps(pattern))
    events.put_targets(Rule="labeling", Targets=[{"Id": "queue", "Arn": arn}])
    job = kit.sagemaker.create_labeling_job(**kit.request("told", kit.team("told", "error-rate=0"), texts(1)))
    kit.ended("told")
    told: list[dict[str, Any]] = []

    def ends() -> bool:
        found = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
        told.extend(json.loads(message["Body"]) for message in found)
        return any(event["detail"]["LabelingJobStatus"] == "Completed" for event in told)

    until(ends, 20, "the last event")
    assert {json.dumps(event["detail"]) for event in told} == {
        json.dumps({"LabelingJobStatus": status}) for status in ("Initializing", "InProgress", "Completed")
    }
    assert {tuple(event["resources"]) for event in told} == {(job["LabelingJobArn"],)}


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("", "has no data objects"),
        ('{"source": "x"}\n{not json}\n', "line 2 .* is not JSON"),
        ('{"text": "x"}\n', 'line 1 .* needs one of "source" and "source-ref"'),
        ('{"source": "x", "source-ref": "s3://a/b"}\n', "needs one of"),
    ],
)
def test_a_manifest_that_is_none_fails_the_job(kit: LabelingKit, content: str, reason: str) -> None:
    name = f"bad-{len(content)}"
    request = kit.request(name, kit.team(name), texts(1))
    kit.put(f"{name}/in", content)
    kit.sagemaker.create_labeling_job(**request)
    job = kit.ended(name)
    assert job["LabelingJobStatus"] == "Failed"
    assert re.search(reason, job["FailureReason"])


def test_pages_and_tags_that_nobody_can_use_are_said_to_be_none(kit: LabelingKit) -> None:
    for name, tag, page, reason in (
        ("no-rate", "seed=3", TEXT_PAGE, "it needs error-rate"),
        ("odd-rate", "error-rate=2", TEXT_PAGE, "allowed are error-rate"),
        ("no-tool", "error-rate=0", "<crowd-form><input name='x'></crowd-form>", "the worker page has none of"),
        ("no-template", "error-rate=0", "{% if %}", "page.html is no template"),
        ("no-truth", "error-rate=0 truth=answer", TEXT_PAGE, "has no field 'answer'"),
        ("other-truth", "error-rate=0 truth=source", TEXT_PAGE, r"the truth has \['text 0'\]"),
    ):
        kit.sagemaker.create_labeling_job(**kit.request(name, kit.team(name, tag), texts(1), page=page))
        job = kit.ended(name)
        assert job["LabelingJobStatus"] == "Failed"
        assert re.search(reason, job["FailureReason"])


def test_labels_appear_while_others_are_still_missing(
    start_cloud: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOCAL_CLOUD_CONSOLIDATE_SECONDS", "0.5")
    with start_cloud(tmp_path / "state") as cloud:
        kit = LabelingKit(cloud.client, cloud.port)
        request = kit.request("steady", kit.team("steady", "error-rate=0 seconds=0.3 workers=1"), texts(8))
        request["HumanTaskConfig"]["NumberOfHumanWorkersPerDataObject"] = 1
        kit.sagemaker.create_labeling_job(**request)
        until(lambda: 0 < kit.describe("steady")["LabelCounters"]["HumanLabeled"] < 8, 20, "the first labels")
        lines = kit.lines(kit.describe("steady")["LabelingJobOutput"]["OutputDatasetS3Uri"])
        assert 0 < sum("species" in line for line in lines) < 8
        assert kit.ended("steady")["LabelCounters"]["HumanLabeled"] == 8
        assert len(kit.keys("out/steady/annotations/consolidated-annotation/consolidation-request/")) > 1
