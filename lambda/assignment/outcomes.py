"""Outcomes on their way to the collector."""

import json
from datetime import datetime
from typing import Any

from assignment.events import Happened


def message(happened: Happened, now: datetime) -> str:
    """Return the message about an outcome that arrived `now`, with a zone."""
    said = happened.outcome if isinstance(happened.outcome, list) else [happened.outcome]
    return json.dumps(
        {
            "kind": "outcome",
            "use_case": happened.use_case,
            "inference_id": happened.inference_id,
            "data": "\n".join(map(_text, said)),
            "time": now.isoformat(timespec="milliseconds"),
        }
    )


def send(sqs: Any, queue_url: str, happened: Happened, now: datetime) -> None:
    """Hand an outcome over; nothing is sure before this returns."""
    sqs.send_message(QueueUrl=queue_url, MessageBody=message(happened, now))


def _text(value: Any) -> str:
    """Return an outcome as ground truth has it: a class, a number, and 1 or 0 for an event."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(int(value)) if isinstance(value, bool) else str(value)
