"""Sizes of instances, as far as their names tell."""

import re

from ops.assembly.model import Value

_TYPE = re.compile(r"(?P<service>(ml|db|cache)\.)?(?P<family>[a-z0-9-]+)\.(?P<size>(?P<times>\d*)(?P<name>[a-z]+))")
_NAMES = ("nano", "micro", "small", "medium", "large", "xlarge")


def smaller(was: Value, becomes: Value) -> bool | None:
    """Return whether an instance type is smaller than another; None where names do not tell.

    >>> smaller("ml.m5.xlarge", "ml.m5.large"), smaller("ml.m5.large", "ml.c5.large")
    (True, None)
    """
    first, second = (_TYPE.fullmatch(value) if isinstance(value, str) else None for value in (was, becomes))
    if not first or not second or first["family"] != second["family"]:
        return None
    if first["name"] not in _NAMES or second["name"] not in _NAMES:
        return None  # metal
    return _size(second) < _size(first)


def _size(match: re.Match[str]) -> tuple[int, int]:
    return _NAMES.index(match["name"]), int(match["times"] or 1)
