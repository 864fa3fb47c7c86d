"""Events that AWS services put on the default bus."""

import asyncio
import json
from typing import Any


def put_aws_event(loop: asyncio.AbstractEventLoop, account: str, region: str, event: dict[str, Any]) -> None:
    """Put an event of an AWS service on the default bus, from any thread, without waiting for its targets.

    `event` has Source, DetailType, Detail as a dict, and Resources.
    """
    from ministack.core.responses import request_scope
    from ministack.services import eventbridge

    entry = {**event, "Detail": json.dumps(event["Detail"])}

    def put() -> None:
        with request_scope(account, region):
            eventbridge._put_events({"Entries": [entry]}, allow_aws_source=True)

    loop.call_soon_threadsafe(put)
