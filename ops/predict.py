"""`python -m ops predict`: ask an endpoint about records it has not seen, and show what really happened."""

import io
import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table

from ops.console import output
from ops.logs import end_of_endpoint
from ops.target import OperationError, Target

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = 5
TIME = re.compile(r"(\d{4}-\d{2}-\d{2})T(\d{2}:\d{2})(:\d{2})?(\.\d+)?$")


@dataclass(frozen=True)
class Prediction:
    """One answer of the endpoint beside what happened.

    Attributes:
        record: the raw record that was sent.
        probability: the answer, 0 to 1.
        happened: the record's true label, 0 or 1.
        variant: the variant that answered.
    """

    record: dict[str, Any]
    probability: float
    happened: int
    variant: str

    def shown(self, column: str) -> str:
        """Return a field of the record for a table: numbers without empty decimals, times to the minute."""
        value = self.record[column]
        if isinstance(value, float):
            return f"{value:g}"
        return TIME.sub(r"\1 \2", str(value))


def command(
    environment: str,
    use_case: str,
    count: Annotated[int, typer.Option(min=1, max=10_000, help="How many records.")] = 10,
    seed: Annotated[int, typer.Option(help="Which records: the same seed, the same ones.")] = 0,
) -> None:
    """Ask the endpoint about records kept for serving, and show each answer beside what happened."""
    target = Target.of(environment, use_case)
    answers = predict(target, serving_records(target), count, seed)
    output.print(table(target, answers))


def serving_records(target: Target) -> "pd.DataFrame":
    """Return the records that the newest preparation kept for serving: raw columns, the label, `record_id`.

    Raises:
        OperationError: there are none yet.
    """
    # Imported here: pandas takes half a second that the other commands need not wait for.
    import pandas as pd

    bucket, newest = target.bucket("processed"), None
    pages = target.s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=f"{target.use_case.name}/")
    for page in pages:
        for item in page.get("Contents", []):
            if item["Key"].endswith("/serving/serving.parquet") and (
                newest is None or item["LastModified"] > newest["LastModified"]
            ):
                newest = item
    if newest is None:
        raise OperationError(f"{target.name} has prepared no records yet. Run `python -m ops pipeline start` first.")
    body = target.s3.get_object(Bucket=bucket, Key=newest["Key"])["Body"].read()
    return pd.read_parquet(io.BytesIO(body))


def predict(target: Target, records: "pd.DataFrame", count: int, seed: int) -> list[Prediction]:
    """Send a random sample of records, one request each, ordered by time."""
    sample = records.sample(min(count, len(records)), random_state=seed).sort_values(
        target.use_case.data.time or "record_id"
    )
    return [_ask(target, row) for row in json.loads(sample.to_json(orient="records", date_format="iso"))]


def table(target: Target, answers: list[Prediction]) -> Table:
    """Return answers as a table for people."""
    shown = Table(title=f"{target.name}: {target.use_case.data.label}", title_justify="left")
    columns = list(answers[0].record)[:COLUMNS]
    shown.add_column("predicted", justify="right")
    shown.add_column("happened", justify="right")
    for column in columns:
        shown.add_column(column.replace("_", " "), overflow="fold")
    for answer in answers:
        values = [answer.shown(column) for column in columns]
        shown.add_row(f"{answer.probability:.0%}", "yes" if answer.happened else "no", *values)
    return shown


def _ask(target: Target, row: dict[str, Any]) -> Prediction:
    label, record_id = row.pop(target.use_case.data.label or "", None), str(row.pop("record_id"))
    try:
        response = target.runtime.invoke_endpoint(
            EndpointName=target.name,
            ContentType="application/json",
            Accept="application/json",
            InferenceId=record_id,
            Body=json.dumps(row),
        )
    except target.runtime.exceptions.ModelError as error:
        raise OperationError(
            f"The model of {target.name} failed on record {record_id}: {error}{end_of_endpoint(target)}"
        ) from error
    except target.runtime.exceptions.ValidationError as error:
        if "not found" not in str(error):
            raise
        raise OperationError(
            f"{target.name} has no endpoint yet: it appears with the first approved model. "
            f"Run `python -m ops release status {target.environment.name} {target.use_case.name}`."
        ) from error
    [answer] = json.loads(response["Body"].read())["predictions"]
    return Prediction(row, answer["probability"], int(label), response.get("InvokedProductionVariant", ""))
