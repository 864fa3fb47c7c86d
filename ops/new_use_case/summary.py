"""What the command says of a use case that it wrote: use_case.yaml has all of it, this the first of each kind."""

from collections.abc import Iterator, Sequence

from ops.new_use_case.plan import Plan

_SHOWN = 10


def lines(plan: Plan) -> Iterator[str]:
    """Yield what a person should know: of the file, of columns that are used, of those that are not and why."""
    yield from plan.notes
    told = [f"{role.column.column.original}: {role.remark}" for role in plan.used if role.remark]
    yield from _first(told, "remarks")
    left_out = [(role.column.column.original, role.why_not) for role in plan.left_out]
    left_out += [(column.original, column.why) for column in plan.unusable]
    yield from _first([f"left out {name}: {why}" for name, why in left_out], "columns left out")


def _first(listed: Sequence[str], what: str) -> Iterator[str]:
    yield from listed[:_SHOWN]
    if len(listed) > _SHOWN:
        yield f"and {len(listed) - _SHOWN} more {what}: use_case.yaml has each beside its column"
