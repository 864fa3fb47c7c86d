"""Paths into JSON documents as pipeline expressions write them: `A.B[0].C`, `Outputs['train'].S3Uri`, `$.a.b`."""

import re
from typing import Any

Path = tuple[str | int, ...]

_PART = re.compile(r"""\.?(?P<name>[^.\[\]'"]+)|\[(?P<index>\d+)\]|\['(?P<single>[^']*)'\]|\["(?P<double>[^"]*)"\]""")
# By which member AWS finds an element of a list that an expression names: Outputs['train'].
_IDENTITY = {
    "Outputs": "OutputName",
    "ProcessingInputs": "InputName",
    "InputDataConfig": "ChannelName",
    "FinalMetricDataList": "MetricName",
}


def parse(text: str) -> Path:
    """Split a path into names and indices; ValueError if it is not one."""
    rest = text.removeprefix("$").removeprefix(".")
    parts: list[str | int] = []
    position = 0
    while position < len(rest):
        match = _PART.match(rest, position)
        if match is None or (position == 0 and rest.startswith(".")):
            raise ValueError(f"{text!r} is not a path such as A.B[0]['name']")
        parts.append(int(match["index"]) if match["index"] is not None else _word(match))
        position = match.end()
    if not parts:
        raise ValueError("the path is empty")
    return tuple(parts)


def walk(document: Any, path: Path) -> Any:
    """Return the value at a path; KeyError, naming the part that is not there."""
    value, list_name = document, ""
    for part in path:
        if isinstance(value, dict) and str(part) in value:
            value = value[str(part)]
        elif isinstance(value, list) and isinstance(part, int) and part < len(value):
            value = value[part]
        elif isinstance(value, list) and list_name in _IDENTITY:
            value = _named(value, _IDENTITY[list_name], part)
        else:
            raise KeyError(part)
        list_name = str(part)
    return value


def _named(items: list[Any], identity: str, name: str | int) -> Any:
    for item in items:
        if isinstance(item, dict) and item.get(identity) == name:
            return item
    raise KeyError(name)


def _word(match: re.Match[str]) -> str:
    return next(match[group] for group in ("name", "single", "double") if match[group] is not None)
