"""Labelling as it is deployed: from `ops label start` through Step Functions, workers and functions to labels."""

import io
import json
import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from ops.label import stopping
from tests.local.conftest import running
from tests.local.endpoints_kit import until
from tests.local.label_flow_kit import MACHINE, TEAM, USE_CASE, Dying, Labelling
from tests.local.release_kit import Platform, deployed, repository

pytestmark = pytest.mark.flow

ACCURACY, OBJECTS = 0.8, 240


@pytest.fixture(scope="module")
def labelling(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Labelling]:
    with deployed(tmp_path_factory, "label", USE_CASE) as platform:
        yield Labelling(platform, repository(tmp_path_factory), tmp_path_factory.mktemp("digits"))


def names(first: int, last: int) -> list[str]:
    return [f"{number:04d}.png" for number in range(first, last)]


def test_workers_of_80_percent_label_as_theory_expects(labelling: Labelling, tmp_path: Path) -> None:
    some = names(0, OBJECTS)
    assert f"uploaded {OBJECTS} of {OBJECTS} objects" in labelling.bring(*some)
    labelling.workers(f"error-rate={1 - ACCURACY:.1f} seed=3 workers=3")
    assert "began run" in labelling.ops("label", "start", "local", USE_CASE)
    run = labelling.over(1)
    assert run["result"] == "labelled", run
    assert labelling.job(run)["LabelCounters"]["HumanLabeled"] == OBJECTS

    found = labelling.labels()
    assert set(found) == set(some)
    right = sum(found[name] == labelling.truth[name] for name in some) / OBJECTS
    # Two or three of three are right; or one is, and the others err apart, of nine ways each: a guess among three.
    wrong = 1 - ACCURACY
    expected = ACCURACY**3 + 3 * ACCURACY**2 * wrong + 3 * ACCURACY * wrong**2 * (8 / 9) / 3
    assert right == pytest.approx(expected, abs=3 * (expected * (1 - expected) / OBJECTS) ** 0.5)

    items = {item["item"].removeprefix("object#"): item["outcome"] for item in labelling.items("object#")}
    assert items == dict.fromkeys(some, "labelled")
    answered = labelling.answers(run)
    assert len(answered) == OBJECTS
    assert all(set(workers.values()) == {1} and len(workers) == 3 for workers in answered.values())
    page = tmp_path / "page.html"
    labelling.ops("label", "status", "local", USE_CASE, run["run"], "--page", str(page))
    assert f"{OBJECTS * 3} answers" in page.read_text()


def test_the_pipeline_learns_what_people_said(labelling: Labelling) -> None:
    people = labelling.labels()
    labelling.ops("data", "upload", "local", USE_CASE)
    labelling.ops("pipeline", "start", "local", USE_CASE, "--wait")
    processed = labelling.platform.physical("local-data", "AWS::S3::Bucket", "Processed")
    pages = labelling.client("s3").get_paginator("list_objects_v2").paginate(Bucket=processed, Prefix=USE_CASE)
    keys = {item["Key"].split("/", 2)[-1]: item["Key"] for page in pages for item in page["Contents"]}

    def read(name: str) -> io.BytesIO:
        return io.BytesIO(labelling.client("s3").get_object(Bucket=processed, Key=keys[name])["Body"].read())

    assert json.load(read("report/preparation.json"))["labels"] == {"objects": OBJECTS, "records": OBJECTS}
    test, serving = (pd.read_parquet(read(f"{name}/{name}.parquet")) for name in ("test", "serving"))
    learnt = dict(zip(test["record_id"], test["label"], strict=True))
    learnt |= dict(zip(serving["record_id"], serving["digit"], strict=True))
    said = {f"{record}.png": str(int(label)) for record, label in learnt.items()}
    erred = {name for name in people if people[name] != labelling.truth[name]}
    assert erred & set(said)
    assert said == {name: people.get(name, labelling.truth[name]) for name in said}
    [package] = labelling.client("sagemaker").list_model_packages(ModelPackageGroupName=TEAM)["ModelPackageSummaryList"]
    assert package["ModelApprovalStatus"] == "PendingManualApproval"


def test_a_function_that_dies_before_any_call_loses_nothing_and_labels_nothing_twice(
    labelling: Labelling, monkeypatch: pytest.MonkeyPatch
) -> None:
    some = names(300, 304)
    labelling.bring(*some)
    labelling.workers("error-rate=0 workers=3")
    dying = Dying(labelling, monkeypatch)
    with labelling.nobody_else_looks():
        assert dying.until_done(begin=True) > 5
        [*_, run] = labelling.items("run#")
        job = until(lambda: ended(labelling, run), 30, "the end of the job")
        assert job["LabelingJobStatus"] == "Completed"
        assert dying.until_done() > 5
    assert labelling.over(int(run["number"]))["result"] == "labelled"
    assert {name: labelling.labels()[name] for name in some} == {name: labelling.truth[name] for name in some}
    assert [sorted(workers.values()) for workers in labelling.answers(run).values()] == [[1, 1, 1]] * 4


def test_a_machine_that_is_started_again_waits_for_the_job_that_is_there(labelling: Labelling) -> None:
    states = labelling.client("stepfunctions")
    [*_, run] = labelling.items("run#")
    made = f"{MACHINE.replace(':stateMachine:', ':execution:')}:{run['run']}"
    given = states.describe_execution(executionArn=made)["input"]
    again = states.start_execution(stateMachineArn=MACHINE, name="again", input=given)["executionArn"]
    status = until(lambda: _over(states, again), 30, "the end of the second execution")
    assert status == "SUCCEEDED"
    entered = [
        event["stateEnteredEventDetails"]["name"]
        for event in states.get_execution_history(executionArn=again, maxResults=100)["events"]
        if "stateEnteredEventDetails" in event
    ]
    assert entered == ["Label", "Describe", "Ended", "Labelled"]
    labelling.job(run)  # is still the only one


def test_a_run_that_is_stopped_keeps_its_labels_and_the_rest_is_free(
    labelling: Labelling, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stopping, "client", lambda _, service: labelling.client(service))
    some = names(310, 322)
    labelling.bring(*some)
    labelling.workers("error-rate=0 workers=3 seconds=0.3")
    run = labelling.start()
    until(lambda: labelling.began(run), 30, "workers to begin")
    time.sleep(2)  # in which they answer all about an object or two
    assert f"run {run['run']}: stopped: " in stopping.stop(labelling.target, None, every=0.2)
    given = set(labelling.labels()) & set(some)
    assert set() < given < set(some)
    labelling.workers("error-rate=0 workers=3")
    labelling.start()
    assert labelling.over(int(run["number"]) + 1)["objects"] == str(len(some) - len(given))
    assert set(some) <= set(labelling.labels())


def test_what_is_chosen_is_labelled_first_and_answered(labelling: Labelling, tmp_path: Path) -> None:
    labelling.bring(*names(330, 334))
    asked = [{"object": f"033{number}.png", "score": 0.5, "reason": "unsure"} for number in (3, 1)]
    text = "".join(json.dumps(one) + "\n" for one in asked)
    runs = len(labelling.items("run#"))
    # The file's arrival is the message.
    labelling.client("s3").put_object(
        Bucket=labelling.labelled, Key=f"{USE_CASE}/chosen/turn-1.jsonl", Body=text.encode()
    )
    run = labelling.over(runs + 1)
    assert run["chosen"] == "turn-1"
    assert {"0333.png", "0331.png"} == set(labelling.labels()) & set(names(330, 334))
    answer = f"{USE_CASE}/chosen/turn-1.json"
    until(lambda: answer in labelling.keys(answer), 30, "the answer")
    assert json.loads(labelling.read(answer)) == {"result": "labelled", "detail": run["detail"], "run": run["run"]}


def test_a_cloud_that_is_killed_during_a_job_goes_on_and_asks_nobody_twice(labelling: Labelling) -> None:
    some = names(340, 350)
    labelling.bring(*some)
    labelling.workers("error-rate=0 workers=3 seconds=0.25")
    run = labelling.start()
    time.sleep(4.5)  # ministack's state is saved every four seconds
    cloud = labelling.platform.cloud
    os.kill(cloud.process.pid, signal.SIGKILL)
    cloud.process.wait(30)
    with running(cloud.state_dir, cloud.port) as again:
        labelling.go_on(Platform(again, cloud.state_dir.parent, USE_CASE))
        until(lambda: ended(labelling, run), 60, "the end of the job")
        labelling.look()
        assert labelling.over(int(run["number"]))["result"] == "labelled"
        assert set(some) <= set(labelling.labels())
        assert [sorted(workers.values()) for workers in labelling.answers(run).values()] == [[1, 1, 1]] * int(
            run["objects"]
        )


def ended(labelling: Labelling, run: dict[str, str]) -> dict[str, Any] | None:
    job = labelling.job(run)
    return job if job["LabelingJobStatus"] in ("Completed", "Failed", "Stopped") else None


def _over(states: Any, execution: str) -> str | None:
    status = states.describe_execution(executionArn=execution)["status"]
    return None if status == "RUNNING" else str(status)
