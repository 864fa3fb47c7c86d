"""Queues report how many messages they hold; ministack's SQS has no metrics.

Source: SQS developer guide, "Available CloudWatch metrics". AWS reports every minute for queues that are in use.
"""

import asyncio
import time
from typing import Any

from local_cloud.settings import alarm_speed

_EVERY_SECONDS = 0.5
_AGAIN_SECONDS = 60
_Reported = dict[tuple[str, ...], tuple[int, float]]


async def run() -> None:
    """Report a queue's visible messages when their number changes, and every minute while there are any. Never ends."""
    from ministack.core.responses import request_scope
    from ministack.services import cloudwatch, sqs

    reported: _Reported = {}
    while True:
        await asyncio.sleep(_EVERY_SECONDS)
        for scope, queue in list(sqs._queues._data.items()):
            visible = _visible(queue)
            if not _is_due(reported.get(scope), visible):
                continue
            reported[scope] = (visible, time.monotonic())
            with request_scope(scope[0], scope[1]):
                cloudwatch.record_metric(
                    "AWS/SQS", "ApproximateNumberOfMessagesVisible", visible, "Count", {"QueueName": queue["name"]}
                )


def _visible(queue: dict[str, Any]) -> int:
    now = time.time()
    return sum(message.get("visible_at", 0.0) <= now for message in queue["messages"])


def _is_due(last: tuple[int, float] | None, visible: int) -> bool:
    if last is None:
        return visible > 0
    return visible != last[0] or (visible > 0 and time.monotonic() - last[1] >= _AGAIN_SECONDS / alarm_speed())
