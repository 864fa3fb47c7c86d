"""Classes that differ only in how they are written: nearly always they are one."""

from collections.abc import Collection

from ops.new_use_case.errors import DataError
from ops.new_use_case.event import Value

_SHOWN = 5
_BOTH = 2


def require_one(column: str, values: Collection[Value]) -> None:
    """Raise DataError if values of a label differ in capitals or blanks only; it names them.

    Args:
        column: the label's, as in the file.
        values: its different values.
    """
    found: dict[str, list[Value]] = {}
    for value in values:
        found.setdefault(" ".join(str(value).casefold().split()), []).append(value)
    several = [sorted(same, key=str) for same in found.values() if len(same) > 1]
    if several:
        listed = "; ".join(" and ".join(map(repr, same)) for same in several[:_SHOWN])
        problem = "binary_classification" if len(values) == _BOTH else "multiclass_classification"
        raise DataError(
            f"--label: values of the column {column} differ in capitals or blanks only: {listed}. Write each class in "
            f"one way; or, if they are different classes, say so by --problem {problem}."
        )
