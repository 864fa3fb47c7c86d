"""What each column holds: numbers, times or text, and in which form; all of its rows decide, in two passes."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from ops.new_use_case import evidence, forms, infinite, long_numbers, misfits, times_of_no_date
from ops.new_use_case.column import Column, Kind
from ops.new_use_case.evidence import Found
from ops.new_use_case.request import Dates
from ops.new_use_case.staging import Source, SourceColumn
from ops.new_use_case.workspace import Workspace, name

_NUMBERS = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT", "HUGEINT",
            "UHUGEINT", "FLOAT", "DOUBLE")  # fmt: skip


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
    texts = [column for column in source.columns if column.type == "VARCHAR"]
    counted = evidence.of_numbers(workspace, [column.name for column in texts])
    others = {column: found for column, found in counted.items() if not evidence.all_numbers(found)}
    counted |= evidence.of_times(workspace, others)
    comma = _DecimalComma.of(source, counted.values())
    decided = {
        column.name: _of_text(workspace, column, counted[column.name], comma, dates, wanted.get(column.name))
        for column in texts
    }
    decided |= long_numbers.as_text(workspace, [one for one in source.columns if wanted.get(one.name) != "number"])
    times = [one.name for one in source.columns if one.type == "DATE" or one.type.startswith("TIMESTAMP")]
    far = times_of_no_date.odd_values(workspace, times)
    decided |= {
        column.name: Column(column.name, column.original, "text", f"{name(column.name)}::VARCHAR", odd=far[column.name])
        for column in source.columns
        if column.name in far
    }
    columns = [decided.get(column.name) or _of_type(column, wanted.get(column.name)) for column in source.columns]
    return infinite.told(workspace, source, columns, counted)


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
        finite = f"CASE WHEN abs({value}::DOUBLE) <= {forms.LARGEST} THEN {number} END"
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
    why = "has no value in any row" if kind == '"NULL"' else f"is {column.type}, which no feature is made of"
    return Column(column.name, column.original, "unusable", value, why=why)


def _of_text(
    workspace: Workspace,
    column: SourceColumn,
    found: Found,
    comma: "_DecimalComma",
    dates: Dates | None,
    wanted: Kind | None,
) -> Column:
    if wanted == "text":
        return _as_text(column)
    if evidence.all_numbers(found):
        if not found["code"] or wanted == "number":
            return _number(column, found, comma)
        note = "has digits that are no numbers (zeros in front, or more than 15): they stay text"
        return _as_text(column, note=note)
    if found["present"] and max(found["day"], found["month"]) == found["present"]:
        return _time(workspace, column, found, dates)
    return _of_words(workspace, column, found)


def _of_words(workspace: Workspace, column: SourceColumn, found: Found) -> Column:
    """Return a column of text, and what keeps it from being numbers or times, if nearly all of it is."""
    if found["present"] and found["unit"] == found["present"]:
        unit = f"its values are numbers with a unit, such as {misfits.example(workspace, column.name)}; write them "
        unit += "without, to have them as numbers"
        return _as_text(column, odd=unit) if misfits.many_different(found) else _as_text(column, note=unit)
    if (odd := misfits.odd_values(workspace, column.name, found)) is not None:
        return _as_text(column, odd=odd)
    note = misfits.mixture(workspace, column.name, found)
    if note is None and found["beside"]:
        note = misfits.beside(workspace, column.name)
    return _as_text(column, note=note)


class _DecimalComma(NamedTuple):
    """Whether the comma is a file's decimal point, and what says so."""

    there: bool
    because: str

    @classmethod
    def of(cls, source: Source, counted: Iterable[Found]) -> "_DecimalComma":
        """Return what the columns say that can be read in one way only; if none can, what the separator says."""
        marks = {evidence.decimal_mark(found) for found in counted}
        if marks & {",", "."}:
            return cls("," in marks, "other columns")
        return cls(source.separator == ";", "that semicolons separate the columns")


def _number(column: SourceColumn, found: Found, comma: _DecimalComma) -> Column:
    """Return a column of numbers."""
    fitting = [form for form in forms.NUMBER_FORMS if found[form] == found["present"]]
    chosen = "decimal comma" if comma.there and "decimal comma" in fitting else fitting[0]
    note, whole = forms.NUMBER_FORMS[chosen].note, found["whole"] == found["present"]
    if whole:
        note = None
    elif "decimal comma" in fitting and {"plain", "comma groups"} & set(fitting) and note is not None:
        note += f" (its values could be read otherwise; {comma.because} decided: check this)"
    number = f"try_cast({forms.NUMBER_FORMS[chosen].number.format(name(column.name))} AS DOUBLE)"
    known = whole and not found["code"]
    value = number if known else f"CASE WHEN abs({number}) <= {forms.LARGEST} THEN {number} END"
    return Column(column.name, column.original, "number", value, note, whole=known or None)


def _time(workspace: Workspace, column: SourceColumn, found: Found, dates: Dates | None) -> Column:
    day, month = found["day"] == found["present"], found["month"] == found["present"]
    notes = []
    if day and month and found["either"] < found["present"]:
        day = dates != "month-first"
        notes = [] if dates else ["its dates can be read both ways; 03/04 was read as 3 April (--dates month-first)"]
    elif found["either"] < found["present"]:
        notes = [f"its dates have the {'day' if day else 'month'} first"]
    if found["year_first"] and found["year_last"]:
        notes.append(f"its dates are written in several forms, all read: {misfits.both_orders(workspace, column.name)}")
    if found["zoned"]:
        notes.append("its times have a zone; they were made UTC")
    value = forms.time_of(name(column.name), day)
    return Column(column.name, column.original, "time", value, "; ".join(notes) or None)


def _as_text(column: SourceColumn, odd: str | None = None, note: str | None = None) -> Column:
    return Column(column.name, column.original, "text", name(column.name), note, odd)
