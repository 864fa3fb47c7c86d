"""Which of pydantic's errors are mistakes, and which only follow from one: a mistake is told once."""

import difflib
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from config.errors import KeyPath
from config.places import Place, key_of, kinds_at, section_at, value_at

_OF_KEYS = ("missing", "extra_forbidden")


def near(model: type[BaseModel], place: Place) -> str | None:
    """Return the key of the schema that an unknown one was probably meant to be."""
    section = section_at(model, place[:-1])
    found = difflib.get_close_matches(str(place[-1]), sorted(section.model_fields) if section else [], n=1)
    return found[0] if found else None


def told_apart(
    model: type[BaseModel], content: Any, details: Iterable[ErrorDetails]
) -> tuple[list[ErrorDetails], list[tuple[KeyPath, str]]]:
    """Return the errors that are mistakes of their own, and what is said of sections in place of errors of theirs."""
    own: list[ErrorDetails] = []
    said: list[tuple[KeyPath, str]] = []
    sections: dict[Place, list[ErrorDetails]] = {}
    for detail in _of_first_names(content, details):
        if detail["type"] in _OF_KEYS:
            sections.setdefault(detail["loc"][:-1], []).append(detail)
        else:
            own.append(detail)
    for place, of_keys in sections.items():
        meant = {near(model, detail["loc"]): detail for detail in of_keys if detail["type"] == "extra_forbidden"}
        key, kinds = kinds_at(model, place)
        given = value_at(content, place)
        if key in meant and key not in given:
            own.append(meant[key])  # which kind this is will be known when it is spelt right
        elif kinds and (text := _of_another_kind(key, kinds, place[-1], given, len(of_keys))):
            said.append(((*key_of(content, place, missing=False), key), text))
        else:
            own += [one for one in of_keys if one["type"] != "missing" or one["loc"][-1] not in meant]
    return own, said


def _of_first_names(content: Any, details: Iterable[ErrorDetails]) -> Iterator[ErrorDetails]:
    """Leave out what is said again of each name that one line of the file stands for, as pixel[0-63] does."""
    first: dict[KeyPath, Place] = {}
    for detail in details:
        place = detail["loc"]
        positions = tuple(part for part in place if isinstance(part, int))
        if first.setdefault(key_of(content, place, missing=detail["type"] == "missing"), positions) == positions:
            yield detail


def _of_another_kind(
    key: str, kinds: Mapping[str, type[BaseModel]], taken_for: Any, given: Mapping[str, Any], errors: int
) -> str | None:
    """Return what to say of a section whose keys fit another kind better than the one that it is taken for."""
    best = min(kinds, key=lambda kind: _misfits(kinds[kind], key, given))
    strange = sorted(set(given) & set(kinds[best].model_fields) - set(kinds[taken_for].model_fields))
    if not strange or _misfits(kinds[best], key, given) >= errors:
        return None
    found = f"found {given[key]!r}" if key in given else f"is missing, which means {taken_for!r}"
    remedy = f"Correct `{key}`" if key in given else f"Add `{key}: {best}`"
    return f"{found}, which has no {', '.join(strange)}; allowed with that is {best!r}. {remedy}, or remove the rest."


def _misfits(kind: type[BaseModel], key: str, given: Mapping[str, Any]) -> int:
    """Return how many keys a section has that a kind does not, or needs and has not; the one that names it aside."""
    needed = {name for name, field in kind.model_fields.items() if field.is_required()}
    return len((set(given) - set(kind.model_fields) | needed - set(given)) - {key})
