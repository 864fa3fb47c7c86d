"""Features before anything is learnt of them: what `features` of the use case says, or the fields as declared."""

from collections.abc import Mapping
from types import ModuleType
from typing import Any

import ibis.expr.types as ir

from ..errors import StepError
from ..use_case import Document, UseCase

Values = Mapping[str, Any]  # feature -> Ibis expression over one record

_PARTS = {
    "year": lambda time: time.year(),
    "month": lambda time: time.month(),
    "day": lambda time: time.day(),
    "weekday": lambda time: time.day_of_week.index(),
    "hour": lambda time: time.hour(),
    "minute_of_day": lambda time: time.hour() * 60 + time.minute(),
}


def features(use_case: UseCase, module: ModuleType | None, record: ir.Table) -> Values:
    """Return each feature of use_case.yaml as an expression over the record table, number as float64, category as text.

    Raises:
        StepError: the use case's `features` does not give one of them, or gives one of another type.
    """
    given = module.features(record) if module is not None and hasattr(module, "features") else None
    return {
        feature["name"]: _typed(_declared(feature, record) if given is None else _given(feature, given), feature)
        for feature in use_case.data["features"]
    }


def _given(feature: Document, given: Values) -> Any:
    if feature["name"] not in given:
        raise StepError(
            f"features() of the use case does not give {feature['name']}, which data.features names; it gives "
            f"{', '.join(given)}. Correct one of them."
        )
    return given[feature["name"]]


def _declared(feature: Document, record: ir.Table) -> Any:
    source = feature["source"] or feature["name"]
    if source not in record.columns:
        raise StepError(
            f"the feature {feature['name']} is made of {source!r}, which is no field of the record; the fields are "
            f"{', '.join(record.columns)}. Name one in source, or write features() in transformations.py."
        )
    value = record[source]
    if feature["part"] is not None:
        if not value.type().is_timestamp():
            raise StepError(f"the feature {feature['name']} is a part of {source!r}, which is no time. Correct source.")
        return _PARTS[feature["part"]](value)
    return value


def _typed(value: Any, feature: Document) -> Any:
    kind = value.type()
    if feature["type"] == "category":
        if not kind.is_string():
            raise StepError(
                f"the feature {feature['name']} is {kind}; a category is text. Cast it, or make it a number."
            )
        return value
    if not (kind.is_numeric() or kind.is_boolean()):
        raise StepError(
            f"the feature {feature['name']} is {kind}; a number is wanted. Make it a category, or a number."
        )
    return value if kind.is_float64() else value.cast("float64")
