"""What processes of functions begin with, imported once: nothing that reads variables of the environment for good."""

from typing import Any

import boto3
import botocore.handlers
import botocore.httpsession
import pydantic
from botocore.loaders import JSONFileLoader

__all__ = ["boto3", "botocore", "pydantic"]
_SERVICES = ("cloudformation", "cloudwatch", "dynamodb", "lambda", "s3", "sagemaker", "sqs", "sts")
_load = JSONFileLoader.load_file
_known: dict[str, Any] = {}


def _load_once(self: JSONFileLoader, file_path: str) -> Any:
    if file_path not in _known:
        _known[file_path] = _load(self, file_path)
    return _known[file_path]


JSONFileLoader.load_file = _load_once  # type: ignore[method-assign]  # botocore reads what it loads and changes nothing
_session: Any = boto3.Session(region_name="us-east-1")
for _service in _SERVICES:
    _session.client(_service)
