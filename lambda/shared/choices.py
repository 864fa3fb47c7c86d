"""Choose objects that most need a label, and learn how that ended: the interface of labelling (docs/labelling.md).

A request is a file in the bucket of labels, `<use case>/chosen/<name>.jsonl`, and its answer another one beside it,
`<name>.json`. Both are written once, so that whoever asks again under the same name asks the same.
"""

import json
from collections.abc import Iterable
from typing import TYPE_CHECKING, Literal

from botocore.exceptions import ClientError
from pydantic import BaseModel, ConfigDict, Field, ValidationError

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

FOLDER = "chosen"  # below the use case's own, in the bucket of labels
REQUEST, ANSWER = ".jsonl", ".json"
# `nothing`: no job began, `detail` says why; of the others the labels that there are stay.
Ended = Literal["labelled", "stopped", "failed", "nothing"]


class ChoiceError(ValueError):
    """A request that cannot be read; the text says which line, and why."""


class Chosen(BaseModel):
    """One object: its name below `to-label/<use case>/`; score and reason are for people."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    object: str = Field(min_length=1, max_length=1024)
    score: float | None = None
    reason: str = Field(default="", max_length=500)


class Answered(BaseModel):
    """How a request ended; `run` is empty if no job began."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    result: Ended
    detail: str
    run: str = ""


def request_key(use_case: str, name: str) -> str:
    """Return where a request lies."""
    return f"{use_case}/{FOLDER}/{name}{REQUEST}"


def answer_key(use_case: str, name: str) -> str:
    """Return where its answer will lie."""
    return f"{use_case}/{FOLDER}/{name}{ANSWER}"


def write(chosen: Iterable[Chosen]) -> str:
    """Return the content of a request; the first is most wanted."""
    return "".join(one.model_dump_json(exclude_defaults=True) + "\n" for one in chosen)


def read(text: str) -> list[Chosen]:
    """Return what a request chooses, each object once; ChoiceError if it is none."""
    found: dict[str, Chosen] = {}
    for number, row in enumerate(text.split("\n"), 1):
        if not row.strip():
            continue
        try:
            one = Chosen.model_validate_json(row)
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(map(str, first["loc"])) or "it"
            raise ChoiceError(f"line {number}: {where}: {first['msg']}") from error
        found.setdefault(one.object, one)
    if not found:
        raise ChoiceError("it chooses no object")
    return list(found.values())


def ask(client: "S3Client", bucket: str, use_case: str, name: str, chosen: Iterable[Chosen]) -> bool:
    """Ask for labels of objects; False if the name was used before, whose request stays as it is."""
    try:
        client.put_object(Bucket=bucket, Key=request_key(use_case, name), Body=write(chosen).encode(), IfNoneMatch="*")
    except ClientError as error:
        if error.response["Error"]["Code"] != "PreconditionFailed":
            raise
        return False
    return True


def answered(client: "S3Client", bucket: str, use_case: str, name: str) -> Answered | None:
    """Return how a request ended, None while it has not.

    It is listed before it is read: of nothing S3 says AccessDenied where listing is allowed under a condition.
    """
    key = answer_key(use_case, name)
    listed = client.list_objects_v2(Bucket=bucket, Prefix=key).get("Contents", [])
    if all(item["Key"] != key for item in listed):
        return None
    return Answered.model_validate(json.loads(client.get_object(Bucket=bucket, Key=key)["Body"].read()))
