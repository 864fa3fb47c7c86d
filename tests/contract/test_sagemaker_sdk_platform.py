"""The SageMaker SDK, a client that nobody here wrote, works with the deployed environment from training to prediction.

The real CDK CLI deploys the real templates, and `ops data upload` the whole raw data; after that only the SDK acts.
"""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sklearn.metrics import roc_auc_score

from config import load_use_case
from local_cloud import clients
from tests.contract import sdk_kit
from tests.local.endpoints_kit import until
from tests.local.release_kit import GROUP, Platform, deployed

RECORDS = 2000
USE_CASE = load_use_case("flight_delays")


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    with deployed(tmp_path_factory, "sdk-platform") as platform:
        upload = [sys.executable, "-m", "ops", "data", "upload", "local", USE_CASE.name]
        subprocess.run(upload, cwd=clients.ROOT, env=clients.environment(platform.cloud.port), check=True)
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
