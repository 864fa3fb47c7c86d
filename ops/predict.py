"""`python -m ops predict`: ask an endpoint about records it has not seen, and show what really happened."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer
from rich.markup import escape
from rich.table import Table

from ops.answers import Answers, Prediction
from ops.console import errors, output, shown
from ops.held_out import happened, held_out
from ops.logs import end_of_endpoint
from ops.target import OperationError, Target
from shared.readiness import once_ready

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = 5
_PAUSES = (1.0,) * 120  # seconds between requests to a model that is not ready
Dates = Literal["day-first", "month-first"]


def command(
    environment: str,
    use_case: str,
    count: Annotated[int, typer.Option(min=1, max=10_000, help="How many records.")] = 10,
    seed: Annotated[int, typer.Option(help="Which records: the same seed, the same ones.")] = 0,
    data: Annotated[
        Path | None, typer.Option(help="A CSV or Parquet file: ask about its first records, in place of prepared ones.")
    ] = None,
    encoding: Annotated[str | None, typer.Option(help="Of a CSV file, such as cp1252.")] = None,
    dates: Annotated[Dates | None, typer.Option(help="Where 03/04 can be both.")] = None,
) -> None:
    """Ask the endpoint about records that no model was trained on, and show each answer beside what happened."""
    target = Target.of(environment, use_case)
    if data is None:
        records = held_out(target)
        output.print(table(target, predict(target, records.rows, count, seed), records.what))
        return
    # Reading files brings DuckDB, which the rest does not need.
    from ops.records_of_file import read

    found = read(target, data, count, encoding, dates)
    for note in found.notes:
        errors.print(escape(note), highlight=False, soft_wrap=True)
    answers = [ask(target, one.fields, one.happened, one.id) for one in found.records]
    output.print(table(target, answers, f"the first {len(answers)} records of {shown(data)}"))


def predict(target: Target, records: "pd.DataFrame", count: int, seed: int) -> list[Prediction]:
    """Send a random sample of records, one request each, ordered by time.

    Args:
        target: which endpoint.
        records: as of `held_out`.
        count: of the sample, or all where there are fewer.
        seed: of the sample.

    Raises:
        OperationError: there are no records, no endpoint, or its model fails.
    """
    if records.empty:
        raise OperationError(f"{target.name} has kept no records from training to ask about. Prepare more rows.")
    sample = records.sample(min(count, len(records)), random_state=seed).sort_values(
        target.use_case.data.time or "record_id"
    )
    answers = []
    for row in json.loads(sample.to_json(orient="records", date_format="iso")):
        label = row.pop(target.use_case.data.label or "", None)
        answers.append(ask(target, row, happened(target.use_case, label), str(row.pop("record_id"))))
    return answers


def ask(target: Target, record: dict[str, Any], outcome: Any, record_id: str | None) -> Prediction:
    """Send one record.

    Args:
        target: which endpoint.
        record: its fields, as JSON has them.
        outcome: what happened, which is not sent.
        record_id: by which the outcome finds the captured answer; None: the endpoint gives it a number.

    Raises:
        OperationError: there is no endpoint, or its model fails.
    """
    try:
        response = once_ready(
            lambda: target.runtime.invoke_endpoint(
                EndpointName=target.name,
                ContentType="application/json",
                Accept="application/json",
                Body=json.dumps(record),
                **({"InferenceId": record_id} if record_id is not None else {}),
            ),
            _PAUSES,
        )
    except target.runtime.exceptions.ModelError as error:
        raise OperationError(
            f"The model of {target.name} failed on record {record_id or record}: {error}{end_of_endpoint(target)}"
        ) from error
    except target.runtime.exceptions.ValidationError as error:
        if "not found" not in str(error):
            raise
        raise OperationError(
            f"{target.name} has no endpoint yet: it appears with the first approved model. "
            f"Run `python -m ops release status {target.environment.name} {target.use_case.name}`."
        ) from error
    [answer] = json.loads(response["Body"].read())["predictions"]
    return Prediction(record, answer, outcome, response.get("InvokedProductionVariant", ""))


def table(target: Target, predictions: list[Prediction], what: str = "") -> Table:
    """Return predictions as a table for people.

    Args:
        target: which endpoint.
        predictions: at least one.
        what: which records were asked about.
    """
    answers = Answers.of(target.use_case, predictions)
    written = Table(title=f"{target.name}: {answers.title}", title_justify="left", caption=what, caption_justify="left")
    for heading in answers.headings:
        written.add_column(heading.replace("_", " "), justify="right", no_wrap=True)
    columns = list(predictions[0].record)[:COLUMNS]
    for column in columns:
        written.add_column(column.replace("_", " "), overflow="fold")
    for one, cells in zip(predictions, answers.rows, strict=True):
        values = [one.shown(column) for column in columns]
        written.add_row(*(escape(text) for text in [*(cell.text for cell in cells), *values]))
    return written
