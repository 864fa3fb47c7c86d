"""The demonstration's own local cloud: started from nothing, its variables set for this process and the CDK."""

import fcntl
import os
import shutil
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from config.loading import ROOT
from local_cloud import clients, supervisor
from ops.demo import STATE
from ops.target import OperationError, Target

MARK = ".made-by-the-demonstration"


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Keep two demonstrations from using one folder at once; the lock goes with the process, however it ends.

    Raises:
        OperationError: another one runs, or it is no folder that could be emptied.
    """
    if not folder.name or (folder.exists() and not folder.is_dir()):
        what = "a file" if folder.name else "the root of the file system"
        raise OperationError(f"{folder} is {what}. Name a new or an empty folder.")
    folder.parent.mkdir(parents=True, exist_ok=True)
    with (folder.parent / f".{folder.name}.lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise OperationError("Another demonstration runs in this folder. Wait for its end, or end it.") from error
        yield


def start_afresh(folder: Path) -> dict[str, str]:
    """End and forget what an earlier run left below `folder`, and start a new local cloud.

    Returns:
        Environment variables for the CDK, besides those that name the cloud, which are set for this process.
    """
    state = folder / STATE.name
    _require_own(folder)
    supervisor.down(state, seconds=5)  # what it would save is removed
    for path in folder.iterdir():
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        elif path.name != MARK:
            path.unlink()
    try:
        cloud = supervisor.up(_port(), state)
    except supervisor.LocalCloudError as error:
        raise OperationError(str(error)) from error
    for name in clients.foreign_variables():
        del os.environ[name]
    os.environ.update(clients.environment(cloud.port))
    # The CDK's processes carry the folder, so that those of a killed run end before the next one begins.
    return {supervisor.STATE_VARIABLE: str(state)}


def stop(folder: Path) -> None:
    """Stop it and remove its state; the page and the logs stay."""
    supervisor.down(folder / STATE.name)
    shutil.rmtree(folder / STATE.name, ignore_errors=True)


def runs(folder: Path) -> bool:
    """Whether the cloud runs."""
    return supervisor.running(folder / STATE.name) is not None


def has_ended(folder: Path) -> bool:
    """Whether the cloud was started and does not run any more."""
    return supervisor.log_file(folder / STATE.name).exists() and not runs(folder)


def end_of_log(folder: Path, lines: int = 15) -> str:
    """Return the last lines of the server's log."""
    return "\n".join(supervisor.log_file(folder / STATE.name).read_text(errors="replace").splitlines()[-lines:])


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


def _require_own(folder: Path) -> None:
    """Make the folder and mark it; one that somebody else filled is refused, since what is in it is removed."""
    mark = folder / MARK
    if not folder.is_relative_to(ROOT / "build") and folder.exists() and any(folder.iterdir()) and not mark.exists():
        raise OperationError(f"{folder} has files that the demonstration did not write. Name a new or an empty folder.")
    folder.mkdir(parents=True, exist_ok=True)
    mark.touch()


def _port() -> int:
    for port in (supervisor.DEFAULT_PORT, 0):
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise OperationError("No port of 127.0.0.1 can be opened.")
