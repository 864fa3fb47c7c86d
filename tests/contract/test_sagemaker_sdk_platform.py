"""The SageMaker SDK, a client that nobody here wrote, works with the deployed environment from training to prediction.

The real CDK CLI deploys the real templates, and a quarter of the flights is uploaded; after that only the SDK acts.
Then the notebook of the use case runs as it is, with the rights of code in a notebook instance.
At the end, since it is there, the model that came of it scores files as well.
"""

import io
import json
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from sklearn.metrics import roc_auc_score

from config import load_use_case
from local_cloud import clients
from pipelines_src.flight_delays import raw_data
from tests import notebook_kit
from tests.contract import sdk_kit
from tests.local.batch_files_kit import BatchFiles, json_lines
from tests.local.endpoints_kit import until
from tests.local.release_kit import GROUP, Platform, deployed

pytestmark = pytest.mark.flow

RECORDS = 2000
USE_CASE = load_use_case("flight_delays")


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    raw = tmp_path_factory.mktemp("raw")
    raw_data.write(raw)
    pd.read_parquet(raw / "flights.parquet").iloc[::4].to_parquet(raw / "flights.parquet", index=False)
    with deployed(tmp_path_factory, "sdk-platform") as platform:
        bucket, s3 = platform.physical("local-data", "AWS::S3::Bucket", "Raw"), platform.cloud.client("s3")
        for file in raw.iterdir():
            s3.upload_file(str(file), bucket, f"{USE_CASE.name}/{file.name}")
        yield platform


@pytest.fixture(scope="module")
def seen(platform: Platform, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    home: Path = tmp_path_factory.mktemp("home")
    arguments = (GROUP, str(USE_CASE.data.label), str(RECORDS))
    return sdk_kit.run("sdk_platform_client.py", platform.cloud.port, home, *arguments)


def test_the_deployed_pipeline_is_started_waited_for_and_listed(platform: Platform, seen: dict[str, Any]) -> None:
    assert seen["pipeline"] == "Active"
    assert seen["execution"] == ["Succeeded", "by-the-SDK"]
    names = ["Prepare", "Train", "Evaluate", "CheckGate", "RegisterModel"]
    assert seen["steps"] == [[name, "Succeeded", False] for name in names]
    assert seen["parameters"]["RawDataVersion"] == "by the SDK"
    assert seen["training"] == ["Completed", True]
    assert seen["artifact"].startswith(f"s3://{platform.models}/{USE_CASE.name}/training/")


def test_the_registered_version_passed_the_gate_and_its_approval_is_released(
    platform: Platform, seen: dict[str, Any]
) -> None:
    gate = {condition.metric: condition.at_least for condition in USE_CASE.gate}
    assert (seen["gate"], seen["auc"] >= gate["auc.value"]) == ("True", True)
    assert seen["package"] == seen["registered"]
    assert seen["endpoints_before"] == []
    record = platform.settled(seen["package"], after=0)
    assert record["detail"].endswith("; it answered its sample record"), record
    assert (record["result"], record["before"], record["reason"]) == ("succeeded", "", "approval"), record
    assert platform.champion() == seen["package"]


def test_the_endpoint_predicts_what_happened(seen: dict[str, Any]) -> None:
    probabilities = [answer["probability"] for answer in seen["answers"]]
    assert len(probabilities) == RECORDS
    # Months after the test month, which nothing has looked at; forecasts by chance would reach 0.5.
    assert roc_auc_score(seen["happened"], probabilities) > 0.6
    assert seen["one"] == {"predictions": [{"probability": probabilities[0]}]}
    assert seen["variant"] == "champion"


def test_the_endpoint_says_what_is_wrong_with_a_record(seen: dict[str, Any]) -> None:
    status, message = seen["refused"]
    assert status == 400
    assert "scheduled_departure" in message


def test_what_the_sdk_sends_is_captured(platform: Platform, seen: dict[str, Any]) -> None:
    bucket, _, prefix = seen["capture"].removeprefix("s3://").partition("/")
    s3 = platform.cloud.client("s3")

    def captured() -> set[str]:
        listed = s3.list_objects_v2(Bucket=bucket, Prefix=f"{prefix}/{GROUP}/champion/").get("Contents", [])
        files = [s3.get_object(Bucket=bucket, Key=item["Key"])["Body"].read() for item in listed]
        records = [json.loads(line) for file in files for line in file.splitlines()]
        return {record["eventMetadata"].get("inferenceId") for record in records}

    until(lambda: "first" in captured(), 30, "the record of a captured request")


NOTEBOOK = clients.ROOT / "pipelines_src" / USE_CASE.name / "notebook.ipynb"
SEEN = """{
    "class": f"{type(trainer).__module__}.{type(trainer).__name__}",
    "job": job.training_job_name,
    "artifact": job.model_artifacts.s3_model_artifacts,
    "origin": prepared.origin,
    "auc": figures["auc"]["value"],
    "gate": figures["gate"]["result"],
    "curve": curve["validation:auc"].tolist(),
    "rows": {name: len(table) for name, table in tables.items()},
}"""
# Two jobs differ in these.
OF_THE_JOB = {
    "TrainingJobName", "TrainingJobArn", "ModelArtifacts", "CreationTime", "TrainingStartTime", "TrainingEndTime",
    "LastModifiedTime", "SecondaryStatusTransitions", "FinalMetricDataList", "TrainingTimeInSeconds",
    "BillableTimeInSeconds", "ResponseMetadata",
}  # fmt: skip


@pytest.fixture(scope="module")
def fitted(platform: Platform, seen: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What the notebook came to, run with the credentials of the notebook instance that is deployed."""
    credentials = platform.cloud.session(_anybody_may_take(platform, "local-workbench", "Looking"))
    own = {
        "AWS_ACCESS_KEY_ID": credentials.access_key_id,
        "AWS_SECRET_ACCESS_KEY": credentials.secret_access_key,
        "AWS_SESSION_TOKEN": credentials.session_token,
        "ML_LOOP_ENVIRONMENT": "local",
    }
    assert seen["execution"][0] == "Succeeded"
    environment = {**clients.environment(platform.cloud.port), **own}
    [found] = notebook_kit.run({NOTEBOOK: SEEN}, environment, tmp_path_factory.mktemp("notebook"))
    return found


def _anybody_may_take(platform: Platform, stack: str, prefix: str) -> str:
    """Let the root user take a role that only SageMaker may take; what the role may do stays."""
    iam, name = platform.cloud.client("iam"), platform.physical(stack, "AWS::IAM::Role", prefix)
    statement = {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}
    iam.update_assume_role_policy(
        RoleName=name, PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    )
    return str(iam.get_role(RoleName=name)["Role"]["Arn"])


def test_the_notebook_trains_the_pipelines_model(
    platform: Platform, seen: dict[str, Any], fitted: dict[str, Any]
) -> None:
    assert fitted["class"] == "sagemaker.train.model_trainer.ModelTrainer"
    assert fitted["job"].startswith(f"{GROUP}-")
    describe = platform.sagemaker.describe_training_job
    jobs = [describe(TrainingJobName=uri.split("/")[-3]) for uri in (seen["artifact"], fitted["artifact"])]
    step, own = ({key: value for key, value in job.items() if key not in OF_THE_JOB} for job in jobs)
    assert own["OutputDataConfig"].pop("CompressionType") == "GZIP"  # SageMaker's default, which the SDK writes
    assert own == step
    tags = [platform.sagemaker.list_tags(ResourceArn=job["TrainingJobArn"])["Tags"] for job in jobs]
    assert [tag for tag in tags[0] if not tag["Key"].startswith("sagemaker:")] == tags[1]
    models = [_model(platform, uri) for uri in (seen["artifact"], fitted["artifact"])]
    assert models[0] == models[1], "the same bytes"


def _model(platform: Platform, uri: str) -> bytes:
    """Return the model out of its archive, which has the times at which it was made."""
    body = platform.cloud.client("s3").get_object(Bucket=platform.models, Key=uri.split("/", 3)[3])["Body"].read()
    with tarfile.open(fileobj=io.BytesIO(body)) as archive:
        assert archive.getnames() == ["xgboost-model"]
        file = archive.extractfile("xgboost-model")
        assert file is not None
        return file.read()


def test_the_notebook_looks_and_judges_as_the_pipeline_does(seen: dict[str, Any], fitted: dict[str, Any]) -> None:
    assert set(fitted["rows"]) == set(USE_CASE.data.raw)
    assert "prepared by the execution" in fitted["origin"]
    assert (fitted["gate"], fitted["auc"]) == ("passed", pytest.approx(seen["auc"], abs=5e-7))
    assert len(fitted["curve"]) == USE_CASE.train.hyperparameters["num_round"]
    assert "[299]#011train-auc:" in fitted["printed"], "the job's log"
    assert fitted["pictures"] == 6


def test_files_are_scored_as_they_come_once_though_a_run_is_killed(platform: Platform, seen: dict[str, Any]) -> None:
    files = BatchFiles(platform)
    records = files.records(str(USE_CASE.data.label), 60)
    bad = '{"carrier": "UA"}\n{"scheduled_departure": \n'
    files.drop("day=1/a.jsonl", json_lines(records) + bad)
    files.drop("b.csv", records.to_csv(index=False))

    # The event starts a run with both. It is stopped: nothing of it is left, and nobody tries it again by himself.
    platform.sagemaker.stop_pipeline_execution(PipelineExecutionArn=files.under_way())
    stopped = files.ended(1)
    assert (stopped["result"], stopped["files"]) == ("stopped", "2"), stopped
    assert {key.split("/")[-2] for key in files.keys("batch/")} == {"request"}

    # Somebody starts it again: one manifest, and every record ends as one result or one error.
    said = files.ops("start", "local", USE_CASE.name)
    assert "succeeded: 120 records of 2 files, 2 errors" in said, said
    [manifest] = files.manifests()
    assert manifest["model"]["package"] == seen["package"]
    assert [(item["file"], item["records"], item["errors"]) for item in manifest["inputs"]] == [
        ("b.csv", 60, 0),
        ("day=1/a.jsonl", 62, 2),
    ]
    assert [(error["file"], error["row"]) for error in files.errors(manifest["run"])] == [
        ("day=1/a.jsonl", 61),
        ("day=1/a.jsonl", 62),
    ]
    asked = platform.cloud.client("sagemaker-runtime").invoke_endpoint(
        EndpointName=GROUP,
        ContentType="application/jsonlines",
        Accept="application/jsonlines",
        Body=json_lines(records.drop(columns="record_id")),
    )
    expected = [json.loads(line)["probability"] for line in asked["Body"].read().splitlines()]
    for file in ("b.csv", "day=1/a.jsonl"):
        found = files.results(file)
        assert [line["id"] for line in found] == list(records["record_id"])
        assert [line["record"]["dest"] for line in found] == list(records["dest"])
        assert [line["prediction"]["probability"] for line in found] == pytest.approx(expected, abs=1e-6)

    # Another file comes: it alone is scored.
    files.drop("c.jsonl", json_lines(records[:5]))
    assert files.ended(3)["detail"] == "5 records of 1 files, 0 errors"
    assert "nothing is to be scored of 3 files" in files.ops("start", "local", USE_CASE.name)
    assert [len(manifest["outputs"]) for manifest in files.manifests()] == [2, 1]
    assert files.manifests()[-1]["run"] in files.ops("show", "local", USE_CASE.name).replace("\n", "")
