"""What every section of a use case file shares: names of columns, ranges of them, and the rules about names."""

import re
from collections.abc import Iterable
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, StringConstraints

from config.section import Section

__all__ = ["ColumnName", "Columns", "Scalar", "Section", "Spread", "names_in", "no_duplicates", "refuse"]

ColumnName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")]
Scalar = str | int | float | bool
_RANGE = re.compile(r"^(?P<stem>[A-Za-z_][A-Za-z0-9_]*)\[(?P<first>\d{1,4})-(?P<last>\d{1,4})\]$")


def names_in(text: str) -> list[str]:
    """Return the columns that a name stands for: `pixel[0-63]` is pixel0 to pixel63, any other is itself.

    >>> names_in("pixel[0-2]"), names_in("carrier")
    (['pixel0', 'pixel1', 'pixel2'], ['carrier'])
    """
    match = _RANGE.match(text)
    if match is None:
        return [text]
    first, last = int(match["first"]), int(match["last"])
    if first > last:
        raise ValueError(f"{text!r} runs from {first} down to {last}; allowed is a range that rises; turn it round")
    return [f"{match['stem']}{number}" for number in range(first, last + 1)]


def _spread(value: Any) -> Any:
    """Spread ranges of names: in a list of names, and in a list of mappings with a `name`."""
    if not isinstance(value, list | tuple):
        return value
    spread: list[Any] = []
    for item in value:
        if isinstance(item, str):
            spread += names_in(item)
        elif isinstance(item, dict) and isinstance(item.get("name"), str):
            spread += [{**item, "name": name} for name in names_in(item["name"])]
        else:
            spread.append(item)
    return spread


Spread = BeforeValidator(_spread)
Columns = Annotated[tuple[ColumnName, ...], Spread, Field(min_length=1)]


def no_duplicates(key: str, names: Iterable[str]) -> None:
    """Refuse a name that stands twice."""
    listed = list(names)
    twice = sorted({name for name in listed if listed.count(name) > 1})
    if twice:
        raise ValueError(f"{key} names {', '.join(map(repr, twice))} more than once; remove the repetition")


def refuse(key: str, names: Iterable[str], refused: Iterable[str], why: str) -> None:
    """Refuse some names, with the reason and the remedy."""
    for name in sorted(set(names) & set(refused)):
        raise ValueError(f"{key} names {name!r}, which {why}")
