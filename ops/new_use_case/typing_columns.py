"""What each column holds: numbers, times or text, and in which form; all of its rows decide, in two passes."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from ops.new_use_case import evidence, forms, times_of_no_date
from ops.new_use_case.evidence import Found
from ops.new_use_case.request import Dates
from ops.new_use_case.staging import Source, SourceColumn
from ops.new_use_case.workspace import Workspace, name
from pipelines_src.steps import csv_text

LARGEST = 3.4028234663852886e38  # of float32, which is what a model sees; what is larger is missing
Kind = Literal["number", "text", "time", "unusable"]
_NUMBERS = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT", "HUGEINT",
            "UHUGEINT", "FLOAT", "DOUBLE")  # fmt: skip


@dataclass(frozen=True)
class Column:
    """A column and how its values are made of the file's.

    Attributes:
        name, original: as in SourceColumn.
        kind: number, text, time, or unusable.
        value: SQL of the typed value over the view `source`; missing where the file says nothing.
        note: what a person should know of how it was read.
        odd: values that do not fit the others, with their rows: the column is text for their sake.
        why: of an unusable one.
    """

    name: str
    original: str
    kind: Kind
    value: str
    note: str | None = None
    odd: str | None = None
    why: str | None = None


def typed(
    workspace: Workspace, source: Source, dates: Dates | None, wanted: Mapping[str, Kind] | None = None
) -> list[Column]:
    """Return the columns of the view `source`, typed.

    Args:
        workspace: with the view.
        source: what it holds.
        dates: how 03/04 is read.
        wanted: what columns shall be, where their values allow it.
    """
    wanted = wanted or {}
    texts = [column for column in source.columns if column.type == "VARCHAR" or column.type.startswith("ENUM")]
    counted = evidence.of_numbers(workspace, [column.name for column in texts])
    others = [column for column, found in counted.items() if not evidence.all_numbers(found)]
    for column, found in evidence.of_times(workspace, others).items():
        counted[column] |= found
    comma = source.separator == ";" or any(map(evidence.only_decimal_commas, counted.values()))
    decided = {
        column.name: _of_text(workspace, column, counted[column.name], comma, dates, wanted.get(column.name))
        for column in texts
    }
    times = [one.name for one in source.columns if one.type == "DATE" or one.type.startswith("TIMESTAMP")]
    far = times_of_no_date.odd_values(workspace, times)
    decided |= {
        column.name: Column(column.name, column.original, "text", f"{name(column.name)}::VARCHAR", odd=far[column.name])
        for column in source.columns
        if column.name in far
    }
    return [decided.get(column.name) or _of_type(column, wanted.get(column.name)) for column in source.columns]


def _of_type(column: SourceColumn, wanted: Kind | None) -> Column:
    """Return a column that has a type already, in Parquet."""
    value, kind = name(column.name), column.type.partition("(")[0]
    if wanted == "text" and (kind in _NUMBERS or kind == "DECIMAL"):
        whole = f"{value} = floor({value}) AND abs({value}) < 2**53"
        text = f"CASE WHEN {whole} THEN {value}::BIGINT::VARCHAR ELSE {value}::VARCHAR END"
        return Column(column.name, column.original, "text", text)
    if kind in _NUMBERS or kind == "DECIMAL":
        number = (
            f"{value}::DOUBLE" if kind in ("FLOAT", "DOUBLE", "DECIMAL", "HUGEINT", "UHUGEINT", "UBIGINT") else value
        )
        finite = f"CASE WHEN abs({value}::DOUBLE) <= {LARGEST} THEN {number} END"
        return Column(column.name, column.original, "number", finite)
    if kind == "BOOLEAN":
        as_number = wanted == "number"
        cast = f"{value}::{'INTEGER' if as_number else 'VARCHAR'}"
        return Column(column.name, column.original, "number" if as_number else "text", cast)
    if kind == "TIMESTAMP WITH TIME ZONE":
        note = "its times have a zone; they were made UTC"
        return Column(column.name, column.original, "time", f"{value} AT TIME ZONE 'UTC'", note)
    if kind == "DATE" or kind.startswith("TIMESTAMP"):
        return Column(column.name, column.original, "time", f"{value}::TIMESTAMP")
    return Column(column.name, column.original, "unusable", value, why=f"is {column.type}, which no feature is made of")


def _of_text(
    workspace: Workspace, column: SourceColumn, found: Found, comma: bool, dates: Dates | None, wanted: Kind | None
) -> Column:
    text = forms.trimmed(f"{name(column.name)}::VARCHAR")
    if wanted == "text":
        return _as_text(column, text)
    if evidence.all_numbers(found):
        if not found["code"] or wanted == "number":
            return _number(column, text, found, comma)
        note = "has digits that are no numbers (zeros in front, or more than 15): they stay text"
        return _as_text(column, text, note=note)
    if found["present"] and max(found["day"], found["month"]) == found["present"]:
        return _time(column, text, found, dates)
    odd = evidence.odd_values(workspace, column.name, found)
    note = "its values are numbers with a unit; write them without, to have them as numbers"
    return _as_text(column, text, odd, note if found["present"] and found["unit"] == found["present"] else None)


def _number(column: SourceColumn, text: str, found: Found, comma: bool) -> Column:
    """Return a column of numbers; `comma`: whether the rest of the file has decimal commas."""
    fitting = [form for form in forms.NUMBER_FORMS if found[form] == found["present"]]
    chosen = "decimal comma" if comma and "decimal comma" in fitting else fitting[0]
    note = forms.NUMBER_FORMS[chosen].note
    if found["whole"] == found["present"]:
        note = None
    elif "decimal comma" in fitting and len(fitting) > 1 and note is not None:
        note += " (its values could be read otherwise; the rest of the file decided: check this)"
    number = f"try_cast({forms.NUMBER_FORMS[chosen].number.format(text)} AS DOUBLE)"
    here = forms.present(text, csv_text.MISSING_BESIDE_VALUES)
    return Column(
        column.name,
        column.original,
        "number",
        f"CASE WHEN {here} AND abs({number}) <= {LARGEST} THEN {number} END",
        note,
    )


def _time(column: SourceColumn, text: str, found: Found, dates: Dates | None) -> Column:
    day, month = found["day"] == found["present"], found["month"] == found["present"]
    note = None
    if day and month and found["either"] < found["present"]:
        day = dates != "month-first"
        note = None if dates else "its dates can be read both ways; 03/04 was read as 3 April (--dates month-first)"
    elif found["either"] < found["present"]:
        note = f"its dates have the {'day' if day else 'month'} first"
    if found["zoned"]:
        note = "its times have a zone; they were made UTC"
    here = forms.present(text, csv_text.MISSING_BESIDE_VALUES)
    value = f"CASE WHEN {here} THEN {forms.time_of(text, day)} END"
    return Column(column.name, column.original, "time", value, note)


def _as_text(column: SourceColumn, text: str, odd: str | None = None, note: str | None = None) -> Column:
    value = f"CASE WHEN {forms.present(text, csv_text.MISSING)} THEN {text} END"
    return Column(column.name, column.original, "text", value, note, odd)
