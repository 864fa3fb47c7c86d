"""Operations that people wait for are answered when they are over, or after a while.

The CDK CLI looks at a stack as soon as its request is answered and then every five seconds; most stacks are made here
in less than one. AWS answers at once: a program sees the difference only in the time the call takes.
"""

import asyncio
import time
from typing import Any
from urllib.parse import parse_qs

from local_cloud.cloudformation.service_role import Handler, first, stack_name

_OPERATIONS = {"ExecuteChangeSet", "CreateStack", "DeleteStack"}
_LONGEST_SECONDS = 20.0


def install() -> None:
    """Let ministack's answers to these operations wait."""
    from ministack import app

    app.SERVICE_HANDLERS["cloudformation"] = _waiting(app.SERVICE_HANDLERS["cloudformation"])


def _waiting(handler: Handler) -> Handler:
    async def handle(method: str, path: str, headers: dict[str, str], body: bytes, query_params: dict[str, Any]) -> Any:
        params = {**parse_qs(body.decode(errors="replace")), **query_params}
        if first(params, "Action") not in _OPERATIONS:
            return await handler(method, path, headers, body, query_params)
        name = stack_name(params)
        answer = await handler(method, path, headers, body, query_params)
        deadline = time.monotonic() + _LONGEST_SECONDS
        while _in_progress(name) and time.monotonic() < deadline:
            await asyncio.sleep(0.05)
        return answer

    return handle


def _in_progress(name: str) -> bool:
    from ministack.services.cloudformation import _stacks

    status = (_stacks.get(name) or {}).get("StackStatus", "")
    return bool(status.endswith("_IN_PROGRESS") and status != "REVIEW_IN_PROGRESS")
