"""A file that the repository does not know, from `use-case new` to served predictions by commands alone."""

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


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    with deployed(tmp_path_factory, "held-out") as platform:
        yield platform


@pytest.fixture(scope="module")
def ops(platform: Platform, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., str]:
    root, variables = repository(tmp_path_factory), clients.environment(platform.cloud.port)
    return lambda *arguments: said(root, *arguments, env=variables)


def in_service(platform: Platform) -> bool:
    return bool(platform.sagemaker.list_endpoints(NameContains="house-prices", StatusEquals="InService")["Endpoints"])


def table(shown: str) -> list[list[str]]:
    return [[cell.strip() for cell in line.split("│")[1:-1]] for line in shown.splitlines() if line.startswith("│")]


def test_a_file_nobody_has_seen_is_served_by_commands_alone(
    platform: Platform, ops: Callable[..., str], tmp_path: Path
) -> None:
    assert "uploaded  observations.parquet" in ops("data", "upload", "local", NAME)
    ended = ops("pipeline", "start", "local", NAME)
    assert re.findall(r"(\w+) +Succeeded", ended) == ["Prepare", "Train", "Evaluate", "CheckGate", "RegisterModel"]
    ops("release", "approve", "local", NAME)
    until(lambda: in_service(platform), 60, "the first model to be live")

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
