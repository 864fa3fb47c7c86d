"""Files from and to S3, for jobs that no SageMaker brings them to; a manifest written last says that all are there."""

import json
from collections.abc import Collection
from pathlib import Path
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from .errors import StepError

MANIFEST = "_SUCCESS"  # below what was delivered; who reads it starts here


def download(uri: str, folder: Path, *, whether_any: bool = False) -> None:
    """Copy all objects below `s3://bucket/prefix` into a folder, in the same tree.

    Args:
        uri: of the objects.
        folder: on this machine.
        whether_any: whether there may be none.

    Raises:
        StepError: nothing lies there, or it cannot be read.
    """
    bucket, prefix = _parts(uri)
    prefix = prefix.rstrip("/") + "/"
    found = 0
    try:
        for page in _client().get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix):
            for item in page.get("Contents", ()):
                target = folder / item["Key"].removeprefix(prefix)
                if not item["Key"].endswith("/"):  # what consoles make of a folder
                    target.parent.mkdir(parents=True, exist_ok=True)
                    _client().download_file(bucket, item["Key"], str(target))
                    found += 1
    except (BotoCoreError, ClientError) as error:
        raise StepError(f"{uri}: cannot be read: {error}. Check the address and the job's role.") from error
    if not found and not whether_any:
        raise StepError(f"{uri}: holds no object. Upload the raw files, or correct the address.")


def delivered(uri: str) -> bool:
    """Whether a delivery to `s3://bucket/prefix` was finished; StepError if that cannot be read."""
    try:
        return MANIFEST in _below(uri)
    except (BotoCoreError, ClientError) as error:
        raise StepError(f"{uri}: cannot be read: {error}. Check the address and the job's role.") from error


def deliver(folder: Path, uri: str) -> None:
    """Copy all files below a folder to `s3://bucket/prefix`, and then the manifest: names and sizes in bytes.

    An object is there as a whole or not at all, but several are not; without the manifest they count for nothing. What
    a delivery left that was cut off is written over, if it has the same names.

    Raises:
        StepError: what lies there was delivered before, or would be mixed with this; or it cannot be written.
    """
    bucket, prefix = _parts(uri)
    prefix = prefix.rstrip("/") + "/"
    files = {str(path.relative_to(folder)): path for path in sorted(folder.rglob("*")) if path.is_file()}
    sizes = {name: path.stat().st_size for name, path in files.items()}
    manifest = json.dumps({"files": sizes}, indent=1, sort_keys=True) + "\n"
    try:
        _require_room(uri, files)
        for name, path in files.items():
            _client().upload_file(str(path), bucket, prefix + name)
        _client().put_object(Bucket=bucket, Key=prefix + MANIFEST, Body=manifest.encode())
    except (BotoCoreError, ClientError, boto3.exceptions.Boto3Error) as error:
        raise StepError(f"{uri}: cannot be written: {error}. Check the job's role.") from error


def _require_room(uri: str, names: Collection[str]) -> None:
    there = _below(uri)
    if MANIFEST in there:
        raise StepError(f"{uri}: was delivered before; what pipelines may read is not changed. Choose another.")
    # Who reads a folder would read these too; beside the folders lie only things that nobody reads.
    folders = {name.partition("/")[0] for name in names}
    if others := sorted(name for name in there - set(names) if name.partition("/")[0] in folders):
        raise StepError(
            f"{uri}: holds {others[0]}, which is not of this preparation; another was cut off there. Choose another."
        )


def _below(uri: str) -> set[str]:
    bucket, prefix = _parts(uri)
    prefix = prefix.rstrip("/") + "/"
    pages = _client().get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
    return {item["Key"].removeprefix(prefix) for page in pages for item in page.get("Contents", ())}


def _client() -> Any:
    return boto3.client("s3")


def _parts(uri: str) -> tuple[str, str]:
    bucket, _, prefix = uri.removeprefix("s3://").partition("/")
    if not (uri.startswith("s3://") and bucket and prefix):
        raise StepError(f"{uri!r} is no address of a folder in S3; allowed is s3://bucket/folder. Correct it.")
    return bucket, prefix
