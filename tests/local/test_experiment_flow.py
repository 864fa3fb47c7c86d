"""Experiments on a deployed endpoint: real requests and outcomes, and the winner promoted, the broken one withdrawn."""

import json
import os
import random
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from local_cloud import clients
from retrain.records import Records
from tests.local.endpoints_kit import until
from tests.local.release_kit import GROUP, Platform, deployed

pytestmark = pytest.mark.flow

# Whose outcome is 1 in a fifth of the requests: v1 says 0.8, v2 what is right, v3 fails half of the time.
MODEL = """
import json, pathlib, random

def model_fn(model_dir):
    return (pathlib.Path(model_dir) / "name.txt").read_text()

def transform_fn(model, body, content_type, accept):
    if model == "v3" and random.random() < 0.5:
        raise ValueError("broken")
    chance = {"v1": 0.8, "v2": 0.2, "v3": 0.2}[model]
    return json.dumps({"predictions": [{"probability": chance}]}), "application/json"
"""
TERMS = {
    "metric": "log_loss",
    "direction": "lower",
    "planned_weight": 200.0,
    "deviation": 0.5,
    "tolerance": 0.01,
    "ramp": [{"weight": 0.3, "minimum": 20}, {"weight": 0.5, "minimum": 50}],
    "minimum": 50,
    "maximum": 100_000,
    "maximum_days": 1,
    "alpha": 0.05,
    "guards": {
        "errors_5xx": {"margin": 0.01, "alpha": 0.01},
        "latency": {"margin": 0.2, "alpha": 0.01, "above_ms": 30_000},
        "invalid": {"margin": 0.1, "alpha": 0.01},
    },
}

LOOKS_S = 10  # a guard counts by whole minutes, so that more would find nothing new


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    with deployed(tmp_path_factory, "experiment") as platform:
        yield platform


def ops(platform: Platform, *words: str) -> str:
    environment = {**clients.environment(platform.cloud.port), "COLUMNS": "200", "PATH": os.environ["PATH"]}
    command = [sys.executable, "-m", "ops", *words]
    done = subprocess.run(command, cwd=clients.ROOT, env=environment, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


class Experiments:
    """The function and its records, and requests whose outcomes are told."""

    def __init__(self, platform: Platform) -> None:
        self.platform = platform
        self.function = platform.physical("local-control", "AWS::Lambda::Function", "Experiment")
        self.table = platform.physical("local-control", "AWS::DynamoDB::Table", "Experiments")
        self.capture = platform.physical("local-data", "AWS::S3::Bucket", "Capture")
        self.asked = 0

    def invoke(self, **event: Any) -> dict[str, Any]:
        payload = json.dumps({"use_case": "flight_delays", **event}).encode()
        answer = self.platform.cloud.client("lambda").invoke(FunctionName=self.function, Payload=payload)
        said: dict[str, Any] = json.loads(answer["Payload"].read())
        assert "FunctionError" not in answer, said
        return said

    def kept(self, kind: str) -> list[dict[str, Any]]:
        """Return the records of a kind, the oldest first."""
        items = self.platform.cloud.client("dynamodb").scan(TableName=self.table, ConsistentRead=True)["Items"]
        found = sorted((item["item"]["S"], item["record"]["S"]) for item in items)
        return [json.loads(record) for name, record in found if name.startswith(kind)]

    def record(self) -> dict[str, Any]:
        return self.kept("experiment#")[-1]

    @contextmanager
    def traffic(self) -> Iterator[None]:
        """Send requests all the time, and at the end of each second what became of them."""
        over = threading.Event()
        thread = threading.Thread(target=self._send, args=(over,))
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()

    def _send(self, over: threading.Event) -> None:
        runtime, s3 = self.platform.cloud.client("sagemaker-runtime"), self.platform.cloud.client("s3")
        while not over.is_set():
            lines = []
            for _ in range(15):
                self.asked += 1
                name = f"request-{self.asked}"
                over.wait(0.1)
                try:
                    runtime.invoke_endpoint(EndpointName=GROUP, ContentType="text/csv", Body=b"1", InferenceId=name)
                except runtime.exceptions.ModelError:
                    continue
                happened = random.random() < 0.2  # noqa: S311 - no secret
                data = {"data": str(int(happened)), "encoding": "CSV"}
                lines.append({"groundTruthData": data, "eventMetadata": {"eventId": name}, "eventVersion": "0"})
            body = "".join(json.dumps(line) + "\n" for line in lines).encode()
            hour = datetime.now(UTC)
            key = f"flight_delays/ground-truth/{hour:%Y/%m/%d/%H}/{self.asked:08}.jsonl"
            s3.put_object(Bucket=self.capture, Key=key, Body=body)


@pytest.fixture(scope="module")
def experiments(platform: Platform) -> Experiments:
    return Experiments(platform)


def challenger(platform: Platform, version: int, after: int, turn: int | None = None) -> str:
    """Register a model and make it the challenger; as a turn of the loop does, with its evaluation."""
    package = platform.register(MODEL)
    assert package.endswith(f"/{version}")
    if turn:
        bucket = platform.physical("local-data", "AWS::S3::Bucket", "Processed")
        folder = f"flight_delays/turn{turn}/evaluation"
        left = {"predictions.csv": "label,model\n1.0,0.2\n0.0,0.2\n", "evaluation.json": "{}"}
        for name, text in left.items():
            platform.cloud.client("s3").put_object(Bucket=bucket, Key=f"{folder}/{name}", Body=text.encode())
        metadata = {"ml-loop:turn": str(turn), "model_card": f"s3://{bucket}/{folder}/model_card.html"}
        platform.sagemaker.update_model_package(ModelPackageArn=package, CustomerMetadataProperties=metadata)
    ops(platform, "release", "approve", "local", "flight_delays", str(version), "--as", "challenger")
    platform.settled(package, after=after)
    return package


def looked_until(experiments: Experiments, result: str, seconds: float) -> dict[str, Any]:
    """Look again and again, as a schedule would; a look is a job, so not all the time."""
    end = datetime.now(UTC) + timedelta(seconds=seconds)
    while datetime.now(UTC) < end:
        record = experiments.record()
        if record["result"] != "running":
            break
        if record["open_look"] is None:
            experiments.invoke()
        threading.Event().wait(LOOKS_S)
    assert record["result"] == result, record
    return record


def test_a_better_model_is_promoted_and_a_broken_one_withdrawn(
    platform: Platform, experiments: Experiments, tmp_path: Path
) -> None:
    first = platform.register(MODEL)
    ops(platform, "release", "approve", "local", "flight_delays", "1")
    platform.settled(first, after=0)
    refused = experiments.invoke(start=TERMS, by="ann", why="none", request="r0")
    assert "no challenger" in refused["refused"]
    second = challenger(platform, 2, after=1)
    with experiments.traffic():
        begun = experiments.invoke(start=TERMS, by="ann", why="trained with May", request="r1")
        assert experiments.invoke(start=TERMS, by="ann", why="again", request="r1")["experiment"] == begun["experiment"]
        record = looked_until(experiments, "promoted", 240)
        assert "The challenger is better" in record["detail"]
        [promoted] = [look for look in experiments.kept("look#") if look["outcome"] == "promote"]
        guards = promoted["numbers"]["guards"]
        assert all(guards[name]["periods"] > 0 for name in ("errors_5xx", "latency", "invalid"))
        # The release function does what the registry says: the challenger becomes champion, its slot is emptied.
        platform.settled("", after=3)
        assert platform.champion() == second
        said = ops(platform, "release", "history", "local", "flight_delays")
        assert f"Experiment {begun['experiment']}: The challenger is better" in said
        page = tmp_path / "page.html"
        ops(platform, "experiment", "report", "local", "flight_delays", "--to", str(page))
        assert "promoted" in page.read_text()
        assert "version 2" in ops(platform, "experiment", "status", "local", "flight_delays")

        # What the loop proposes is compared without anybody's word, on the terms of the use case's file.
        third = challenger(platform, 3, after=4, turn=7)
        by_itself = until(
            lambda: experiments.record() if experiments.record()["request"] != "r1" else None, 60, "a start"
        )
        assert (by_itself["started_by"], by_itself["challenger"]) == ("the loop", third)
        assert by_itself["why"] == "turn 7 of the loop proposed version 3"
        assert (by_itself["terms"]["minimum"], by_itself["terms"]["baseline"]) == (
            1000,
            pytest.approx(0.916, abs=0.001),
        )
        experiments.invoke(stop=True, keep=True, by="ann", why="it takes too long for a test")
        looked_until(experiments, "stopped", 60)
        experiments.invoke(start=TERMS, by="ann", why="trained with June", request="r2")
        record = looked_until(experiments, "withdrawn", 120)
        assert "breaches guard errors_5xx" in record["detail"]
        platform.settled("", after=5)
        assert platform.champion() == second
    variants = platform.sagemaker.describe_endpoint(EndpointName=GROUP)["ProductionVariants"]
    assert [variant["VariantName"] for variant in variants] == ["champion"]
    package = platform.sagemaker.describe_model_package(ModelPackageName=third)
    assert package["ModelApprovalStatus"] == "Rejected"


def test_an_alarm_of_the_monitor_turns_the_loop_once(platform: Platform, experiments: Experiments) -> None:
    alarm = platform.physical("local-flight-delays-monitoring", "AWS::CloudWatch::Alarm", "MonitorAlarmsModelQuality")
    cloudwatch, sagemaker = platform.cloud.client("cloudwatch"), platform.sagemaker
    for state in ("OK", "ALARM"):
        cloudwatch.set_alarm_state(AlarmName=alarm, StateValue=state, StateReason="it got worse")

    turns = Records(
        platform.cloud.client("dynamodb"), platform.physical("local-control", "AWS::DynamoDB::Table", "Turns")
    )
    [turn] = until(lambda: turns.turns("flight_delays"), 60, "a turn of the loop")
    assert [(cause.kind, cause.source) for cause in turn.causes] == [("quality", alarm)]
    # Asked whether it rings, as each hour, it is the same cause.
    function = platform.physical("local-control", "AWS::Lambda::Function", "Retrain")
    asked = {"use_case": "flight_delays", "alarms": {"quality": [alarm]}, "terms": {"cool_down_hours": 0}}
    for _ in range(2):
        runs = sagemaker.list_pipeline_executions(PipelineName=GROUP)["PipelineExecutionSummaries"]
        for run in runs:
            if run["PipelineExecutionStatus"] == "Executing":  # there is no raw data; nobody need wait for that
                sagemaker.stop_pipeline_execution(
                    PipelineExecutionArn=run["PipelineExecutionArn"], ClientRequestToken="0" * 32
                )
        answer = platform.cloud.client("lambda").invoke(FunctionName=function, Payload=json.dumps(asked).encode())
        assert "FunctionError" not in answer, answer["Payload"].read()
    assert len(sagemaker.list_pipeline_executions(PipelineName=GROUP)["PipelineExecutionSummaries"]) == 1
    assert len(turns.turns("flight_delays")) == 1
