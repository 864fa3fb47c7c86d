"""How a program on this machine reaches the local cloud: variables for any AWS SDK, and boto3 clients."""

import json
import os
import threading
import urllib.error
import urllib.request
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import boto3
import botocore.session
from botocore.config import Config
from botocore.model import ServiceModel

from local_cloud.platform import Credentials

ROOT = Path(__file__).resolve().parents[1]
ACCOUNT = "000000000000"
REGION = "ap-northeast-1"
DEFAULT_PORT = 4566
WORKER_PORTAL = "/_local_cloud/worker"  # where people do the tasks of labeling jobs
# One session for all clients, since it keeps the service models that it has read: reading them takes ten times as long
# as the rest of making a client. Threads must take turns in making clients; using them needs none.
# A person's own profiles are not read.
_BOTOCORE = botocore.session.Session(
    {
        "profile": (None, None, None, None),
        "config_file": (None, None, os.devnull, None),
        "credentials_file": (None, None, os.devnull, None),
    }
)
_SESSION: Any = boto3.Session(botocore_session=_BOTOCORE)
_LOCK = threading.Lock()
_ROOT = Credentials("test", "test", "")


def endpoint_url(port: int = DEFAULT_PORT) -> str:
    """Return the address of the local cloud; the number, since `localhost` would turn buckets into host names."""
    return f"http://127.0.0.1:{port}"


def environment_variables(port: int = DEFAULT_PORT, region: str = REGION) -> dict[str, str]:
    """Return what the AWS SDKs and the CDK CLI read to work against the local cloud as its root user."""
    return {
        "AWS_ENDPOINT_URL": endpoint_url(port),
        "AWS_ENDPOINT_URL_S3": endpoint_url(port),
        "AWS_ACCESS_KEY_ID": _ROOT.access_key_id,
        "AWS_SECRET_ACCESS_KEY": _ROOT.secret_access_key,
        "AWS_REGION": region,
        "AWS_DEFAULT_REGION": region,
        "AWS_EC2_METADATA_DISABLED": "true",
        # A person's own profiles must neither be read nor be reached by mistake.
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "CDK_DEFAULT_ACCOUNT": ACCOUNT,
        "CDK_DEFAULT_REGION": region,
        "CDK_DISABLE_VERSION_CHECK": "1",
        "NODE_PATH": str(ROOT / "node_modules"),
        "NO_PROXY": "127.0.0.1",
        "no_proxy": "127.0.0.1",
    }


def foreign_variables() -> list[str]:
    """Return which of this process's variables would lead the AWS SDKs elsewhere: a profile, an endpoint, a session."""
    return sorted(name for name in os.environ if name.startswith("AWS_") and name not in environment_variables())


def environment(port: int = DEFAULT_PORT, region: str = REGION) -> dict[str, str]:
    """Return this process's environment turned to the local cloud, without a person's own AWS identity."""
    foreign = set(foreign_variables())
    own = {name: value for name, value in os.environ.items() if name not in foreign}
    tools = f"{ROOT / '.venv/bin'}{os.pathsep}{ROOT / 'node_modules/.bin'}{os.pathsep}"
    return {**own, **environment_variables(port, region), "PATH": tools + own.get("PATH", "")}


def client(service: str, port: int = DEFAULT_PORT, region: str = REGION, credentials: Credentials | None = None) -> Any:
    """Return a boto3 client for the local cloud: as its root user, or with the credentials of a role."""
    return create(service, endpoint_url(port), region, credentials or _ROOT)


def create(service: str, endpoint: str, region: str, credentials: Credentials, config: Config | None = None) -> Any:
    """Return a boto3 client of the local cloud that answers at `endpoint`; threads share it."""
    with _LOCK:
        return _create(service, endpoint, region, credentials, config)


# Making one costs more than most requests; a session of a stack operation, or the root user, makes many.
@lru_cache(maxsize=256)
def _create(service: str, endpoint: str, region: str, credentials: Credentials, config: Config | None) -> Any:
    return _SESSION.client(
        service,
        endpoint_url=endpoint,
        region_name=region,
        aws_access_key_id=credentials.access_key_id,
        aws_secret_access_key=credentials.secret_access_key,
        aws_session_token=credentials.session_token or None,
        config=config,
    )


@cache
def service_model(service: str) -> ServiceModel:
    """Return what an API's operations take and answer, as botocore knows it."""
    with _LOCK:
        return _BOTOCORE.get_service_model(service)


def status(port: int = DEFAULT_PORT) -> dict[str, Any] | None:
    """Return what the local cloud on a port says of itself (ready, pid, since, state_dir), None if none answers."""
    try:
        with urllib.request.urlopen(f"{endpoint_url(port)}/_local_cloud/status", timeout=5) as answer:  # noqa: S310
            found: dict[str, Any] = json.load(answer)
            return found
    except (OSError, ValueError):
        return None


def interrupt(training_job: str, port: int = DEFAULT_PORT) -> None:
    """Take the instances of a spot training job away; it starts again, as on AWS after an interruption.

    Raises:
        ValueError: no spot job of this name is Training; the text is the local cloud's.
        OSError: no local cloud answers.
    """
    _tell(f"training-jobs/{training_job}/interrupt", port)


def fire(monitoring_schedule: str, port: int = DEFAULT_PORT) -> None:
    """Let a monitoring schedule begin an execution now, whose window ends now; raises as `interrupt`."""
    _tell(f"monitoring-schedules/{monitoring_schedule}/fire", port)


def _tell(what: str, port: int) -> None:
    address = f"{endpoint_url(port)}/_local_cloud/{what}"
    request = urllib.request.Request(address, method="POST")  # noqa: S310 - an address of our own
    try:
        with urllib.request.urlopen(request, timeout=5):  # noqa: S310
            return
    except urllib.error.HTTPError as error:
        raise ValueError(json.load(error)["message"]) from error
