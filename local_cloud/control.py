"""The local cloud's own requests, which AWS does not have: whether it is ready, taking a spot job's instances away, and
letting a monitoring schedule fire now.

They lie below `/_local_cloud/`, where no AWS service is, and are not signed.
"""

import asyncio
import json
import re
from collections.abc import Callable
from typing import Any, Protocol

from local_cloud.sagemaker.errors import SageMakerError
from local_cloud.sagemaker.jobs import spot

PREFIX = "/_local_cloud/"
_INTERRUPT = re.compile(r"/_local_cloud/training-jobs/([a-zA-Z0-9-]+)/interrupt")
_FIRE = re.compile(r"/_local_cloud/monitoring-schedules/([a-zA-Z0-9-]+)/fire")


class Schedules(Protocol):
    """Whoever knows the monitoring schedules."""

    def fire(self, schedule: str) -> None:
        """Begin an execution now; SageMakerError if that cannot be."""


async def answer(method: str, path: str, status: dict[str, Any], schedules: Schedules, send: Any) -> None:
    """Answer one request of this kind; `status` is what the local cloud says of itself."""
    code, document = 404, {"message": f"The local cloud has no request {method} {path}."}
    interrupted, fired = _INTERRUPT.fullmatch(path), _FIRE.fullmatch(path)
    if path == f"{PREFIX}status":
        code, document = 200, status
    elif interrupted and method == "POST":
        said = f"The instances of {interrupted[1]} are taken away."
        code, document = await asyncio.to_thread(_do, spot.interrupt, interrupted[1], said)
    elif fired and method == "POST":
        code, document = await asyncio.to_thread(_do, schedules.fire, fired[1], f"{fired[1]} fires.")
    headers = [(b"content-type", b"application/json")]
    await send({"type": "http.response.start", "status": code, "headers": headers})
    await send({"type": "http.response.body", "body": json.dumps(document).encode()})


def _do(act: Callable[[str], None], name: str, said: str) -> tuple[int, dict[str, Any]]:
    try:
        act(name)
    except SageMakerError as error:
        return error.status, {"message": error.message}
    return 202, {"message": said}
