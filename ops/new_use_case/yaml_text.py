"""Pieces of use_case.yaml: entries on one line each, with comments, runs of numbered names put together."""

import re
import textwrap
from collections.abc import Sequence
from typing import Any

import yaml

from ops.new_use_case.plan import Plan
from ops.new_use_case.roles import Role

_WIDTH = 110
_NUMBERED = re.compile(r"(.*?[A-Za-z_])(0|[1-9]\d{0,3})")

Entry = tuple[dict[str, Any], str]  # what stands in the list, and the comment behind it


def flow(value: Any) -> str:
    """Return a value on one line of YAML.

    >>> flow({"name": "a", "levels": ["yes", "1", "b"]})
    "{name: a, levels: ['yes', '1', b]}"
    """
    text = yaml.safe_dump(value, default_flow_style=True, sort_keys=False, allow_unicode=True, width=10**9)
    return text.strip().removesuffix("\n...").strip()


def plain(text: str) -> str:
    """Return a text on one line, without what YAML does not take in a comment.

    >>> plain("a\\n b\\x07c")
    'a b c'
    """
    return " ".join("".join(one if one.isprintable() else " " for one in text).split())


def comment(text: str, indent: int = 0) -> str:
    """Return a text as lines of a comment; what a file says cannot leave it."""
    return textwrap.indent("\n".join(textwrap.wrap(plain(text), _WIDTH, break_long_words=False)), " " * indent + "# ")


def listed(names: Sequence[str], indent: int) -> str:
    """Return a list of names in brackets, on as many lines as it takes."""
    items = [entry["name"] for entry, _ in together([({"name": name}, "") for name in names])]
    lines = textwrap.wrap(
        ", ".join(flow([item])[1:-1] for item in items), _WIDTH - indent, break_long_words=False, break_on_hyphens=False
    )
    return "[" + ("\n" + " " * (indent + 1)).join(lines) + "]"


def together(entries: Sequence[Entry]) -> list[Entry]:
    """Put entries that differ in a running number only into one: pixel0, pixel1, pixel2 -> pixel[0-2].

    >>> together([({"name": "p0"}, ""), ({"name": "p1"}, ""), ({"name": "q"}, "")])
    [({'name': 'p[0-1]'}, ''), ({'name': 'q'}, '')]
    """
    result: list[Entry] = []
    run: list[Entry] = []
    for entry in entries:
        if run and not _follows(run[-1], entry):
            result += _joined(run)
            run = []
        run.append(entry)
    return result + _joined(run)


def record(plan: Plan) -> list[str]:
    """Return the lines of data.record; fields that are left out are comments."""
    return _lines(plan.roles, [[_field(role, plan)] for role in plan.roles])


def features(plan: Plan) -> list[str]:
    """Return the lines of data.features; those that are left out are comments, with the reason."""
    used = _lines(plan.used, [[(feature, "") for feature in role.features] for role in plan.used])
    for role in plan.left_out:
        used.append(comment(f"{role.column.name}: {role.why_not}"))
        used += [f"# - {flow(feature)}" for feature in role.features]
    return used


def _field(role: Role, plan: Plan) -> Entry:
    field: dict[str, Any] = {"name": role.column.name, "type": role.type}
    if plan.time is not None and role.column.name == plan.time.name:
        field["required"] = True
    column = role.column.column
    known = [f"in the file: {column.original!r}"] if column.original != column.name else []
    remark = role.remark or column.note
    return field, "; ".join([*known, *([remark] if remark else [])])


def _lines(roles: Sequence[Role], entries: Sequence[Sequence[Entry]]) -> list[str]:
    lines: list[str] = []
    pending: list[Entry] = []
    for role, mine in zip(roles, entries, strict=True):
        if role.why_not is None:
            pending += mine
            continue
        lines += _written(pending) + [f"# {line}" for line in _written(mine)]
        pending = []
    return lines + _written(pending)


def _written(entries: Sequence[Entry]) -> list[str]:
    return [f"- {flow(entry)}" + (f"  # {plain(remark)}" if remark else "") for entry, remark in together(entries)]


def _follows(last: Entry, entry: Entry) -> bool:
    one, other = (_NUMBERED.fullmatch(item[0]["name"]) for item in (last, entry))
    same = {**last[0], "name": ""} == {**entry[0], "name": ""} and not last[1] and not entry[1]
    return bool(same and one and other and one[1] == other[1] and int(one[2]) + 1 == int(other[2]))


def _joined(run: Sequence[Entry]) -> list[Entry]:
    if len(run) < 2:  # noqa: PLR2004 - one is no run
        return list(run)
    first, last = (_NUMBERED.fullmatch(item[0]["name"]) for item in (run[0], run[-1]))
    assert first and last  # noqa: S101 - else they would not follow
    return [({**run[0][0], "name": f"{first[1]}[{first[2]}-{last[2]}]"}, "")]
