"""Records that were kept from the training of the models that an endpoint serves, to ask it about."""

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from config import UseCase
from ops.answers import Outcome
from ops.live import live_packages
from ops.target import Target

if TYPE_CHECKING:
    import pandas as pd

_FIELD = "field_"  # prefix of the record's fields in test.parquet


@dataclass(frozen=True)
class HeldOut:
    """Records that no model of the endpoint was trained on.

    Attributes:
        rows: the fields of the record, `record_id`, and the label, if there is one, as the model sees it: 1 or 0, the
            class's place, a number.
        what: which they are, for people.
    """

    rows: "pd.DataFrame"
    what: str


def held_out(target: Target) -> HeldOut:
    """Return the records kept for serving; where the split keeps none, those of the test split.

    They are those of the preparation that the served models came of; of several models the last one's, and while there
    is no endpoint those of the newest preparation.

    Raises:
        OperationError: nothing has been prepared yet.
    """
    # Imported here: pandas takes half a second that the other commands need not wait for.
    import pandas as pd

    from ops.fit import prepared
    from ops.fit.deployed import Deployed

    pipeline = Deployed.of(target)
    found = prepared.find(target, pipeline, _execution(target))
    rows = pd.read_parquet(io.BytesIO(_object(target, f"{found.uri(pipeline, 'serving')}/serving.parquet")))
    if len(rows):
        return HeldOut(rows, "records kept for serving")
    test = _object(target, f"{found.uri(pipeline, 'test')}/test.parquet")
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


def _execution(target: Target) -> str | None:
    """Return the execution that the models of the endpoint came of, the last one's of several."""
    described = [
        target.sagemaker.describe_model_package(ModelPackageName=package)
        for package in set(live_packages(target).values()) - {""}
    ]
    newest = max(described, key=lambda package: package["CreationTime"], default=None)
    return newest.get("CustomerMetadataProperties", {}).get("execution") if newest else None


def _object(target: Target, uri: str) -> bytes:
    bucket, _, key = uri.removeprefix("s3://").partition("/")
    return target.s3.get_object(Bucket=bucket, Key=key)["Body"].read()
