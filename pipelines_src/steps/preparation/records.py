"""Records: one flat row each, typed as docs/use-cases.md says, with label, record_id and why a row is left out."""

from collections.abc import Mapping, Sequence
from types import ModuleType
from typing import Any

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.types as ir

from ..engines.functions import has_number
from ..errors import StepError
from ..use_case import Column, UseCase
from .labels import CATEGORY, LABELLED, Labels, joined

# The columns beside the fields of the record, by names that no field can bear.
LABEL, RECORD_ID, EXCLUDED, SPLIT = "@label", "@record_id", "@excluded", "@split"
FEATURE = "feature:"  # prefix: a feature may bear the name of a field

_FITS: dict[str, Any] = {
    "number": lambda kind: kind.is_numeric() or kind.is_boolean(),
    "text": lambda kind: True,
    "time": lambda kind: kind.is_temporal() or kind.is_string(),
}
TYPES: dict[str, Any] = {"number": dt.float64, "text": dt.string, "time": dt.Timestamp(scale=6)}


def record_table(use_case: UseCase) -> ir.Table:
    """Return the table that `features` of a use case is written for: the fields of a record, and no rows."""
    return ibis.table({field.name: TYPES[field.type] for field in use_case.record}, name="record")


def records(
    use_case: UseCase, module: ModuleType | None, tables: Mapping[str, ir.Table], labelled: Labels | None = None
) -> ir.Table:
    """Return typed records: the fields, `@label` (a number, or missing), `@record_id` and `@excluded`, text.

    Args:
        use_case: whose.
        module: its transformations.
        tables: raw ones by name.
        labelled: the labelled set, where labels are read of it; records then have `@from_labels`.

    Raises:
        StepError: the use case's own `records` does not give what use_case.yaml names.
    """
    given = _given(use_case, module, tables)
    own = [use_case.label] if use_case.label and use_case.data["label_from"] != "labelled_set" else []
    wanted = [field.name for field in use_case.record] + own
    missing = [name for name in wanted if name not in given.columns]
    if missing:
        raise StepError(
            f"records() of the use case does not give {', '.join(missing)}, which use_case.yaml names; it gives "
            f"{', '.join(given.columns)}. Correct one of them."
        )
    if labelled is not None:
        given = joined(given, labelled)
    columns = {field.name: _typed(given[field.name], field) for field in use_case.record}
    said = ([given[CATEGORY]] if labelled is not None else []) + [given[name] for name in own]
    label = _label(use_case, said)
    given_reason = given["excluded"].cast("string") if "excluded" in given.columns else ibis.null("string")
    beside = {
        LABEL: label,
        RECORD_ID: given["record_id"].cast("string"),
        EXCLUDED: ibis.coalesce(given_reason, _without_outcome(use_case, given, said, label)),
        **({} if labelled is None else {LABELLED: given[CATEGORY].notnull()}),
    }
    return given.select(**columns, **beside)


def _given(use_case: UseCase, module: ModuleType | None, tables: Mapping[str, ir.Table]) -> ir.Table:
    if module is not None and hasattr(module, "records"):
        given: ir.Table = module.records(tables)
    elif len(tables) == 1:
        [given] = tables.values()
    else:
        raise StepError(
            f"the use case has {len(tables)} raw tables but no records() that joins them; write it in "
            "transformations.py, or name one table in data.raw."
        )
    if "record_id" in given.columns:
        return given
    if use_case.data["id"] is not None:
        return given.mutate(record_id=given[use_case.data["id"]])
    raise StepError(
        "records() of the use case gives no record_id, unique text by which an outcome finds its prediction. Give it, "
        "or name a column in data.id."
    )


def _typed(value: Any, field: Column) -> Any:
    kind = value.type()
    if not _FITS[field.type](kind):
        raise StepError(
            f"the field {field.name} is {kind}, and data.record says {field.type}. Cast it in records(), or correct "
            "one of them."
        )
    if field.type == "number":
        return _finite(value)
    if field.type == "time" and value.type().is_timestamp() and value.type().timezone is not None:
        raise StepError(
            f"the field {field.name} has a time zone, {value.type().timezone}; allowed are local times without. "
            "Convert it in records()."
        )
    return value.cast(TYPES[field.type])


def _label(use_case: UseCase, said: Sequence[Any]) -> Any:
    """Return the label as the model sees it, of the first column that says one; missing where none is declared."""
    if not said:
        return ibis.null("float64")
    first, *others = said
    number = _number(use_case, first)
    return ibis.ifelse(first.notnull(), number, _label(use_case, others)) if others else number


def _number(use_case: UseCase, value: Any) -> Any:
    """Return a label's value as the model sees it: 1 or 0, the place among the classes, or the number itself."""
    if use_case.problem == "binary_classification":
        if use_case.data["negative"] is not None:
            return _place(value, [use_case.data["negative"], use_case.data["positive"]]).cast("int8")
        if value.type().is_numeric() and use_case.data["positive"] == 1:
            return value.cast("float64")  # the report refuses what is neither 1 nor 0
        return (value == _like(value, use_case.data["positive"])).cast("int8")
    if use_case.problem == "multiclass_classification":
        return _place(value, use_case.data["classes"]).cast("int16")
    return _finite(value)


def _place(value: Any, known: Sequence[Any]) -> Any:
    """Return the place of a label's value among those that are known; missing of any other."""
    return ibis.cases(*((value == _like(value, one), place) for place, one in enumerate(known)))


def _finite(value: Any) -> Any:
    """Return a number as float64, missing where it is infinite or not a number, which is the largest to engines."""
    number = value.cast("float64")
    # Integers have no such values; asking costs a pass over the column.
    return ibis.ifelse(has_number(number), number, None) if value.type().is_floating() else number


def _like(column: Any, value: Any) -> Any:
    """Return a value of the file as one of the column's type: 1 is "1" where the label is text."""
    return ibis.literal(str(value)) if column.type().is_string() else ibis.literal(value)


def _without_outcome(use_case: UseCase, given: ir.Table, said: Sequence[Any], label: Any) -> Any:
    reasons = []
    if said:
        reasons.append((ibis.and_(*(value.isnull() for value in said)), f"no {use_case.label}"))
        declared = "data.classes" if use_case.data["classes"] else "data.positive and data.negative"
        reasons.append((label.isnull(), f"{use_case.label} is none of {declared}"))
    if use_case.time is not None:
        reasons.append((given[use_case.time].isnull(), f"no {use_case.time}"))
    return ibis.cases(*reasons) if reasons else ibis.null("string")
