"""Records that the newest preparation kept from training, to ask an endpoint about."""

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from config import UseCase
from ops.answers import Outcome
from ops.target import OperationError, Target

if TYPE_CHECKING:
    import pandas as pd

_SERVING, _TEST = "/serving/serving.parquet", "/test/test.parquet"
_FIELD = "field_"  # prefix of the record's fields in test.parquet


@dataclass(frozen=True)
class HeldOut:
    """Records that no model of a preparation was trained on.

    Attributes:
        rows: the fields of the record, `record_id`, and the label, if there is one, as the model sees it: 1 or 0, the
            class's place, a number.
        what: which they are, for people.
    """

    rows: "pd.DataFrame"
    what: str


def held_out(target: Target) -> HeldOut:
    """Return the records kept for serving; where the split keeps none, those of the test split.

    Raises:
        OperationError: nothing has been prepared yet.
    """
    newest = _newest(target)
    if newest is None:
        raise OperationError(f"{target.name} has prepared no records yet. Run `python -m ops pipeline start` first.")
    # Imported here: pandas takes half a second that the other commands need not wait for.
    import pandas as pd

    rows = pd.read_parquet(io.BytesIO(_object(target, newest)))
    if len(rows):
        return HeldOut(rows, "records kept for serving")
    test = _object(target, newest.removesuffix(_SERVING) + _TEST)
    return HeldOut(test_records(target.use_case, test), "records of the test split")


def test_records(use_case: UseCase, content: bytes) -> "pd.DataFrame":
    """Return the records of a preparation's test.parquet as `HeldOut.rows` has them."""
    import pandas as pd

    label = {"label": use_case.data.label} if use_case.data.label else {}
    names = {
        **{f"{_FIELD}{field.name}": field.name for field in use_case.data.record},
        "record_id": "record_id",
        **label,
    }
    return pd.read_parquet(io.BytesIO(content), columns=list(names)).rename(columns=names)


def happened(use_case: UseCase, label: Any) -> Outcome:
    """Return what a record's label says: whether the event came, the class, the number; None where nobody knows."""
    data, problem = use_case.data, use_case.problem
    if label is None or label != label:  # noqa: PLR0124 - nan is no equal of itself
        return None
    if problem == "binary_classification":
        return bool(label)
    return data.classes[int(label)] if problem == "multiclass_classification" else float(label)


def _newest(target: Target) -> str | None:
    """Return the key of the newest preparation's serving.parquet."""
    newest = None
    pages = target.s3.get_paginator("list_objects_v2").paginate(
        Bucket=target.bucket("processed"), Prefix=f"{target.use_case.name}/"
    )
    for page in pages:
        for item in page.get("Contents", []):
            if item["Key"].endswith(_SERVING) and (newest is None or item["LastModified"] > newest["LastModified"]):
                newest = item
    return newest["Key"] if newest else None


def _object(target: Target, key: str) -> bytes:
    return target.s3.get_object(Bucket=target.bucket("processed"), Key=key)["Body"].read()
