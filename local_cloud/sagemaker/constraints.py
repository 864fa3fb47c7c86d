"""Enums, patterns, lengths and ranges of a service model, which botocore's validator leaves to the service."""

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from botocore.model import ListShape, MapShape, Shape, StringShape, StructureShape

# Java's classes of Unicode characters, which Python's patterns lack; all of these leave control characters out.
_UNICODE = re.compile(r"\\p\{")
_CONTROL = r"[^\x00-\x1f\x7f]*"
# Java's characters beyond 16 bits, as pairs of surrogates, which Python's patterns do not know.
_PAIRS, _BEYOND = r"\uD800\uDC00-\uDBFF\uDFFF", r"\U00010000-\U0010FFFF"


def breaches(shape: Shape, value: Any, path: str) -> Iterator[str]:
    """Give a sentence for each part of a value, whose types are right, that the service would refuse.

    Args:
        shape: of the value.
        value: JSON.
        path: where it stands, for the sentences.
    """
    if isinstance(shape, StructureShape):
        for name, item in value.items():
            yield from breaches(shape.members[name], item, f"{path}.{name}")
    elif isinstance(shape, MapShape):
        for name, item in value.items():
            yield from breaches(shape.key, name, f"{path}.{name} (key)")
            yield from breaches(shape.value, item, f"{path}.{name}")
    elif isinstance(shape, ListShape):
        yield from _sizes(shape, len(value), f"{path}: the number of items")
        for index, item in enumerate(value):
            yield from breaches(shape.member, item, f"{path}[{index}]")
    elif isinstance(shape, StringShape):
        if shape.enum and value not in shape.enum:
            yield f"{path}: found {value!r}; allowed are {', '.join(shape.enum)}"
        yield from _sizes(shape, len(value), f"{path}: the length")
        if not _pattern(str(shape.metadata.get("pattern", ""))).fullmatch(value):
            yield f"{path}: found {value!r}; allowed is the pattern {shape.metadata['pattern']}"
    elif shape.type_name in ("integer", "long", "float", "double"):
        yield from _sizes(shape, value, path)


def _sizes(shape: Shape, found: float, what: str) -> Iterator[str]:
    least, most = shape.metadata.get("min", found), shape.metadata.get("max", found)
    if not least <= found <= most:
        yield f"{what} is {found}; allowed is {least} to {most}"


@cache
def _pattern(pattern: str) -> re.Pattern[str]:
    if _UNICODE.search(pattern):
        return re.compile(_CONTROL)
    # Java's dot takes no line end, as Python's takes no \n.
    return re.compile(pattern.replace(_PAIRS, _BEYOND) or "(?s:.*)")
