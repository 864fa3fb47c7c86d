"""Whole numbers that float64 does not hold: codes such as ids, which would be equal to others when rounded."""

from collections.abc import Sequence

from ops.new_use_case.column import Column
from ops.new_use_case.staging import SourceColumn
from ops.new_use_case.workspace import Workspace, name

_LONG = ("BIGINT", "UBIGINT", "HUGEINT", "UHUGEINT")
_EXACT = 2**53  # from here on not every whole number is a float64
_NOTE = "has whole numbers of more than 15 digits, which a number would round: they stay text"


def as_text(workspace: Workspace, columns: Sequence[SourceColumn]) -> dict[str, Column]:
    """Return those of the columns of the view `source` that hold such numbers, as text."""
    asked = [column for column in columns if column.type in _LONG]
    wanted = {
        one.name: {"long": f"max({name(one.name)}) >= {_EXACT} OR min({name(one.name)}) <= -{_EXACT}"} for one in asked
    }
    found = workspace.figures("source", wanted)
    return {
        one.name: Column(one.name, one.original, "text", f"{name(one.name)}::VARCHAR", _NOTE)
        for one in asked
        if found[one.name]["long"]
    }
