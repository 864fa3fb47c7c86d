"""What a place that pydantic names is in the file, and in the schema.

Pydantic's places hold more than keys: "[key]" for a key of a mapping that is wrong itself, and which of several
sections was meant where a key may hold one of several kinds (a split by time, at random, ...).
"""

from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel

from config.yaml_file import KeyPath

Place = tuple[int | str, ...]


def key_of(content: Any, place: Place, *, missing: bool) -> KeyPath:
    """Return the keys that lead to a place in a file's content; `missing`: the last one is not there."""
    path: list[int | str] = []
    for position, part in enumerate(place):
        if _has(content, part):
            content = content[part]
        elif not (position == len(place) - 1 and (missing or not isinstance(content, dict))) or part == "[key]":
            continue
        path.append(part)
    return tuple(path)


def section_at(model: type[BaseModel], place: Place) -> type[BaseModel] | None:
    """Return the section of the schema that a place leads to; None where it leads to none."""
    sections = [model]
    for part in place:
        if isinstance(part, int) or part == "[key]":
            continue
        if len(sections) > 1 and (chosen := [one for one in sections if part in _kinds(one)]):
            sections = chosen
            continue
        field = sections[0].model_fields.get(part) if sections else None
        if field is not None:
            sections = _sections_in(field.annotation)
    return sections[0] if sections else None


def _has(content: Any, part: int | str) -> bool:
    if isinstance(content, dict):
        return part in content
    return isinstance(content, Sequence) and isinstance(part, int) and part < len(content)


def _kinds(section: type[BaseModel]) -> set[Any]:
    # The key that tells them apart is a Literal of one value.
    allowed: list[tuple[Any, ...]] = [
        getattr(field.annotation, "__args__", ()) for field in section.model_fields.values()
    ]
    return {value for values in allowed if len(values) == 1 for value in values}


def _sections_in(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [section for argument in getattr(annotation, "__args__", ()) for section in _sections_in(argument)]
