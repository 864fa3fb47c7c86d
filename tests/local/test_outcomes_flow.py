"""Requests that a deployed endpoint answered and captured, and what became of them, come to the sums of a look."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from local_cloud import clients
from tests.local.endpoints_kit import until
from tests.local.release_kit import GROUP, Platform, deployed

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
    with deployed(tmp_path_factory, "outcomes") as platform:
        yield platform


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
    first, second = platform.register(SURE), platform.register(SURE)
    ops(platform, "release", "approve", "local", "flight_delays", "1")
    platform.settled(first, after=0)
    ops(platform, "release", "approve", "local", "flight_delays", "2", "--as", "challenger")
    platform.settled(second, after=1)
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
