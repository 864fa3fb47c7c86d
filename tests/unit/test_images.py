"""The table of images agrees with the installed SageMaker SDK and refuses what it lacks."""

import json
from pathlib import Path

import pytest
from sagemaker.core import image_uris
from typer.testing import CliRunner

from config import ConfigError
from config.images import TABLE, image, images, lacking, xgboost_image
from ops import images as command


def test_the_table_is_that_of_the_sagemaker_sdk() -> None:
    recorded = json.loads(TABLE.read_text())
    assert recorded["images"] == command.from_sdk()
    assert recorded["sdk"].startswith("sagemaker-core ")


@pytest.mark.parametrize("name", ["kmeans", "sklearn", "spark", "xgboost", "clarify", "model-monitor"])
@pytest.mark.parametrize("region", ["ap-northeast-1", "cn-north-1", "us-gov-west-1"])
def test_an_address_is_the_one_that_the_sdk_gives(name: str, region: str) -> None:
    if (name, region) == ("model-monitor", "us-gov-west-1"):
        assert lacking(name, region) is not None  # the SDK has none there either
        return
    assert image(name, region) == image_uris.retrieve(
        region=region, instance_type="ml.m5.large", **command.WANTED[name]
    )


def test_isolated_partitions_are_not_in_the_table() -> None:
    regions = {region for known in images().values() for region in known.accounts}
    assert {"us-east-1", "cn-north-1", "us-gov-west-1"} <= regions
    assert not [region for region in regions if region.startswith(("us-iso", "eu-iso", "eusc"))]


def test_the_image_of_the_pipelines_is_xgboost() -> None:
    assert xgboost_image("us-east-1") == "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:3.2-0"


def test_a_region_without_image_is_refused_with_those_that_have_one() -> None:
    with pytest.raises(ConfigError) as error:
        image("kmeans", "ap-east-2")
    assert all(word in str(error.value) for word in ("'ap-east-2'", "kmeans", "ap-northeast-1", "ops images refresh"))


def test_an_unknown_image_is_refused_with_those_that_are_known() -> None:
    with pytest.raises(ConfigError, match="'k-means'; allowed are clarify, kmeans, model-monitor, sklearn,"):
        image("k-means", "ap-northeast-1")


def test_refreshing_mends_a_table_and_checking_only_finds_it_wrong(tmp_path: Path) -> None:
    table = tmp_path / "images.json"
    wrong = json.loads(TABLE.read_text())
    wrong["images"]["kmeans"]["accounts"]["us-east-1"] = "000000000000"
    table.write_text(json.dumps(wrong))
    run = CliRunner().invoke
    refused = run(command.app, ["refresh", "--check", "--table", str(table)])
    assert isinstance(refused.exception, ConfigError)
    assert "says about kmeans." in str(refused.exception)
    assert json.loads(table.read_text()) == wrong
    assert run(command.app, ["refresh", "--table", str(table)]).exit_code == 0
    assert json.loads(table.read_text())["images"] == json.loads(TABLE.read_text())["images"]
    assert run(command.app, ["refresh", "--check", "--table", str(table)]).exit_code == 0
