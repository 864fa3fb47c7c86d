"""What a text in a CSV file stands for: the same when a use case is made of the file and when its rows are scored."""

# Around a value they say nothing: the blanks of RE2's \s, and the no-break space.
BLANKS = " \t\n\f\r\xa0"
# What stands for a missing value: in every column, and, where the other values are numbers or times, these as well.
MISSING = ("", "na", "n/a", "nan", "null", "#n/a", "<na>")
MISSING_BESIDE_VALUES = (*MISSING, "?", "-", "--", ".", "none", "nat", "missing", "unknown")
_TEXT, _VALUES = frozenset(MISSING), frozenset(MISSING_BESIDE_VALUES)


def value(cell: str, of_values: bool) -> str | None:
    """Return a cell's text without blanks around it, None where it stands for nothing.

    >>> value(" Oslo ", False), value(" N/A", False), value("unknown", False), value("unknown", True)
    ('Oslo', None, 'unknown', None)

    Args:
        cell: as the file has it.
        of_values: whether its column holds numbers or times.
    """
    text = cell.strip(BLANKS)
    return None if text.lower() in (_VALUES if of_values else _TEXT) else text
