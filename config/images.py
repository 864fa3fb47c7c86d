"""Addresses of SageMaker's own container images.

The account that holds an image differs by region and by image; `images.json` beside this file has them, with where and
when they were read. `python -m ops images refresh` writes it from the installed SageMaker SDK (docs/deploying.md).
"""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple

from config.errors import ConfigError

TABLE = Path(__file__).with_name("images.json")


class Image(NamedTuple):
    """An image of SageMaker: its repository and tag, the same everywhere, and each region's registry account.

    The tag of Model Monitor's is empty: its address has none.
    """

    repository: str
    tag: str
    accounts: Mapping[str, str]


@cache
def images() -> Mapping[str, Image]:
    """Return the known images by name.

    >>> sorted(images())
    ['clarify', 'kmeans', 'model-monitor', 'sklearn', 'spark', 'xgboost']
    """
    table = json.loads(TABLE.read_text(encoding="utf-8"))
    return {name: Image(**fields) for name, fields in table["images"].items()}


def image(name: str, region: str) -> str:
    """Return the address of an image in a region.

    Raises:
        ConfigError: the table has no such image, or no account of it for the region.

    >>> image("kmeans", "ap-northeast-1")
    '351501993468.dkr.ecr.ap-northeast-1.amazonaws.com/kmeans:1'
    """
    suffix = "amazonaws.com.cn" if region.startswith("cn-") else "amazonaws.com"
    tag = f":{_find(name).tag}" if _find(name).tag else ""
    return f"{account(name, region)}.dkr.ecr.{region}.{suffix}/{_find(name).repository}{tag}"


def account(name: str, region: str) -> str:
    """Return the account whose registry holds an image in a region; raises ConfigError as `image`."""
    if text := lacking(name, region):
        raise ConfigError(f"region: {text}.")
    return _find(name).accounts[region]


def lacking(name: str, region: str) -> str | None:
    """Return why there is no image in a region, for people, without a full stop; None if there is."""
    accounts = _find(name).accounts
    if region in accounts:
        return None
    version = f" ({_find(name).tag})" if _find(name).tag else ""
    return (
        f"found {region!r}, where no account of SageMaker's image {name}{version} is known; allowed are "
        f"{', '.join(accounts)}. Choose one of them, or update the SageMaker SDK and run `python -m ops images refresh`"
    )


def _find(name: str) -> Image:
    if name not in images():
        raise ConfigError(
            f"image: found {name!r}; allowed are {', '.join(images())}. Correct the name, or add it to ops/images.py "
            "and run `python -m ops images refresh`."
        )
    return images()[name]


XGBOOST_REPOSITORY = "sagemaker-xgboost"


def xgboost_image(region: str) -> str:
    """Return the address of the XGBoost image, in which every job of a use case runs; raises ConfigError as `image`.

    >>> xgboost_image("ap-northeast-1")
    '354813040037.dkr.ecr.ap-northeast-1.amazonaws.com/sagemaker-xgboost:3.2-0'
    """
    return image("xgboost", region)


def xgboost_account(region: str) -> str:
    """Return the account whose registry holds the XGBoost image of a region; raises ConfigError as `image`."""
    return account("xgboost", region)
