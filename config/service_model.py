"""What botocore knows of SageMaker, each file read once: they are among the largest that synthesis reads."""

from functools import cache
from typing import Any

from botocore.loaders import Loader, create_loader
from botocore.model import ServiceModel


@cache
def _loader() -> Loader:
    # Not a session: that would import the whole client for two files.
    return create_loader()


@cache
def sagemaker() -> ServiceModel:
    """Return the service model."""
    return ServiceModel(_loader().load_service_model("sagemaker", "service-2"), "sagemaker")


@cache
def sagemaker_regions() -> tuple[str, ...]:
    """Return the regions of the aws partition that have SageMaker, sorted.

    >>> "ap-northeast-1" in sagemaker_regions()
    True
    """
    table: Any = _loader().load_data("endpoints")
    aws = next(partition for partition in table["partitions"] if partition["partition"] == "aws")
    endpoints = aws["services"][sagemaker().endpoint_prefix]["endpoints"]
    return tuple(sorted(region for region in endpoints if region in aws["regions"]))
