"""Writes to DynamoDB that happen only under their condition."""

from collections.abc import Callable
from typing import Any

from botocore.exceptions import ClientError


def conditional(write: Callable[..., Any], **request: Any) -> bool:
    """Write, and return whether the condition held; every other refusal is raised."""
    try:
        write(**request)
    except ClientError as error:
        if error.response["Error"]["Code"] == "ConditionalCheckFailedException":
            return False
        raise
    return True
