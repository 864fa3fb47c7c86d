"""What the local SageMaker needs from the cloud around it; `server.py` provides it, tests provide their own."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol


@dataclass(frozen=True)
class Credentials:
    """Temporary credentials of a role."""

    access_key_id: str
    secret_access_key: str
    session_token: str

    def environment(self) -> dict[str, str]:
        """Return them as the variables that the AWS SDKs read."""
        return {
            "AWS_ACCESS_KEY_ID": self.access_key_id,
            "AWS_SECRET_ACCESS_KEY": self.secret_access_key,
            "AWS_SESSION_TOKEN": self.session_token,
        }


class Platform(Protocol):
    """The cloud around the local SageMaker."""

    @property
    def endpoint_url(self) -> str:
        """Where the AWS API answers, `http://127.0.0.1:4566`."""

    @property
    def state_dir(self) -> Path:
        """Folder for what must survive a restart; each part uses a folder of its own in it."""

    def assume_role(self, role_arn: str, session_name: str) -> Credentials:
        """Assume a role as sagemaker.amazonaws.com; SageMakerError if its trust policy refuses."""

    def put_event(self, account: str, region: str, event: dict[str, Any]) -> None:
        """Put an event of source aws.sagemaker (`DetailType`, `Detail` as a dict, `Resources`) on the default bus."""
