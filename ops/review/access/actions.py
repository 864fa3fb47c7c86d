"""The actions of AWS: which a wildcard stands for, and how much harm each can do.

`actions.txt` has a line for each service and level of access, as AWS's Service Authorization Reference gives them:

    s3 R GetObject GetObjectAcl ListAccessPoints* ...

with R for read, L for list, W for write, T for tags and P for permissions; a `*` behind a name says that the action
takes no resource, so that policies cannot name one. `python -m ops.review.access.table` writes it.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from fnmatch import translate
from functools import cache, lru_cache
from pathlib import Path

TABLE = Path(__file__).with_name("actions.txt")


class Level(IntEnum):
    """Levels of access, by harm."""

    LIST = 0
    READ = 1
    TAGS = 2
    WRITE = 3
    PERMISSIONS = 4


# With one of these a principal gets the rights of another one, or what runs with them.
_LENDING = re.compile(
    r"iam:PassRole|sts:(?!Get|Decode).*|lambda:UpdateFunctionCode|cloudformation:(Create|Update|Execute).*|kms:CreateGrant",
    re.IGNORECASE,
)
_LETTERS = {"L": Level.LIST, "R": Level.READ, "T": Level.TAGS, "W": Level.WRITE, "P": Level.PERMISSIONS}


@dataclass(frozen=True)
class Action:
    """An action.

    Attributes:
        name: as AWS writes it: `s3:GetObject`.
        anywhere: whether it takes no resource, so that `*` is all that a policy can say.
    """

    name: str
    level: Level
    anywhere: bool


@cache
def _lines() -> Mapping[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for line in TABLE.read_text(encoding="utf-8").splitlines():
        service, _, rest = line.partition(" ")
        if not service.startswith("#"):
            found.setdefault(service, []).append(rest)
    return {service: tuple(rests) for service, rests in found.items()}


@cache
def of_service(service: str) -> Mapping[str, Action]:
    """Return the actions of a service by their names in lower case, such as `s3:getobject`; {} if it is not known."""
    found = {}
    for rest in _lines().get(service, ()):
        letter, *names = rest.split(" ")
        for name in names:
            full = f"{service}:{name.removesuffix('*')}"
            found[full.lower()] = Action(full, _LETTERS[letter], name.endswith("*"))
    return found


def of(name: str) -> Action:
    """Return an action by its name in any case; one that is not in the table is taken to write."""
    known = of_service(name.partition(":")[0].lower()).get(name.lower())
    return known or Action(name, Level.WRITE, anywhere=False)


def is_dangerous(name: str) -> bool:
    """Return whether an action gives rights: it changes policies, or lends the rights or the code of another one."""
    level = of(name).level
    return (
        level is Level.PERMISSIONS or bool(_LENDING.match(name)) or (name.startswith("iam:") and level is Level.WRITE)
    )


@lru_cache(maxsize=4096)
def matching(pattern: str) -> frozenset[str]:
    """Return the names in lower case that a pattern in lower case, `s3:get*`, stands for today.

    A pattern without wildcards stands for itself, known or not. One for all services gives nothing: what is not named
    elsewhere of a policy need not be told apart.
    """
    if "*" not in pattern and "?" not in pattern:
        return frozenset({pattern})
    prefix, _, _ = pattern.partition(":")
    services = [prefix] if "*" not in prefix and "?" not in prefix else _services(prefix) if prefix != "*" else []
    found: set[str] = set()
    for service in services:
        matches = expression(pattern).match
        found.update(name for name in of_service(service) if matches(name))
    return frozenset(found)


def _services(pattern: str) -> list[str]:
    return [service for service in _lines() if expression(pattern).match(service)]


@lru_cache(maxsize=4096)
def expression(pattern: str) -> re.Pattern[str]:
    """Return the regular expression of a pattern with `*` and `?`; brackets have no meaning in IAM."""
    return re.compile(translate(pattern.replace("[", "[[]")))
