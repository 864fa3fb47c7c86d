"""Inputs from S3 and outputs to S3, with the credentials of the job's role."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import urlparse

from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from local_cloud import clients
from local_cloud.platform import Credentials
from local_cloud.sagemaker.jobs.failure import JobFailureError, client_error

_CONFIG = Config(
    retries={"max_attempts": 3, "mode": "standard"}, connect_timeout=5, read_timeout=60,
    s3={"addressing_style": "path"}, request_checksum_calculation="when_required",
)  # fmt: skip
_TRANSFER = TransferConfig(multipart_threshold=64 * 2**20, use_threads=False)


def client(service: str, credentials: Credentials, endpoint_url: str, region: str) -> Any:
    """Return a boto3 client of the local cloud with a role's credentials."""
    return clients.create(service, endpoint_url, region, credentials, _CONFIG)


@dataclass(frozen=True)
class Source:
    """Where an input lies: `data_type` S3Prefix or ManifestFile; this host's share is `shard` of `shards`."""

    uri: str
    data_type: str = "S3Prefix"
    shard: int = 0
    shards: int = 1


def split(uri: str) -> tuple[str, str]:
    """Return bucket and key of an S3 URI; JobFailureError if it is none."""
    parts = urlparse(uri)
    if parts.scheme != "s3" or not parts.netloc:
        raise JobFailureError(f"ClientError: {uri} is not an S3 URI; allowed is s3://bucket/prefix.")
    return parts.netloc, parts.path.lstrip("/")


class Transfer:
    """Moves files between S3 and a job's folder; every refusal becomes a JobFailureError that names the object."""

    def __init__(self, s3: Any, role_arn: str) -> None:
        self._s3 = s3
        self._role_arn = role_arn

    def objects(self, source: Source) -> list[tuple[str, str, str]]:
        """Return (bucket, key, path below the input's folder) of a source's objects, this host's share of them."""
        if source.data_type == "ManifestFile":
            found = list(self._manifest(source.uri))
        elif source.data_type == "S3Prefix":
            bucket, prefix = split(source.uri)
            found = [(bucket, key, _below(prefix, key)) for key in self._keys(bucket, prefix)]
        else:
            raise JobFailureError(f"ClientError: the local cloud does not implement S3DataType {source.data_type}.")
        if not found:
            raise JobFailureError(
                f'ClientError: Data download failed: No S3 objects found under S3 URL "{source.uri}" given in input '
                "data source. Please ensure that the bucket exists in the selected region, that objects exist under "
                f'that S3 prefix, and that the role "{self._role_arn}" has "s3:ListBucket" permissions on it.'
            )
        return found[source.shard :: source.shards]

    def download(self, source: Source, folder: Path) -> None:
        """Download a source into a folder, which is made even if this host's share is empty."""
        folder.mkdir(parents=True, exist_ok=True)
        for bucket, key, below in self.objects(source):
            target = folder / below
            if not target.resolve().is_relative_to(folder.resolve()):
                raise JobFailureError(f"ClientError: the key {key} leads out of the input's folder.")
            target.parent.mkdir(parents=True, exist_ok=True)
            self.fetch(bucket, key, target)

    def fetch(self, bucket: str, key: str, target: Path) -> None:
        """Download one object."""
        try:
            self._s3.download_file(bucket, key, str(target), Config=_TRANSFER)
        except (ClientError, BotoCoreError) as error:
            raise client_error(f"Data download failed: cannot download s3://{bucket}/{key}", error) from error

    def read(self, bucket: str, key: str) -> bytes:
        """Return the content of one object."""
        try:
            content: bytes = self._s3.get_object(Bucket=bucket, Key=key)["Body"].read()
        except (ClientError, BotoCoreError) as error:
            raise client_error(f"Data download failed: cannot download s3://{bucket}/{key}", error) from error
        return content

    def upload(self, path: Path, uri: str, kms_key: str | None = None) -> None:
        """Upload a file to a URI, encrypted with the key if one is named, else as the bucket says.

        Raises:
            FileNotFoundError: it is gone.
            JobFailureError: the upload is refused.
        """
        bucket, key = split(uri)
        extra = {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": kms_key} if kms_key else {}
        # Opened once: if the job moves another file to this place meanwhile, it is still the whole old one that goes.
        with path.open("rb") as file:
            try:
                self._s3.upload_fileobj(file, bucket, key, ExtraArgs=extra, Config=_TRANSFER)
            except Exception as error:  # whatever boto3 makes of a refusal
                raise JobFailureError(f"ClientError: Failed to upload to {uri}: {error}") from error

    def delete(self, uri: str) -> None:
        """Delete an object."""
        bucket, key = split(uri)
        try:
            self._s3.delete_object(Bucket=bucket, Key=key)
        except (ClientError, BotoCoreError) as error:
            raise client_error(f"cannot delete {uri}", error) from error

    def upload_folder(self, folder: Path, uri: str, kms_key: str | None = None) -> None:
        """Upload every file below a folder to the prefix."""
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                self.upload(path, f"{uri.rstrip('/')}/{path.relative_to(folder).as_posix()}", kms_key)

    def _keys(self, bucket: str, prefix: str) -> list[str]:
        try:
            pages = self._s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
            return sorted(
                item["Key"] for page in pages for item in page.get("Contents", []) if not item["Key"].endswith("/")
            )
        except (ClientError, BotoCoreError) as error:
            raise client_error(f"Data download failed: cannot list s3://{bucket}/{prefix}", error) from error

    def _manifest(self, uri: str) -> Iterator[tuple[str, str, str]]:
        # [{"prefix": "s3://bucket/folder/"}, "relative/path", ...]
        try:
            entries = json.loads(self.read(*split(uri)))
            prefix, names = entries[0]["prefix"], [str(name) for name in entries[1:]]
        except (ValueError, KeyError, IndexError, TypeError) as error:
            raise JobFailureError(
                f'ClientError: the manifest {uri} is not a JSON list of {{"prefix": ...}} and names: {error}'
            ) from error
        for name in names:
            bucket, key = split(f"{prefix}{name}")
            yield bucket, key, name


def _below(prefix: str, key: str) -> str:
    # A whole folder keeps its inner paths; a prefix that ends within a name counts from the folder it ends in.
    if key.startswith(prefix.rstrip("/") + "/") and prefix:
        return key[len(prefix.rstrip("/")) + 1 :]
    parent = "" if "/" not in prefix else prefix[: prefix.rindex("/") + 1]
    return str(PurePosixPath(key[len(parent) :]))
