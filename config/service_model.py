"""What botocore knows of SageMaker, each file read once: they are among the largest that synthesis reads."""

import gzip
import json
from functools import cache
from pathlib import Path
from typing import Any

import botocore
from botocore.model import ServiceModel

# Not by botocore's loader, which looks at the folders of all services before it reads one file.
_DATA = Path(botocore.__file__).parent / "data"


@cache
def sagemaker() -> ServiceModel:
    """Return the service model."""
    file = _DATA / "sagemaker" / "2017-07-24" / "service-2.json.gz"
    return ServiceModel(json.loads(gzip.decompress(file.read_bytes())), "sagemaker")


@cache
def sagemaker_regions() -> tuple[str, ...]:
    """Return the regions of the aws partition that have SageMaker, sorted.

    >>> "ap-northeast-1" in sagemaker_regions()
    True
    """
    table: Any = json.loads((_DATA / "endpoints.json").read_bytes())
    aws = next(partition for partition in table["partitions"] if partition["partition"] == "aws")
    endpoints = aws["services"][sagemaker().endpoint_prefix]["endpoints"]
    return tuple(sorted(region for region in endpoints if region in aws["regions"]))
