"""What every section of a use case file shares: names of columns, ranges of them, and the rules about names."""

import difflib
from collections.abc import Iterable
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints

from config.errors import KeyPath, RuleError
from config.names import names_in
from config.section import Section

__all__ = [
    "ColumnName",
    "Columns",
    "EcrImage",
    "Scalar",
    "Section",
    "Slices",
    "Spread",
    "kind_of",
    "known",
    "no_duplicates",
    "refuse",
]

ColumnName = Annotated[str, StringConstraints(max_length=255, pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")]
# An image in ECR, by the rules of ECR: capitals are in no repository's name.
_REPOSITORY = r"[a-z0-9]+([._-]+[a-z0-9]+)*(/[a-z0-9]+([._-]+[a-z0-9]+)*)*"
_WHICH = r"(:[A-Za-z0-9_][A-Za-z0-9_.-]{0,127})?(@sha256:[0-9a-f]{64})?"
EcrImage = Annotated[
    str, StringConstraints(pattern=rf"^[0-9]{{12}}\.dkr\.ecr\.[a-z0-9-]+\.amazonaws\.com/{_REPOSITORY}{_WHICH}$")
]
Scalar = str | int | float | bool
_SHOWN = 20  # names


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


def _each_once(names: tuple[str, ...]) -> tuple[str, ...]:
    no_duplicates((), names)
    return names


Spread = BeforeValidator(_spread)
Columns = Annotated[tuple[ColumnName, ...], Spread, AfterValidator(_each_once), Field(min_length=1)]
Slices = Annotated[tuple[ColumnName, ...], Spread, AfterValidator(_each_once)]


def kind_of(value: Any, key: str, default: str) -> str:
    """Return which of several kinds a section is, by one of its keys; what is no section passes for the default."""
    if isinstance(value, dict):
        return str(value.get(key, default))
    return str(getattr(value, key, default))


def no_duplicates(key: KeyPath, names: Iterable[Scalar], *below: str) -> None:
    """Refuse a name that stands twice in the list at `key`, each under the key `below` if there is one."""
    seen: set[Scalar] = set()
    for position, name in enumerate(names):
        if name in seen:
            raise RuleError((*key, position, *below), f"names {name!r} more than once; remove the repetition")
        seen.add(name)


def refuse(key: KeyPath, names: Iterable[str], refused: Iterable[str], why: str, *below: str) -> None:
    """Refuse some names of the list at `key`, each under the key `below` if there is one, with reason and remedy."""
    for position, name in enumerate(names):
        if name in refused:
            raise RuleError((*key, position, *below), f"names {name!r}, which {why}")


def known(key: KeyPath, names: Iterable[str], allowed: Iterable[str], *, many: bool = True) -> None:
    """Refuse a name that is not allowed; `many`: the names are the list at `key`, else the one value there."""
    listed = sorted(allowed)
    for position, name in enumerate(names):
        if name not in listed:
            near = difflib.get_close_matches(name, listed, n=1)
            remedy = f"did you mean {near[0]}?" if near else "correct the name"
            shown = ", ".join(listed[:_SHOWN]) + f" and {len(listed) - _SHOWN} more" * (len(listed) > _SHOWN)
            raise RuleError((*key, position) if many else key, f"found {name!r}; allowed are {shown}; {remedy}")
