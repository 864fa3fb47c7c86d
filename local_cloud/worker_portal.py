"""The worker portal over HTTP: requests to it are not AWS's, so that they go past ministack."""

import asyncio
import logging
from typing import Any

from local_cloud.clients import WORKER_PORTAL as PORTAL
from local_cloud.sagemaker.labeling.portal import Portal
from local_cloud.sagemaker.labeling.portal_work import Reply

logger = logging.getLogger("local_cloud")

_HOSTS = ("127.0.0.1", "localhost")
_LONGEST = 8 * 2**20


def is_for_portal(path: str) -> bool:
    """Whether a path is the portal's."""
    return path == PORTAL or path.startswith(f"{PORTAL}/")


async def answer(portal: Portal, scope: Any, receive: Any, send: Any) -> None:
    """Answer one request."""
    headers = {name.decode().lower(): value.decode("latin-1") for name, value in scope["headers"]}
    status, body, extra = 403, f"The worker portal answers to {' and '.join(_HOSTS)} alone.", {}
    # Another site's name that leads here is not the portal's, or its pages could read what workers see.
    if headers.get("host", "").partition(":")[0] in _HOSTS:
        content = await _body(receive)
        if len(content) > _LONGEST:
            status, body = 413, f"An answer may have {_LONGEST} bytes."
        else:
            cookie = headers.get("cookie", "")
            reply = await asyncio.to_thread(_reply, portal, scope["method"], scope["path"], cookie, content)
            status, body, extra = reply.status, reply.body, reply.headers
    all_headers = {"content-type": "text/html; charset=utf-8", "cache-control": "no-store", **extra}
    encoded = [(name.encode(), value.encode()) for name, value in all_headers.items()]
    await send({"type": "http.response.start", "status": status, "headers": encoded})
    await send({"type": "http.response.body", "body": body.encode()})


def _reply(portal: Portal, method: str, path: str, cookie: str, content: bytes) -> Reply:
    try:
        return portal.answer(method, path, cookie, content)
    except Exception as error:
        logger.exception("%s %s failed", method, path)
        return Reply(500, f"{type(error).__name__}: {error}", {"content-type": "text/plain; charset=utf-8"})


async def _body(receive: Any) -> bytes:
    content, more = b"", True
    while more and len(content) <= _LONGEST:
        message = await receive()
        content += message.get("body", b"")
        more = message.get("more_body", False)
    return content
