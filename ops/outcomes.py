"""`python -m ops outcomes`: bring what really happened to where experiments look for it."""

import hashlib
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from config import UseCase
from ops.console import output, shown
from ops.target import OperationError, Target
from pipelines_src.steps.outcomes.reading import UNREADABLE, GroundTruth
from pipelines_src.steps.outcomes.request import classes_of, positive_of

if TYPE_CHECKING:
    import pandas as pd

app = typer.Typer(no_args_is_help=True)
FOLDER = "ground-truth"  # below the use case's own, in the bucket of captures
_LINES = 100_000  # of one object
_READERS = {".csv": "read_csv", ".parquet": "read_parquet", ".jsonl": "read_json"}
_TEXT: dict[str, Any] = {"dtype": str, "keep_default_na": False}  # as it stands there: 1 is no 1.0, and NA no nothing


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
) -> None:
    """Say what became of requests that an endpoint answered: of several outcomes of one, the last counts.

    The same file again changes nothing.
    """
    target = Target.of(environment, use_case)
    wanted = [outcome] if outcome else [target.use_case.data.label or "", "outcome"]
    lines = list(ground_truth(target.use_case, file, request, wanted))
    for uri in upload(target, lines, datetime.now(UTC)):
        output.print(uri, soft_wrap=True, highlight=False)
    output.print(f"{len(lines)} outcomes")


def ground_truth(use_case: UseCase, path: Path, request: str, outcomes: list[str]) -> Iterator[str]:
    """Yield the lines of a file's rows, in SageMaker's format of ground truth.

    Raises:
        OperationError: the file cannot be read, lacks a column, or has a row that is no outcome of the use case.
    """
    table = _read(path)
    outcome = next((name for name in outcomes if name in table.columns), None)
    if request not in table.columns or outcome is None:
        lacking = repr(request) if request not in table.columns else " or ".join(map(repr, outcomes))
        raise OperationError(
            f"{shown(path)}: has no column {lacking}; it has {', '.join(map(str, table.columns))}. Name the columns "
            "with --request and --outcome."
        )
    read = GroundTruth(classes_of(use_case.model_dump()), positive_of(use_case.model_dump()))
    for number, (name, text) in enumerate(zip(table[request], table[outcome], strict=True), start=1):
        line = json.dumps(
            {
                "groundTruthData": {"data": _said(text), "encoding": "CSV"},
                "eventMetadata": {"eventId": str(name)},
                "eventVersion": "0",
            }
        )
        if name is None or not str(name).strip() or any(row[0] == UNREADABLE for row in read("y/m/d/h/f", line)):
            raise OperationError(
                f"{shown(path)}, row {number}: found {request} {name!r} and {outcome} {text!r}; allowed are an id and "
                f"{_allowed(use_case)}. Nothing was sent. Correct the row, or leave it out."
            )
        yield line


def upload(target: Target, lines: list[str], now: datetime) -> Iterator[str]:
    """Write lines below the hour, in objects that are named after what is in them; yield their S3 URIs."""
    bucket, hour = target.bucket("capture"), f"{target.use_case.name}/{FOLDER}/{now:%Y/%m/%d/%H}"
    for start in range(0, len(lines), _LINES):
        content = "".join(f"{line}\n" for line in lines[start : start + _LINES]).encode()
        key = f"{hour}/{hashlib.sha256(content).hexdigest()[:32]}.jsonl"
        target.s3.put_object(Bucket=bucket, Key=key, Body=content)
        yield f"s3://{bucket}/{key}"


def _read(path: Path) -> "pd.DataFrame":
    import pandas as pd  # half a second that other commands need not wait for

    reader = _READERS.get(path.suffix.lower())
    if reader is None:
        raise OperationError(f"{shown(path)}: is not .csv, .parquet or .jsonl. Save it as one of them.")
    options = {"read_csv": _TEXT, "read_json": {"lines": True, "dtype": False}}.get(reader, {})
    try:
        table: pd.DataFrame = getattr(pd, reader)(path, **options)
    except (OSError, ValueError) as error:  # pyarrow's errors are one of them
        raise OperationError(f"{shown(path)}: cannot be read: {error}. Check the file.") from error
    return table


def _said(value: Any) -> str:
    if value is None or value != value:  # noqa: PLR0124 - nan is no equal of itself
        return ""
    if isinstance(value, float) and value.is_integer():  # a whole number beside missing ones
        return str(int(value))
    return str(value)


def _allowed(use_case: UseCase) -> str:
    if use_case.problem == "multiclass_classification":
        return f"one of {', '.join(map(str, use_case.data.classes))}"
    if use_case.problem == "regression":
        return "a number"
    return f"1 or 0, or {use_case.data.positive} for the event"
