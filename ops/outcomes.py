"""`python -m ops outcomes`: bring what really happened to where experiments look for it."""

import hashlib
import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from ops.console import output
from ops.outcomes_file import Columns, Document, documents
from ops.target import Target

app = typer.Typer(no_args_is_help=True)
FOLDER = "ground-truth"  # below the use case's own, in the bucket of captures
_LINES = 100_000  # of one object


@app.callback()
def group() -> None:
    """Keep `put` a command of its own."""


@app.command()
def put(
    environment: str,
    use_case: str,
    file: Annotated[Path, typer.Argument(help="CSV, Parquet or JSON lines (.jsonl), a row for each request.")],
    request: Annotated[str, typer.Option(help="Column with the InferenceId of the request.")] = "inference_id",
    outcome: Annotated[
        str | None, typer.Option(help="Column with what happened; left out: the label's own name, or `outcome`.")
    ] = None,
    time: Annotated[
        str | None, typer.Option(help="Column with when it was known; left out: `event_time` if it is there, else now.")
    ] = None,
) -> None:
    """Say what became of requests that an endpoint answered: of several outcomes of one, the latest counts.

    The same file again changes nothing, unless another came in between. Where requests have several records, their
    outcomes are a list, or lines within one cell.
    """
    target = Target.of(environment, use_case)
    wanted = (outcome,) if outcome else (target.use_case.data.label or "", "outcome")
    found = list(documents(target.use_case, file, Columns(request, wanted, time)))
    for uri in upload(target, found, datetime.now(UTC)):
        output.print(uri, soft_wrap=True, highlight=False)
    output.print(f"{len(found)} outcomes")


def upload(target: Target, found: Sequence[Document], now: datetime) -> Iterator[str]:
    """Write documents below the hour, in objects that are named after what is in them; yield their S3 URIs.

    One that says no time is of `now`, which the name does not tell: the same file in the same hour is the same objects.
    """
    bucket, hour = target.bucket("capture"), f"{target.use_case.name}/{FOLDER}/{now:%Y/%m/%d/%H}"
    for start in range(0, len(found), _LINES):
        part = found[start : start + _LINES]
        key = f"{hour}/{hashlib.sha256(_lines(part)).hexdigest()[:32]}.jsonl"
        target.s3.put_object(Bucket=bucket, Key=key, Body=_lines([_of_time(one, now) for one in part]))
        yield f"s3://{bucket}/{key}"


def _of_time(document: Document, now: datetime) -> Document:
    return {**document, "eventMetadata": {"eventTime": now.isoformat(), **document["eventMetadata"]}}


def _lines(part: Sequence[Document]) -> bytes:
    return "".join(f"{json.dumps(document)}\n" for document in part).encode()
