"""Files of S3, brought to this machine."""

from pathlib import Path
from typing import TYPE_CHECKING

from ops.errors import OperationError

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


def bring_folder(s3: "S3Client", uri: str, folder: Path) -> list[Path]:
    """Copy what lies below an S3 URI into a folder, and return the paths; OperationError if there is nothing."""
    bucket, prefix = split(f"{uri.rstrip('/')}/")
    paths = []
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix):
        for item in page.get("Contents", []):
            path = folder / item["Key"].removeprefix(prefix)
            path.parent.mkdir(parents=True, exist_ok=True)
            s3.download_file(bucket, item["Key"], str(path))
            paths.append(path)
    if not paths:
        raise OperationError(f"There is nothing below {uri}. Was it deleted? Run the pipeline again.")
    return paths


def bring_file(s3: "S3Client", uri: str, folder: Path) -> Path:
    """Copy one object into a folder, under its own name."""
    bucket, key = split(uri)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / key.rpartition("/")[2]
    s3.download_file(bucket, key, str(path))
    return path


def split(uri: str) -> tuple[str, str]:
    """Return bucket and key of an S3 URI."""
    bucket, _, key = uri.removeprefix("s3://").partition("/")
    return bucket, key
