"""Which of two values of a label is the event."""

from collections.abc import Iterable, Mapping
from itertools import islice

from ops.new_use_case.errors import DataError
from ops.new_use_case.request import Request

Value = str | int | float

# Values that are the event, of two that are not both here.
_EVENTS = frozenset(
    {"true", "yes", "y", "t", "positive", "pos", "event", "present", "malignant", "fraud", "spam", "churn",
     "churned", "default", "failed", "failure", "died", "dead", "late", "bad", "anomaly", "ill", "sick",
     "bought", "clicked"}
)  # fmt: skip


def positive(request: Request, counts: Mapping[Value, int]) -> tuple[Value, str]:
    """Return the event and how it was found: as asked, by its name, the larger number, else the rarer one."""
    if request.positive is not None:
        for value in counts:
            if str(value) == request.positive:
                return value, f"The event is {value!r}, as asked."
        raise DataError(f"--positive: found {request.positive!r}; the label is {quoted(counts)}. Name one of them.")
    events = [value for value in counts if str(value).lower() in _EVENTS]
    if len(events) == 1:
        return events[0], f"The event (positive) is {events[0]!r}, by its name."
    if not any(isinstance(value, str) for value in counts):
        largest = max(counts)
        return largest, f"The event (positive) is {largest!r}, the larger number."
    rarer = min(sorted(counts, reverse=True), key=lambda value: counts[value])
    return (
        rarer,
        f"The event (positive) is {rarer!r}, the rarer value ({counts[rarer]} rows); --positive names another.",
    )


def quoted(values: Iterable[Value]) -> str:
    """Return the first values, for people."""
    return ", ".join(repr(value[:30] if isinstance(value, str) else value) for value in islice(values, 5))


def same(value: Value, known: Value) -> bool:
    """Whether a value of a table is one of use_case.yaml: 1 is 1.0, and "1" where the table has text."""
    return value == known or str(value) == str(known)
