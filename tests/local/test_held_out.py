"""A file that the repository does not know, from `use-case new` to served predictions by commands alone; the endpoint
is serverless."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from local_cloud import clients
from tests.local import held_out
from tests.local.endpoints_kit import until
from tests.local.held_out import NAME, said
from tests.local.release_kit import Platform, deployed, repository

pytestmark = pytest.mark.flow


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    with deployed(tmp_path_factory, "held-out") as platform:
        yield platform


@pytest.fixture(scope="module")
def ops(platform: Platform, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., str]:
    root, variables = repository(tmp_path_factory), clients.environment(platform.cloud.port)
    return lambda *arguments: said(root, *arguments, env=variables)


def released(platform: Platform) -> bool:
    return any(one["use_case"] == "house-prices" and one["result"] != "started" for one in platform.records())


def table(shown: str) -> list[list[str]]:
    return [[cell.strip() for cell in line.split("│")[1:-1]] for line in shown.splitlines() if line.startswith("│")]


def assert_serverless(platform: Platform) -> None:
    """The endpoint has no instances, network and capture, and its model was asked although it was cold."""
    (record,) = (record for record in platform.records() if record["use_case"] == "house-prices")
    assert (record["result"], record["shift"]) == ("succeeded", "at_once"), record
    assert record["detail"].endswith("it answered its sample record")
    endpoint = platform.sagemaker.describe_endpoint(EndpointName="local-house-prices")
    size = {"MemorySizeInMB": 3072, "MaxConcurrency": 2, "ProvisionedConcurrency": 1}
    (variant,) = endpoint["ProductionVariants"]
    assert (variant["VariantName"], variant["CurrentServerlessConfig"]) == ("champion", size)
    config = platform.sagemaker.describe_endpoint_config(EndpointConfigName=endpoint["EndpointConfigName"])
    assert "DataCaptureConfig" not in config
    assert config["KmsKeyId"].startswith("arn:aws:kms:")
    model = platform.sagemaker.describe_model(ModelName=config["ProductionVariants"][0]["ModelName"])
    assert (model.get("VpcConfig"), model["EnableNetworkIsolation"]) == (None, False)


def test_a_file_nobody_has_seen_is_served_by_commands_alone(
    platform: Platform, ops: Callable[..., str], tmp_path: Path
) -> None:
    assert "uploaded  observations.parquet" in ops("data", "upload", "local", NAME)
    ended = ops("pipeline", "start", "local", NAME)
    assert re.findall(r"(\w+) +Succeeded", ended) == ["Prepare", "Train", "Evaluate", "CheckGate", "RegisterModel"]
    ops("release", "approve", "local", NAME)
    until(lambda: released(platform), 90, "the first release to end")

    assert_serverless(platform)
    shown = ops("predict", "local", NAME, "--count", "20")
    assert f"local-house-prices: {held_out.LABEL_NAME}" in shown
    assert "records of the test split" in shown
    predicted, happened = ([float(row[place].replace(",", "")) for row in table(shown)] for place in (0, 1))
    assert len(predicted) == 20
    assert np.corrcoef(predicted, happened)[0, 1] > 0.8

    # Records of another file, which nobody prepared.
    later = held_out.write(tmp_path / "later.csv", rows=40, year=2031)
    asked = ops("predict", "local", NAME, "--data", later, "--count", "3")
    assert "the first 3 records of" in asked
    assert len(table(asked)) == 3

    # The loop turns by command, and its model waits.
    turned = ops("loop", "start", "local", NAME)
    assert "proposed: version 2 waits for a person's decision; command (arn:aws:iam::000000000000:root)" in turned
    assert ops("loop", "status", "local", NAME).startswith("turn 1, ")
    assert [line.split()[:2] for line in ops("release", "status", "local", NAME).splitlines()[:2]] == [
        ["2", "PendingManualApproval"],
        ["1", "Approved"],
    ]
