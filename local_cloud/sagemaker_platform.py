"""What ministack gives the local SageMaker: credentials of roles, and events."""

import asyncio
from pathlib import Path
from typing import Any

from local_cloud.clients import endpoint_url
from local_cloud.events import put_aws_event
from local_cloud.platform import Credentials
from local_cloud.sagemaker.errors import validation_error
from local_cloud.service_sessions import assume_as_service

_SERVICE = "sagemaker.amazonaws.com"


class MinistackPlatform:
    """The `Platform` of the running local cloud; `loop` is the one that serves requests."""

    def __init__(self, port: int, state_dir: Path, loop: asyncio.AbstractEventLoop) -> None:
        self._endpoint_url = endpoint_url(port)
        self._state_dir = state_dir
        self._loop = loop

    @property
    def endpoint_url(self) -> str:
        """Where the AWS API answers."""
        return self._endpoint_url

    @property
    def state_dir(self) -> Path:
        """Folder for what must survive a restart."""
        return self._state_dir

    def assume_role(self, role_arn: str, session_name: str) -> Credentials:
        """Assume a role as SageMaker does; ValidationException if it is missing or does not trust the service."""
        credentials = assume_as_service(role_arn, session_name, _SERVICE)
        if credentials is None:
            raise validation_error(
                f"Could not assume role {role_arn}. Please ensure that the role exists and allows principal "
                f"'{_SERVICE}' to assume the role."
            )
        return credentials

    def put_event(self, account: str, region: str, event: dict[str, Any]) -> None:
        """Put an event of source aws.sagemaker on the default bus; its rules run after the caller goes on."""
        put_aws_event(self._loop, account, region, {"Source": "aws.sagemaker", **event})
