"""boto3 clients under an execution role: of a model, a job, a pipeline."""

import threading
import time
from typing import Any

from botocore.config import Config

from local_cloud import clients
from local_cloud.platform import Credentials, Platform

_SESSION = "SageMakerEndpoint"
_MAX_AGE_SECONDS = 1800.0  # well below the least duration of a role's credentials, an hour
_CONFIG = Config(
    connect_timeout=5, read_timeout=60, retries={"mode": "standard", "max_attempts": 4}, s3={"addressing_style": "path"}
)


class RoleClients:
    """The clients of one role in one region; credentials are renewed as they age."""

    def __init__(self, platform: Platform, region: str, role_arn: str, session: str = _SESSION) -> None:
        self._platform = platform
        self._session = session
        self._region = region
        self._role_arn = role_arn
        self._lock = threading.Lock()
        self._assumed_at = 0.0
        self._credentials: Credentials | None = None

    def get(self, service: str, config: Config = _CONFIG) -> Any:
        """Return a client; SageMakerError if the role cannot be assumed."""
        with self._lock:
            if self._credentials is None or time.monotonic() - self._assumed_at > _MAX_AGE_SECONDS:
                self._credentials = self._platform.assume_role(self._role_arn, self._session)
                self._assumed_at = time.monotonic()
            credentials = self._credentials
        return clients.create(service, self._platform.endpoint_url, self._region, credentials, config)

    def environment(self) -> dict[str, str]:
        """Return credentials of the role as the variables that the AWS SDKs read."""
        return self._platform.assume_role(self._role_arn, self._session).environment()
