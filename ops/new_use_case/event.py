"""Which of two values of a label is the event."""

import shlex
from collections.abc import Iterable, Mapping
from itertools import islice

from ops.new_use_case.errors import DataError
from ops.new_use_case.request import Request

Value = str | int | float

# Values that are the event, of two that are not both here.
_EVENTS = frozenset(
    {"true", "yes", "y", "t", "positive", "pos", "event", "present", "malignant", "fraud", "spam", "churn",
     "churned", "default", "defaulted", "failed", "failure", "died", "dead", "late", "bad", "anomaly", "ill", "sick",
     "bought", "clicked", "wahr", "vrai", "verdadero", "vero", "positiv", "positif", "positivo"}
)  # fmt: skip
# Yes and no where the event's own word or letter may mean something else beside another one.
_YES_AND_NO = frozenset(
    {("y", "n"), ("ja", "nein"), ("ja", "nee"), ("ja", "nej"), ("ja", "nei"), ("j", "n"), ("oui", "non"), ("o", "n"),
     ("si", "no"), ("sí", "no"), ("sì", "no"), ("s", "n"), ("sim", "não"), ("sim", "nao"), ("tak", "nie"),
     ("t", "n"), ("ano", "ne"), ("áno", "nie"), ("da", "nu"), ("da", "ne"), ("да", "нет"), ("да", "не"),
     ("так", "ні"), ("igen", "nem"), ("evet", "hay\u0131r"), ("evet", "hayir"), ("kyllä", "ei"), ("jah", "ei"),
     ("はい", "いいえ"), ("是", "否"), ("有", "无"), ("예", "아니요"), ("نعم", "لا"), ("כן", "לא"),
     ("+", "-"), ("on", "off"), ("x", "-")}
)  # fmt: skip


def positive(request: Request, counts: Mapping[Value, int]) -> tuple[Value, str]:
    """Return the event and how it was found: as asked, by its name, the larger number, else the rarer one."""
    if request.positive is not None:
        for value in counts:
            if same(value, request.positive):
                return value, f"The event is {value!r}, as asked."
        raise DataError(f"--positive: found {request.positive!r}; the label is {quoted(counts)}. Name one of them.")
    one, other = counts
    for value, rest in ((one, other), (other, one)):
        if _is_named(value, rest):
            return value, f"The event (positive) is {value!r}, by its name; if it is {rest!r}: {_option(rest)}."
    if {one, other} == {0, 1}:
        return 1, f"The event (positive) is 1, as is usual beside 0; if it is 0: {_option(0)}."
    if not any(isinstance(value, str) for value in counts):
        event, why = max(counts), "the larger number"
    else:
        event = min(sorted(counts, reverse=True), key=lambda value: counts[value])
        why = f"the rarer value ({counts[event]} of {sum(counts.values())} rows)"
    rest = other if event == one else one
    said = (
        f"Which value is the event is a guess: {event!r}, {why}. If it is {rest!r}: {_option(rest)}; if the guess is "
    )
    return event, f"{said}right, {_option(event)} says so."


def _is_named(value: Value, rest: Value) -> bool:
    said, other = str(value).strip().casefold(), str(rest).strip().casefold()
    return (said, other) in _YES_AND_NO or (said in _EVENTS and other not in _EVENTS)


def _option(value: Value) -> str:
    return f"--positive {shlex.quote(str(value))}"


def quoted(values: Iterable[Value]) -> str:
    """Return the first values, for people."""
    return ", ".join(repr(value[:30] if isinstance(value, str) else value) for value in islice(values, 5))


def same(value: Value, known: Value) -> bool:
    """Whether a value of a table is one of use_case.yaml: 1 is 1.0, and "1" where the table has text."""
    return value == known or str(value) == str(known)
