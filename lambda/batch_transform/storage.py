"""Files to score, and the folders of runs, in S3.

In the raw bucket `to-score/<use case>/`, in the bucket of processed data `<use case>/batch/<run>/`
(docs/batch-transform.md). The function lists and writes documents about files; no record passes through it.
"""

import json
from collections.abc import Collection, Iterable, Iterator
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from batch_transform.manifest import Document
from batch_transform.state import File, Run

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

# No use case can have this name, so that nothing of it is ever training data.
INCOMING = "to-score"
# What the jobs hand on, of no use once the manifest is there.
INTERMEDIATE = ("records/", "unreadable/", "split/", "transformed/")
_PAGE = 1000  # DeleteObjects'


class Storage:
    """The two buckets of one environment."""

    def __init__(self, client: "S3Client", raw: str, processed: str) -> None:
        self._client = client
        self._raw, self._processed = raw, processed

    def incoming(self, use_case: str) -> tuple[File, ...]:
        """Return the files that lie in a use case's prefix now."""
        prefix = f"{INCOMING}/{use_case}/"
        return tuple(
            File(item["Key"].removeprefix(prefix), item["VersionId"], item["ETag"].strip('"'), item["Size"])
            for item in self._latest(self._raw, prefix)
            if not item["Key"].endswith("/")  # what consoles make of a folder
        )

    def incoming_uri(self, use_case: str) -> str:
        """Return the S3 URI of a use case's prefix."""
        return f"s3://{self._raw}/{INCOMING}/{use_case}/"

    def overwritten(self, use_case: str, files: Collection[Document]) -> list[str]:
        """Return those files that have been overwritten since; one that was only deleted has not."""
        known = {file.file: file.version for file in self.incoming(use_case)}
        return [
            item["file"]
            for item in files
            if known.get(item["file"]) != item["version"] and self._newest(use_case, item["file"]) != item["version"]
        ]

    def _newest(self, use_case: str, file: str) -> str:
        key = f"{INCOMING}/{use_case}/{file}"
        pages = self._client.get_paginator("list_object_versions").paginate(Bucket=self._raw, Prefix=key)
        versions = [item for page in pages for item in page.get("Versions", []) if item["Key"] == key]
        return str(versions[0]["VersionId"]) if versions else ""  # the newest comes first

    def folder_uri(self, run: Run) -> str:
        """Return the S3 URI of a run's folder."""
        return f"s3://{self._processed}/{self._folder(run)}"

    def write(self, run: Run, name: str, document: Any, *, once: bool = False) -> None:
        """Write a document of a run; `once`: what is there already stays."""
        body = json.dumps(document, indent=1).encode() + b"\n"
        condition: Any = {"IfNoneMatch": "*"} if once else {}
        try:
            self._client.put_object(Bucket=self._processed, Key=self._key(run, name), Body=body, **condition)
        except ClientError as error:
            if error.response["Error"]["Code"] != "PreconditionFailed":
                raise

    def read(self, run: Run, name: str) -> Document | None:
        """Return a document of a run, None if there is none.

        The listing says whether there is: S3 answers a GetObject of nothing with AccessDenied rather than NoSuchKey
        where ListBucket is allowed under a condition on `s3:prefix`, which a GetObject does not carry.
        """
        if name not in self.objects(run, name):
            return None
        body = self._client.get_object(Bucket=self._processed, Key=self._key(run, name))["Body"].read()
        document: Document = json.loads(body)
        return document

    def objects(self, run: Run, below: str) -> dict[str, Document]:
        """Return what lies in a run's folder, by the key below it."""
        start = f"{self._folder(run)}/"
        return {
            item["Key"].removeprefix(start): {
                "version": item["VersionId"],
                "etag": item["ETag"].strip('"'),
                "bytes": item["Size"],
            }
            for item in self._latest(self._processed, start + below)
        }

    def delete(self, run: Run, names: Iterable[str]) -> None:
        """Delete objects of a run; the bucket keeps their versions for a while."""
        keys = [{"Key": self._key(run, name)} for name in names]
        for first in range(0, len(keys), _PAGE):
            objects: Any = keys[first : first + _PAGE]
            answer = self._client.delete_objects(Bucket=self._processed, Delete={"Objects": objects, "Quiet": True})
            if errors := answer.get("Errors"):
                raise RuntimeError(f"s3://{self._processed}: cannot delete: {errors[:3]}")

    def _folder(self, run: Run) -> str:
        return f"{run.use_case}/batch/{run.name}"

    def _key(self, run: Run, name: str) -> str:
        return f"{self._folder(run)}/{name}"

    def _latest(self, bucket: str, prefix: str) -> Iterator[Any]:
        pages = self._client.get_paginator("list_object_versions").paginate(Bucket=bucket, Prefix=prefix)
        return (item for page in pages for item in page.get("Versions", []) if item["IsLatest"])
