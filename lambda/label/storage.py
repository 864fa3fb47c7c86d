"""Objects to label, labels, and the folders of runs, in S3.

In the raw bucket `to-label/<use case>/`, in the bucket of labels `<use case>/labelling/<run>/`, `<use case>/labelled/`
and `<use case>/imports/` (docs/labelling.md); `<use case>/chosen/` is that of shared/choices.py.
"""

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from label.state import Choice, Object, Run
from shared.choices import ANSWER, FOLDER, REQUEST, Answered, answer_key, read, request_key

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

INCOMING = "to-label"  # in the raw bucket: no use case can have this name, so that nothing of it is ever training data
SUFFIXES = {"image": (".jpg", ".jpeg", ".png"), "text": (".txt",)}
_REQUESTS = "annotations/consolidated-annotation/consolidation-request/"


class Storage:
    """The two buckets of one environment."""

    def __init__(self, client: "S3Client", raw: str, labelled: str) -> None:
        self._client = client
        self._raw, self._labelled = raw, labelled

    def objects(self, use_case: str, kind: str) -> tuple[Object, ...]:
        """Return the objects of a kind that lie in a use case's prefix now; other files are none."""
        prefix = f"{INCOMING}/{use_case}/"
        return tuple(
            Object(item["Key"].removeprefix(prefix), item["VersionId"], item["Size"])
            for item in self._latest(self._raw, prefix)
            if item["Key"].lower().endswith(SUFFIXES[kind])
        )

    def object_uri(self, use_case: str, name: str = "") -> str:
        """Return the S3 URI of an object, or of the prefix."""
        return f"s3://{self._raw}/{INCOMING}/{use_case}/{name}"

    def text(self, use_case: str, name: str, version: str) -> bytes:
        """Return the content of a version of an object."""
        key = f"{INCOMING}/{use_case}/{name}"
        return bytes(self._client.get_object(Bucket=self._raw, Key=key, VersionId=version)["Body"].read())

    def folder_uri(self, run: Run, below: str = "") -> str:
        """Return the S3 URI of a run's folder, or of something in it."""
        return f"s3://{self._labelled}/{folder(run)}/{below}"

    def write(self, run: Run, name: str, text: str, *, once: bool = False) -> None:
        """Write a document of a run; `once`: what is there already stays."""
        self.write_key(f"{folder(run)}/{name}", text, once=once)

    def write_key(self, key: str, text: str, *, once: bool = False) -> None:
        """Write an object of the bucket of labels."""
        condition: Any = {"IfNoneMatch": "*"} if once else {}
        try:
            self._client.put_object(Bucket=self._labelled, Key=key, Body=text.encode(), **condition)
        except ClientError as error:
            if error.response["Error"]["Code"] != "PreconditionFailed":
                raise

    def read(self, run: Run, name: str) -> str | None:
        """Return a document of a run, None if there is none."""
        return self.read_key(f"{folder(run)}/{name}")

    def read_key(self, key: str) -> str | None:
        """Return an object of the bucket of labels, None if there is none.

        The listing says whether there is: S3 answers a GetObject of nothing with AccessDenied where ListBucket is
        allowed under a condition.
        """
        if all(item["Key"] != key for item in self._latest(self._labelled, key)):
            return None
        return bytes(self._client.get_object(Bucket=self._labelled, Key=key)["Body"].read()).decode()

    def read_uri(self, uri: str) -> str | None:
        """Return an object of the bucket of labels by its S3 URI, None if there is none."""
        return self.read_key(uri.removeprefix(f"s3://{self._labelled}/"))

    def requests(self, run: Run, job: str) -> Iterator[dict[str, Any]]:
        """Give the entries of a job's consolidation requests, oldest first: single workers' answers."""
        below = f"{folder(run)}/output/{job}/{_REQUESTS}"
        for key in sorted(item["Key"] for item in self._latest(self._labelled, below) if item["Key"].endswith(".json")):
            yield from json.loads(self._client.get_object(Bucket=self._labelled, Key=key)["Body"].read())

    def choices(self, use_case: str) -> tuple[Choice, ...]:
        """Return the requests for certain objects that have no answer yet, oldest first."""
        prefix = f"{use_case}/{FOLDER}/"
        found = {
            item["Key"].removeprefix(prefix): item["LastModified"] for item in self._latest(self._labelled, prefix)
        }
        asked = {name.removesuffix(REQUEST): at for name, at in found.items() if name.endswith(REQUEST)}
        waiting = [name for name in asked if f"{name}{ANSWER}" not in found]
        return tuple(self._choice(use_case, name) for name in sorted(waiting, key=lambda name: (asked[name], name)))

    def _choice(self, use_case: str, name: str) -> Choice:
        key = request_key(use_case, name)
        body = self._client.get_object(Bucket=self._labelled, Key=key)["Body"].read()
        try:
            return Choice(name, tuple(one.object for one in read(body.decode())))
        except ValueError as error:  # of characters as well
            return Choice(name, problem=f"{key}: {error}")

    def answer(self, use_case: str, name: str, answered: Answered) -> None:
        """Write how a request ended, unless that was written before."""
        self.write_key(answer_key(use_case, name), answered.model_dump_json(), once=True)

    def _latest(self, bucket: str, prefix: str) -> Iterator[Any]:
        pages = self._client.get_paginator("list_object_versions").paginate(Bucket=bucket, Prefix=prefix)
        return (item for page in pages for item in page.get("Versions", []) if item["IsLatest"])


def folder(run: Run) -> str:
    """Return where a run's documents lie in the bucket of labels."""
    return f"{run.use_case}/labelling/{run.name}"


def labelled_key(run: Run) -> str:
    """Return where the labels of a run lie: a manifest of those that are kept, beside those of other runs."""
    return f"{run.use_case}/labelled/{run.name}.manifest"


def import_key(use_case: str, digest: str) -> str:
    """Return where labels of elsewhere lie, as they came."""
    return f"{use_case}/imports/{digest}.manifest"
