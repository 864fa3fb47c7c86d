"""Clients for the other services of the local cloud."""

import threading
from typing import Any

import botocore.session
from botocore.config import Config

from local_cloud.platform import Credentials
from local_cloud.sagemaker.api import Call

# One session for all, since it keeps the service models it has read; threads must take turns in creating clients.
_SESSION: Any = botocore.session.Session()
_LOCK = threading.Lock()


def client(call: Call, service: str, credentials: Credentials, config: Config | None = None) -> Any:
    """Return a client of a service in the call's region; threads may share the client itself."""
    with _LOCK:
        return _SESSION.create_client(
            service,
            region_name=call.store.region,
            endpoint_url=call.platform.endpoint_url,
            aws_access_key_id=credentials.access_key_id,
            aws_secret_access_key=credentials.secret_access_key,
            aws_session_token=credentials.session_token or None,
            config=config,
        )
