"""What a place that pydantic names is in the file, and in the schema.

Pydantic's places hold more than keys: "[key]" for a key of a mapping that is wrong itself, and which of several
kinds was meant where a key may hold one of several (a split by time, at random, ...; text, a number, ...).
"""

from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel

from config.errors import KeyPath
from config.names import spread_of

Place = tuple[int | str, ...]


def key_of(content: Any, place: Place, *, missing: bool) -> KeyPath:
    """Return the keys that lead to a place in a file's content; `missing`: the last one is not there."""
    path: list[int | str] = []
    for position, part in enumerate(place, start=1):
        written = _written(content, part)
        if _has(content, written):
            content = content[written]
        elif not missing or position < len(place):
            continue
        path.append(written)
    return tuple(path)


def below(content: Any, path: KeyPath, key: KeyPath) -> KeyPath:
    """Return the keys that lead to what lies `key` below a path in a file's content, whether it is there or not."""
    for part in path:
        content = content[part] if _has(content, part) else None
    for part in key:
        written = _written(content, part)
        content = content[written] if _has(content, written) else None
        path = (*path, written)
    return path


def value_at(content: Any, place: Place) -> Any:
    """Return what a file's content has at a place."""
    for part in key_of(content, place, missing=False):
        content = content[part]
    return content


def section_at(model: type[BaseModel], place: Place) -> type[BaseModel] | None:
    """Return the section of the schema that a place leads to; None where it leads to none."""
    return next(iter(_sections_at(model, place)), None)


def kinds_at(model: type[BaseModel], place: Place) -> tuple[str, dict[str, type[BaseModel]]]:
    """Return the key that tells the kinds of the section at a place apart, and these by its value; none: ("", {})."""
    kinds = _sections_at(model, place[:-1]) if place else []
    keys = [name for kind in kinds for name, value in _only_values(kind).items() if value == place[-1]]
    if len(kinds) == 1 or not keys:
        return "", {}
    return keys[0], {_only_values(kind)[keys[0]]: kind for kind in kinds}


def _sections_at(model: type[BaseModel], place: Place) -> list[type[BaseModel]]:
    sections = [model]
    for part in place:
        if isinstance(part, int) or part == "[key]":
            continue
        if len(sections) > 1 and (chosen := [one for one in sections if part in _only_values(one).values()]):
            sections = chosen
            continue
        field = sections[0].model_fields.get(part) if sections else None
        if field is not None:
            sections = _sections_in(field.annotation)
    return sections


def _written(content: Any, part: int | str) -> int | str:
    """Return where in the file's list an entry stands: a range of names, pixel[0-63], is one there and many later."""
    if not isinstance(part, int) or not isinstance(content, Sequence) or isinstance(content, str):
        return part
    entries = 0
    for position, item in enumerate(content):
        name = item.get("name") if isinstance(item, dict) else item
        entries += spread_of(name) if isinstance(name, str) else 1
        if part < entries:
            return position
    return part


def _has(content: Any, part: int | str) -> bool:
    if isinstance(content, dict):
        return part in content
    is_list = isinstance(content, Sequence) and not isinstance(content, str)
    return is_list and isinstance(part, int) and part < len(content)


def _only_values(section: type[BaseModel]) -> dict[str, Any]:
    """Return the keys that can have one value alone, each with it: a Literal, which tells kinds of sections apart."""
    allowed: dict[str, tuple[Any, ...]] = {
        name: getattr(field.annotation, "__args__", ()) for name, field in section.model_fields.items()
    }
    return {name: values[0] for name, values in allowed.items() if len(values) == 1}


def _sections_in(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [section for argument in getattr(annotation, "__args__", ()) for section in _sections_in(argument)]
