"""What a text in a CSV file stands for: the same when a use case is made of the file and when its rows are scored."""

import math
from collections.abc import Iterable

# Around a value they say nothing: the blanks of RE2's \s, and the no-break space.
BLANKS = " \t\n\f\r\xa0"
# What stands for a missing value: in every column, and, where the other values are numbers or times, these as well.
MISSING = ("", "na", "n/a", "nan", "null", "#n/a", "<na>")
MISSING_BESIDE_VALUES = (*MISSING, "?", "-", "--", ".", "none", "nat", "missing", "unknown")
_TEXT, _VALUES = frozenset(MISSING), frozenset(MISSING_BESIDE_VALUES)


def marks(declared: Iterable[str | int | float]) -> frozenset[str | float]:
    """Return data.missing as `value` takes it: texts in small letters, and the numbers among them."""
    texts = [str(mark).strip(BLANKS).lower() for mark in declared]
    return frozenset([*texts, *(number for text in texts if (number := _number(text)) is not None)])


def value(cell: str, of_values: bool, missing: frozenset[str | float] = frozenset()) -> str | None:
    """Return a cell's text without blanks around it, None where it stands for nothing.

    >>> value(" Oslo ", False), value(" N/A", False), value("unknown", False), value("unknown", True)
    ('Oslo', None, 'unknown', None)
    >>> value("-999.0", True, marks([-999])), value("none yet", False, marks(["None yet"]))
    (None, None)

    Args:
        cell: as the file has it.
        of_values: whether its column holds numbers or times.
        missing: what stands for nothing besides, as `marks` gives it: -999 is -999.0.
    """
    text = cell.strip(BLANKS)
    small = text.lower()
    if small in (_VALUES if of_values else _TEXT):
        return None
    return None if missing and (small in missing or _number(small) in missing) else text


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) else None
