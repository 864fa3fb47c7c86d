"""Captures and outcomes as lists of objects, and the folders of runs, in S3.

In the bucket of captures `<use case>/<endpoint>/<variant>/yyyy/mm/dd/hh/` and `<use case>/ground-truth/yyyy/mm/dd/hh/`,
in that of processed data `<use case>/monitoring/<run>/` (docs/monitoring.md). The function lists them and reads
metrics; no record passes through it.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from monitor.state import Run
from shared.captures import of_hours

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

GROUND_TRUTH = "ground-truth"
REQUEST = "request/request.json"

# Below a use case's folder: where Model Monitor's job definitions look (stacks/native_monitor_part.py).
_BASELINES, _LAST = "monitoring/baselines", "constraints.json"

# As SageMaker reads a list of objects: [{"prefix": "s3://..."}, "a", ...].
Listed = list[Any]


class Storage:
    """The two buckets of one environment."""

    def __init__(self, client: "S3Client", capture: str, processed: str) -> None:
        self._client = client
        self._capture, self._processed = capture, processed

    def captures(self, run: Run, endpoint: str) -> Listed:
        """Return the capture files of a run's window, as the endpoint's folder has them."""
        return self._hours(run, f"{run.use_case}/{endpoint}/", f"{run.variant}/", run.until)

    def outcomes(self, run: Run, now: datetime) -> Listed:
        """Return the files of outcomes that came since a run's window began: an outcome is never before its request."""
        return self._hours(run, f"{run.use_case}/{GROUND_TRUTH}/", "", now)

    def nothing(self, run: Run) -> Listed:
        """Return a list for an input that has nothing: a job fails at one without a file."""
        return self.listed(f"{self.uri(run)}/{REQUEST.partition('/')[0]}", [REQUEST.partition("/")[2]])

    def listed(self, folder: str, names: Sequence[str]) -> Listed:
        """Return the list of some objects of a folder, S3 URI without a slash at its end."""
        return [{"prefix": f"{folder}/"}, *names]

    def uri(self, run: Run) -> str:
        """Return the S3 URI of a run's folder."""
        return f"s3://{self._processed}/{self._folder(run)}"

    def write(self, run: Run, name: str, document: Any) -> None:
        """Write a document of a run; again is the same."""
        body = json.dumps(document, indent=1).encode() + b"\n"
        self._client.put_object(Bucket=self._processed, Key=f"{self._folder(run)}/{name}", Body=body)

    def metrics(self, run: Run) -> list[dict[str, Any]] | None:
        """Return what a run measured, None if it left nothing.

        The listing says whether there is: S3 answers a GetObject of nothing with AccessDenied rather than NoSuchKey
        where ListBucket is allowed under a condition on `s3:prefix`, which a GetObject does not carry.
        """
        key = f"{self._folder(run)}/monitoring/{run.variant}/metrics.json"
        found = self._client.list_objects_v2(Bucket=self._processed, Prefix=key).get("Contents", [])
        if key not in [item["Key"] for item in found]:
            return None
        measured: list[dict[str, Any]] = json.loads(
            self._client.get_object(Bucket=self._processed, Key=key)["Body"].read()
        )
        return measured

    def document(self, uri: str) -> dict[str, Any]:
        """Return a JSON document."""
        bucket, _, key = uri.removeprefix("s3://").partition("/")
        found: dict[str, Any] = json.loads(self._client.get_object(Bucket=bucket, Key=key)["Body"].read())
        return found

    def baselines(self, use_case: str) -> frozenset[str]:
        """Return the folders of baselines that are laid for Model Monitor: `<version>/<monitor>`."""
        prefix = f"{use_case}/{_BASELINES}/"
        pages = self._client.get_paginator("list_objects_v2").paginate(Bucket=self._processed, Prefix=prefix)
        keys = (item["Key"].removeprefix(prefix) for page in pages for item in page.get("Contents", []))
        return frozenset(key.rpartition("/")[0] for key in keys if key.endswith(_LAST))

    def lay(self, use_case: str, folder: str, documents: Mapping[str, Any]) -> None:
        """Write the files of a baseline; where the last one is, the others are."""
        for name in sorted(documents, key=lambda name: name == _LAST):
            key = f"{use_case}/{_BASELINES}/{folder}/{name}"
            self._client.put_object(Bucket=self._processed, Key=key, Body=json.dumps(documents[name]).encode())

    def _folder(self, run: Run) -> str:
        return f"{run.use_case}/monitoring/{run.name}"

    def _hours(self, run: Run, prefix: str, below: str, end: datetime) -> Listed:
        keys = of_hours(self._client, self._capture, f"{prefix}{below}", run.start, end)
        names = [key.removeprefix(prefix) for key in keys]
        return self.listed(f"s3://{self._capture}/{prefix}".rstrip("/"), names) if names else self.nothing(run)
