"""The table of image accounts agrees with its source and refuses what it lacks."""

import json
from importlib.metadata import distribution

import pytest

from config import ConfigError
from config.images import XGBOOST_ACCOUNTS, XGBOOST_VERSION, xgboost_image

TABLE = "sagemaker/core/image_uri_config/xgboost.json"


def test_the_table_is_that_of_the_sagemaker_sdk() -> None:
    [path] = [file for file in distribution("sagemaker-core").files or [] if str(file) == TABLE]
    versions = json.loads(path.read_text())["inference"]["versions"]
    accounts = versions[XGBOOST_VERSION]["registries"]
    assert {region: accounts[region] for region in XGBOOST_ACCOUNTS} == XGBOOST_ACCOUNTS
    assert all(region.startswith("us-iso") for region in accounts.keys() - XGBOOST_ACCOUNTS.keys())


def test_an_image_is_an_address_in_its_region() -> None:
    assert xgboost_image("us-east-1") == "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:3.2-0"
    assert xgboost_image("cn-north-1").startswith("450853457545.dkr.ecr.cn-north-1.amazonaws.com.cn/")


def test_a_region_without_image_is_refused_with_those_that_have_one() -> None:
    with pytest.raises(ConfigError) as error:
        xgboost_image("mars-north-1")
    assert all(word in str(error.value) for word in ("'mars-north-1'", "ap-northeast-1", "config/images.py"))
