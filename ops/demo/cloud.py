"""The demonstration's own local cloud: started from nothing, its variables set for this process and the CDK."""

import os
import shutil
import socket
import time
from pathlib import Path

from local_cloud import supervisor
from ops.target import OperationError, Target

STATE = "cloud"


def start_afresh(folder: Path) -> dict[str, str]:
    """End and forget what an earlier run left below `folder`, and start a new local cloud.

    Returns:
        The environment variables that name it; they are set for this process too.
    """
    state = folder / STATE
    supervisor.down(state)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    try:
        cloud = supervisor.up(_port(), state)
    except supervisor.LocalCloudError as error:
        raise OperationError(str(error)) from error
    variables = supervisor.environment_variables(cloud.port)
    os.environ.update(variables)
    return variables


def stop(folder: Path) -> None:
    """Stop it and remove its state; the page and the logs stay."""
    supervisor.down(folder / STATE)
    shutil.rmtree(folder / STATE, ignore_errors=True)


def first_object(target: Target, purpose: str, prefix: str, suffix: str = "", timeout: float = 30) -> str:
    """Return the S3 URI of the first object below a prefix, waiting for it to appear.

    Raises:
        OperationError: there is none after `timeout` seconds.
    """
    bucket, end = target.bucket(purpose), time.monotonic() + timeout
    while time.monotonic() < end:
        for page in target.s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix):
            for item in page.get("Contents", []):
                if item["Key"].endswith(suffix):
                    return f"s3://{bucket}/{item['Key']}"
        time.sleep(0.2)
    raise OperationError(f"There is no object s3://{bucket}/{prefix}*{suffix} after {timeout:.0f} s.")


def _port() -> int:
    for port in (supervisor.DEFAULT_PORT, 0):
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise OperationError("No port of 127.0.0.1 can be opened.")
