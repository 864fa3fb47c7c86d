"""Policies name log streams; ministack asks every request of CloudWatch Logs about the group alone.

Source: service authorization reference, "Actions, resources, and condition keys for Amazon CloudWatch Logs"; the
refusals of AWS name `<group>:log-stream:<stream>`, with an empty stream where an action is about the group.
"""

import json
from typing import Any

_GROUP = ":log-group:"


def close() -> None:
    """Ask IAM about the stream that a request names."""
    from ministack.core import iam_actions

    extract = iam_actions.extract_resource_arn

    def with_stream(service: str, method: str, path: str, headers: dict[str, str], body: bytes, *rest: Any) -> str:
        arn = str(extract(service, method, path, headers, body, *rest))
        if service != "logs" or _GROUP not in arn or ":log-stream:" in arn:
            return arn
        return f"{arn.removesuffix(':*')}:log-stream:{_stream(body)}"

    iam_actions.extract_resource_arn = with_stream


def _stream(body: bytes) -> str:
    try:
        return str(json.loads(body or b"{}").get("logStreamName", ""))
    except (ValueError, AttributeError):
        return ""
