"""What the command says of a use case that it wrote: use_case.yaml has all of it, this the first of each kind."""

from collections.abc import Iterator, Sequence

from ops.new_use_case.plan import Plan
from ops.new_use_case.wording import first

_SHOWN, _NAMES = 10, 5


def lines(plan: Plan) -> Iterator[str]:
    """Yield what a person should know: of the file, of columns that are used, of those that are not and why."""
    yield from plan.notes
    told = [(role.column.column.original, role.remark) for role in plan.used if role.remark]
    yield from _first(told, "", "remarks")
    left_out = [(role.column.column.original, role.why_not or "") for role in plan.left_out]
    left_out += [(column.original, column.why or "") for column in plan.unusable]
    yield from _first(left_out, "left out ", "columns left out")


def _first(said: Sequence[tuple[str, str]], beginning: str, what: str) -> Iterator[str]:
    """Yield a line for each thing that is said, with the columns of which it is."""
    columns: dict[str, list[str]] = {}
    for column, text in said:
        columns.setdefault(text, []).append(column)
    shown = dict(list(columns.items())[:_SHOWN])
    for text, names in shown.items():
        yield f"{beginning}{first(names, _NAMES)}: {text}"
    if rest := len(said) - sum(map(len, shown.values())):
        yield f"and {rest} more {what}: use_case.yaml has each beside its column"
