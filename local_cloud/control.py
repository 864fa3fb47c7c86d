"""The local cloud's own requests, which AWS does not have: whether it is ready, and taking a spot job's instances away.

They lie below `/_local_cloud/`, where no AWS service is, and are not signed.
"""

import asyncio
import json
import re
from typing import Any

from local_cloud.sagemaker.errors import SageMakerError
from local_cloud.sagemaker.jobs import spot

PREFIX = "/_local_cloud/"
_INTERRUPT = re.compile(r"/_local_cloud/training-jobs/([a-zA-Z0-9-]+)/interrupt")


async def answer(method: str, path: str, status: dict[str, Any], send: Any) -> None:
    """Answer one request of this kind; `status` is what the local cloud says of itself."""
    code, document = 404, {"message": f"The local cloud has no request {method} {path}."}
    interrupted = _INTERRUPT.fullmatch(path)
    if path == f"{PREFIX}status":
        code, document = 200, status
    elif interrupted and method == "POST":
        code, document = await asyncio.to_thread(_interrupt, interrupted[1])
    headers = [(b"content-type", b"application/json")]
    await send({"type": "http.response.start", "status": code, "headers": headers})
    await send({"type": "http.response.body", "body": json.dumps(document).encode()})


def _interrupt(name: str) -> tuple[int, dict[str, Any]]:
    try:
        spot.interrupt(name)
    except SageMakerError as error:
        return error.status, {"message": error.message}
    return 202, {"message": f"The instances of {name} are taken away."}
