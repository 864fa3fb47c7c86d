"""What a row function needs at the endpoint: functions that agree with the engines, and a way to load it.

A row function is the module `row_function.py`, which the preparation writes (preparation/row_function.py). Missing
values are None, and what cannot be computed is missing.
"""

import importlib.util
import math
from collections.abc import Callable, Sequence
from math import cos, degrees, fmod, inf, nan, radians, sin, tan
from pathlib import Path
from typing import Any

from .errors import StepError

RowFunction = Callable[[Sequence[Any]], list[float]]
FILE = "row_function.py"
_WHOLE = 2.0**53

__all__ = [
    "both", "ceil", "cos", "degrees", "either", "exponential", "floor", "fmod", "highest", "inf", "logarithm", "lowest",
    "nan", "power", "radians", "root", "rounded", "sin", "tan",
]  # fmt: skip


def load(path: Path) -> RowFunction:
    """Return `encode(record)`: values in the order of the fields -> what the model sees; StepError if there is none."""
    spec = importlib.util.spec_from_file_location("row_function", path)
    if spec is None or spec.loader is None or not path.exists():
        raise StepError(f"{path}: there is no such file; it is written by the step prepare. Run the pipeline again.")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    encode: RowFunction = module.encode
    return encode


def floor(value: float) -> float:
    """Return the largest whole number that is not above; from 2**53 on a float is whole, or infinite."""
    return math.floor(value) if abs(value) < _WHOLE else value


def ceil(value: float) -> float:
    """Return the smallest whole number that is not below."""
    return math.ceil(value) if abs(value) < _WHOLE else value


def rounded(value: float, digits: int) -> float:
    """Round half up, as the engines are made to do: each has a rule of its own for what lies in the middle."""
    return floor(value * 10.0**digits + 0.5) / 10.0**digits


def root(value: float) -> float | None:
    """Return the square root of a number that has one."""
    return math.sqrt(value) if value >= 0 else None


def logarithm(value: float) -> float | None:
    """Return the natural logarithm of a number that has one."""
    return math.log(value) if value > 0 else None


def exponential(value: float) -> float | None:
    """Return e to a power; missing where it is too large for a float."""
    try:
        return math.exp(value)
    except OverflowError:
        return None


def power(value: float, exponent: float) -> float | None:
    """Return a power; missing where it is none, or too large."""
    try:
        result = float(value) ** exponent
    except (OverflowError, ZeroDivisionError):
        return None
    return result if isinstance(result, float) else None


def both(first: Any, second: Any) -> bool | None:
    """Return SQL's AND: false if one is, else missing if one is."""
    if first is False or second is False:
        return False
    return None if first is None or second is None else True


def either(first: Any, second: Any) -> bool | None:
    """Return SQL's OR: true if one is, else missing if one is."""
    if first is True or second is True:
        return True
    return None if first is None or second is None else False


def lowest(*values: Any) -> Any:
    """Return the least of what is not missing."""
    return min((value for value in values if value is not None), default=None)


def highest(*values: Any) -> Any:
    """Return the greatest of what is not missing."""
    return max((value for value in values if value is not None), default=None)
