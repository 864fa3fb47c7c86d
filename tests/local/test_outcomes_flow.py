"""Requests that a deployed endpoint answered and captured, and what became of them: sums of a look, and monitoring."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from local_cloud import clients
from pipelines_src.steps.evaluation import model_quality
from pipelines_src.steps.monitoring import documents
from tests.local.endpoints_kit import until
from tests.local.release_kit import GROUP, Platform, deployed
from tests.unit.monitoring_kit import profile

pytestmark = pytest.mark.flow

SURE = """
import json, pathlib

def model_fn(model_dir):
    return (pathlib.Path(model_dir) / "name.txt").read_text()

def transform_fn(model, body, content_type, accept):
    chance = {"v1": 0.25, "v2": 0.75}[model]
    answer = {"nothing": 1} if body == "odd" else {"predictions": [{"probability": chance}]}
    return json.dumps(answer), "application/json"
"""
LOOK = "flight_delays/experiments/e1/20261126T000000Z"


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    """Version 1 is the champion, version 2 the challenger, both with the same baselines."""
    with deployed(tmp_path_factory, "outcomes") as platform:
        metrics = baselines(platform)
        first, second = platform.register(SURE, ModelMetrics=metrics), platform.register(SURE, ModelMetrics=metrics)
        ops(platform, "release", "approve", "local", "flight_delays", "1")
        platform.settled(first, after=0)
        ops(platform, "release", "approve", "local", "flight_delays", "2", "--as", "challenger")
        platform.settled(second, after=1)
        yield platform


def baselines(platform: Platform) -> dict[str, Any]:
    """Write what the models were trained on and how good they were, as the pipeline does; return it for a package."""
    trained = profile({name: [record[name] for record in records(2000, 1000.0)] for name in ("distance", "carrier")})
    labels = np.arange(2000.0) % 2
    files = {
        "baseline/statistics.json": documents.statistics(trained),
        "baseline/constraints.json": documents.constraints(trained),
        "evaluation/model_quality.json": model_quality.binary(labels, labels * 0.8 + 0.1, 0.5),
    }
    bucket = platform.physical("local-data", "AWS::S3::Bucket", "Processed")
    found = {}
    for name, document in files.items():
        key = f"flight_delays/test/{name}"
        platform.cloud.client("s3").put_object(
            Bucket=bucket, Key=key, Body=json.dumps(document, default=float).encode()
        )
        found[name] = {"ContentType": "application/json", "S3Uri": f"s3://{bucket}/{key}"}
    statistics, constraints, quality = found.values()
    return {
        "ModelDataQuality": {"Statistics": statistics, "Constraints": constraints},
        "ModelQuality": {"Statistics": quality},
    }


def records(count: int, distance: float) -> list[dict[str, Any]]:
    random = np.random.default_rng(count)
    distances, carriers = random.normal(distance, 300, count), random.choice(["AA", "UA", "DL"], count)
    return [{"distance": float(far), "carrier": str(who)} for far, who in zip(distances, carriers, strict=True)]


def ops(platform: Platform, *words: str) -> str:
    environment = {**clients.environment(platform.cloud.port), "COLUMNS": "200", "PATH": os.environ["PATH"]}
    command = [sys.executable, "-m", "ops", *words]
    done = subprocess.run(command, cwd=clients.ROOT, env=environment, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def ask(platform: Platform, name: str, variant: str, body: bytes = b"1") -> None:
    platform.cloud.client("sagemaker-runtime").invoke_endpoint(
        EndpointName=GROUP, ContentType="text/csv", Body=body, InferenceId=name, TargetVariant=variant
    )


def captured(platform: Platform, bucket: str) -> int:
    s3 = platform.cloud.client("s3")
    found = s3.list_objects_v2(Bucket=bucket, Prefix=f"flight_delays/{GROUP}/").get("Contents", [])
    bodies = [s3.get_object(Bucket=bucket, Key=item["Key"])["Body"].read() for item in found]
    return sum(body.count(b'"eventId"') for body in bodies)


def look(platform: Platform, request: dict[str, Any], processed: str) -> dict[str, Any]:
    s3, sagemaker = platform.cloud.client("s3"), platform.sagemaker
    s3.put_object(Bucket=processed, Key=f"{LOOK}/request.json", Body=json.dumps(request).encode())
    started = sagemaker.start_pipeline_execution(
        PipelineName=f"{GROUP}-outcomes",
        PipelineParameters=[{"Name": "LookUri", "Value": f"s3://{processed}/{LOOK}"}],
        ClientRequestToken="x" * 32,
    )["PipelineExecutionArn"]

    def ended() -> str | None:
        status = str(sagemaker.describe_pipeline_execution(PipelineExecutionArn=started)["PipelineExecutionStatus"])
        return None if status in {"Executing", "Stopping"} else status

    assert until(ended, 60, "the end of the look") == "Succeeded", sagemaker.list_pipeline_execution_steps(
        PipelineExecutionArn=started
    )
    document: dict[str, Any] = json.loads(s3.get_object(Bucket=processed, Key=f"{LOOK}/sums.json")["Body"].read())
    return document


def test_a_look_adds_up_what_came_of_the_requests_of_both_variants(platform: Platform, tmp_path: Path) -> None:
    capture = platform.physical("local-data", "AWS::S3::Bucket", "Capture")
    processed = platform.physical("local-data", "AWS::S3::Bucket", "Processed")
    start = datetime.now(UTC).replace(microsecond=0)
    for number in range(6):
        for variant in ("champion", "challenger"):
            ask(platform, f"{variant}-{number}", variant)
    time.sleep(1.1)  # captures know seconds
    ask(platform, "champion-0", "challenger")  # a client tried again
    ask(platform, "champion-odd", "champion", b"odd")
    time.sleep(1.1)
    for variant in ("champion", "challenger"):  # up to which the captures of both are there
        ask(platform, f"{variant}-last", variant)
    until(lambda: captured(platform, capture) >= 16, 30, "captures")
    late = tmp_path / "late.csv"
    rows = [f"{variant}-{number},{number % 2}" for variant in ("champion", "challenger") for number in range(5)]
    late.write_text("\n".join(["inference_id,outcome", *rows, "nobody,1\n"]))
    early = tmp_path / "early.csv"
    early.write_text("inference_id,outcome\nchampion-0,1\n")
    ops(platform, "outcomes", "put", "local", "flight_delays", str(early))  # corrected within the hour
    for _ in range(2):  # the second time changes nothing
        assert "11 outcomes" in ops(platform, "outcomes", "put", "local", "flight_delays", str(late))
    end = start + timedelta(minutes=10)
    request = {
        "experiment": "e1", "use_case": "flight_delays", "endpoint": GROUP, "metric": "error_rate", "values": None,
        "until": end.isoformat(), "variants": ["champion", "challenger"],
        "strata": [{"from": start.isoformat(), "to": end.isoformat(), "share": 0.5}],
    }  # fmt: skip
    sums = look(platform, request, processed)
    # Of 0, 1, 0, 1, 0 the champion, at a quarter, says none, the challenger all.
    [stratum] = sums["strata"]
    assert stratum["champion"] == {"n": 5, "total": 2.0, "squares": 2.0}
    assert stratum["challenger"] == {"n": 5, "total": 3.0, "squares": 3.0}
    assert sums["counts"]["champion"] == {
        "captured": 7, "invalid": 1, "labelled": 5, "unlabelled": 1, "duplicates": 0,
    }  # fmt: skip
    assert start < datetime.fromisoformat(sums["counted_until"]) < end
    assert sums["counts"]["challenger"]["duplicates"] == sums["counts"]["orphans"] == 1


MONITORING = "local-flight-delays-monitoring"


def sent(platform: Platform, variant: str, distance: float) -> None:
    """Ask a variant about 300 records at once."""
    body = json.dumps({"instances": records(300, distance)}).encode()
    platform.cloud.client("sagemaker-runtime").invoke_endpoint(
        EndpointName=GROUP, ContentType="application/json", Body=body, TargetVariant=variant
    )


def judged(platform: Platform, outcomes: Path) -> None:
    """Ask the champion about single records, and say what became of them: as often one as the other."""
    rows = []
    for number, record in enumerate(records(60, 1000.0)):
        platform.cloud.client("sagemaker-runtime").invoke_endpoint(
            EndpointName=GROUP, ContentType="application/json", Body=json.dumps(record).encode(),
            InferenceId=f"judged-{number}", TargetVariant="champion",
        )  # fmt: skip
        rows.append(f"judged-{number},{number % 2}")
    outcomes.write_text("\n".join(["inference_id,outcome", *rows]) + "\n")
    ops(platform, "outcomes", "put", "local", "flight_delays", str(outcomes))


def looked(platform: Platform, capture: str, lines: int, since: datetime) -> dict[str, dict[str, Any]]:
    """Have the window since a time looked at, and return what was found of each variant."""
    until(lambda: captured(platform, capture) >= lines, 30, "captures")
    now = datetime.now(UTC) + timedelta(seconds=1)
    time.sleep(1)  # no window ends in the future
    window = ("--from", f"{since:%Y-%m-%dT%H:%M:%S}", "--until", f"{now:%Y-%m-%dT%H:%M:%S}")
    ops(platform, "monitor", "start", "local", "flight_delays", *window, "--outcome-hours", "0")
    table = platform.physical("local-control", "AWS::DynamoDB::Table", "MonitorRuns")
    items = [item for item in platform.cloud.client("dynamodb").scan(TableName=table)["Items"] if "report" in item]
    newest = sorted(items, key=lambda item: int(item["number"]["N"]))[-2:]
    return {
        item["variant"]["S"]: {name: json.loads(item[name]["S"]) for name in ("violations", "figures")}
        for item in newest
    }


def test_drift_and_worse_answers_ring_where_they_are_and_of_the_champion_alone(
    platform: Platform, tmp_path: Path
) -> None:
    capture = platform.physical("local-data", "AWS::S3::Bucket", "Capture")
    before, start = captured(platform, capture), datetime.now(UTC).replace(microsecond=0)
    sent(platform, "champion", 1000.0)
    sent(platform, "challenger", 2000.0)
    judged(platform, tmp_path / "judged.csv")
    found = looked(platform, capture, before + 62, start)
    # It says the same of all, and its evaluation told them apart.
    assert found["champion"]["violations"]["data_quality"] == 0
    assert found["champion"]["violations"]["model_quality"] > 0
    assert found["champion"]["figures"]["labelled_predictions"] == 60
    assert found["challenger"]["violations"]["data_quality"] > 0
    until(lambda: platform.alarm_state(MONITORING, "MonitorAlarmsModelQuality") == "ALARM", 20, "the alarm on quality")
    assert platform.alarm_state(MONITORING, "MonitorAlarmsDataQuality") == "OK"

    time.sleep(1.1)  # captures know seconds
    start = datetime.now(UTC).replace(microsecond=0)
    sent(platform, "champion", 2000.0)
    found = looked(platform, capture, before + 63, start)
    assert found["champion"]["violations"]["data_quality"] > 0
    assert found["challenger"]["violations"] == {}  # nothing to judge by
    assert found["challenger"]["figures"]["captured_records"] == 0
    until(lambda: platform.alarm_state(MONITORING, "MonitorAlarmsDataQuality") == "ALARM", 20, "the alarm on drift")
    metrics = platform.cloud.client("cloudwatch").list_metrics(Namespace="MlLoop", MetricName="drift_robust")["Metrics"]
    seen = [{pair["Name"]: pair["Value"] for pair in one["Dimensions"]} for one in metrics]
    assert {(one["Variant"], one["Feature"]) for one in seen} == {
        (variant, name) for variant in ("champion", "challenger") for name in ("distance", "carrier")
    }
    assert "violations: 0 of data_quality" in ops(platform, "monitor", "status", "local", "flight_delays")
    page = tmp_path / "page.html"
    ops(platform, "monitor", "report", "local", "flight_delays", "--to", str(page))
    said = page.read_text()
    assert "champion: distance, its values have moved" in said
    assert "distance: up to" in said  # beside the baseline that the look names
    assert 'id="over-time"' in said
