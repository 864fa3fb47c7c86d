"""Cron expressions of EventBridge, which Application Auto Scaling has as well, and whether they ever run.

Source: EventBridge's guide, "Cron expressions reference". What it does not speak of is refused, such as a range that
falls or a letter in a list.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

_CRON = re.compile(r"cron\((?P<fields>[^()]*)\)")
_NUMBER = re.compile(r"[0-9]{1,4}")
_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_DAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
_WEEK = timedelta(days=7)
_GAP_DAYS = 800  # in which gaps are looked for: two of any year's days
_YEARS = 8  # 29 February comes within them, also where the last year of a century is no leap year


@dataclass(frozen=True)
class _Field:
    name: str
    least: int
    most: int
    names: tuple[str, ...] = ()
    alone: str = ""  # a pattern of what it may be in place of numbers
    steps: bool = True

    def numbers(self, text: str) -> frozenset[int]:
        """Return the numbers that a text stands for, none where it is no numbers; ValueError says what is wrong."""
        if self.alone and re.fullmatch(self.alone, text):
            return frozenset()
        return frozenset().union(*map(self._part, text.split(",")))

    def _part(self, part: str) -> range:
        start, stepped, step = part.partition("/")
        size = self._step(step) if stepped else 1
        if start == "*":
            return range(self.least, self.most + 1, size)
        first, ranged, last = start.partition("-")
        low = self._number(first)
        high = self._number(last) if ranged else self.most if stepped else low
        if low > high:
            raise ValueError(f", which falls; allowed are ranges that rise. Choose {self._over_the_end(first, last)}")
        return range(low, high + 1, size)

    def _step(self, text: str) -> int:
        most = self.most - self.least
        if self.steps and _NUMBER.fullmatch(text) and 1 <= int(text) <= most:
            return int(text)
        raise ValueError(f"; allowed are {f'steps of 1 to {most}' if self.steps else 'no steps'}. Correct it")

    def _number(self, text: str) -> int:
        if text in self.names:
            return self.least + self.names.index(text)
        if _NUMBER.fullmatch(text) and self.least <= int(text) <= self.most:
            return int(text)
        steps = "steps (a/n) " if self.steps else ""
        raise ValueError(f"; allowed are *, {self.least} to {self.most}, ranges (a-b), {steps}and lists. Correct it")

    def _over_the_end(self, first: str, last: str) -> str:
        least, most = (self.names[0], self.names[-1]) if self.names else (str(self.least), str(self.most))
        return f"{first if first == most else f'{first}-{most}'},{last if last == least else f'{least}-{last}'}"


_FIELDS = (
    _Field("minutes", 0, 59),
    _Field("hours", 0, 23),
    _Field("day of month", 1, 31, alone=r"\?|L|([1-9]|[12][0-9]|3[01])W"),
    _Field("month", 1, 12, _MONTHS),
    _Field("day of week", 1, 7, _DAYS, alone=r"\?|L|[1-7]L|[1-7]#[1-5]", steps=False),
    _Field("year", 1970, 2199),
)


def cron_expression(text: str) -> str:
    """Return a cron expression as EventBridge, and Application Auto Scaling as well, has it, that runs within years.

    Raises:
        ValueError: it is none; the text says why.

    >>> cron_expression("cron(0 8 ? * MON-FRI *)")
    'cron(0 8 ? * MON-FRI *)'
    """
    cron = _CRON.fullmatch(text)
    if cron is None:
        raise ValueError(f"found {text!r}; allowed is cron(<six fields>). Choose one such as cron(0 3 * * ? *)")
    fields = cron["fields"].split()
    if len(fields) != len(_FIELDS):
        names = ", ".join(field.name for field in _FIELDS)
        raise ValueError(
            f"found {text!r} with {len(fields)} fields; allowed are six: {names}. Correct it, as in cron(0 3 * * ? *)"
        )
    if " ".join(fields) != cron["fields"]:
        raise ValueError(f"found {text!r}; allowed is one blank between fields. Choose cron({' '.join(fields)})")
    numbers = [_numbers(text, field, value) for field, value in zip(_FIELDS, fields, strict=True)]
    _, _, day, _, weekday, _ = fields
    if (day == "?") == (weekday == "?"):
        raise ValueError(
            f"found {text!r}; allowed is ? for one of day of month and day of week, and not for both. "
            "Correct it, as in cron(0 3 * * ? *) or cron(0 3 ? * MON *)"
        )
    _runs(text, fields, numbers)
    return text


def cron_gaps(text: str) -> tuple[timedelta, timedelta]:
    """Return the shortest and the longest time between two runs of an expression that `cron_expression` knows.

    >>> [str(gap) for gap in cron_gaps("cron(0 3,9 ? * MON-FRI *)")]
    ['6:00:00', '2 days, 18:00:00']
    """
    fields = text.removeprefix("cron(").removesuffix(")").split()
    numbers = [field.numbers(value) for field, value in zip(_FIELDS, fields, strict=True)]
    times = sorted(timedelta(hours=hour, minutes=minute) for hour in numbers[1] for minute in numbers[0])
    today = datetime.now(UTC).date()
    days = [at for ahead in range(_GAP_DAYS) if _is_run(at := today + timedelta(days=ahead), fields, numbers)]
    within = [later - earlier for earlier, later in pairwise(times)]
    between = [later - earlier + times[0] - times[-1] for earlier, later in pairwise(days)]
    gaps = [*(within if days else []), *between] if len(days) > 1 else [timedelta(days=_GAP_DAYS), *within]
    return min(gaps), max(gaps)


def cron_runs(text: str, days: int) -> int:
    """Return how often an expression that `cron_expression` knows runs within some days from today.

    >>> cron_runs("cron(0,30 3 * * ? *)", 7)
    14
    """
    fields = text.removeprefix("cron(").removesuffix(")").split()
    numbers = [field.numbers(value) for field, value in zip(_FIELDS, fields, strict=True)]
    today = datetime.now(UTC).date()
    return sum(
        len(numbers[0]) * len(numbers[1])
        for ahead in range(days)
        if _is_run(today + timedelta(days=ahead), fields, numbers)
    )


def _numbers(text: str, field: _Field, value: str) -> frozenset[int]:
    try:
        return field.numbers(value)
    except ValueError as error:
        raise ValueError(f"found {text!r} with {value!r} for {field.name}{error}") from error


def _runs(text: str, fields: Sequence[str], numbers: Sequence[frozenset[int]]) -> None:
    """Refuse what has no day in the coming years: 31 April, 30 February, years that are over or far away."""
    today = datetime.now(UTC).date()
    if any(_is_run(today + timedelta(days=ahead), fields, numbers) for ahead in range(366 * _YEARS)):
        return
    raise ValueError(
        f"found {text!r}, which has no day within {_YEARS} years from now; allowed are days that come. Correct day, "
        "month or year"
    )


def _is_run(at: date, fields: Sequence[str], numbers: Sequence[frozenset[int]]) -> bool:
    _, _, days, months, weekdays, years = numbers
    _, _, day, _, weekday, _ = fields
    is_one = _is_day(at, day, days) or _is_weekday(at, weekday, weekdays)
    return at.year in years and at.month in months and is_one


def _is_day(at: date, text: str, days: frozenset[int]) -> bool:
    if text == "L":
        return (at + timedelta(days=1)).month != at.month
    # The weekday nearest to a day is in the same month.
    return at.day in days or text == f"{at.day}W"


def _is_weekday(at: date, text: str, weekdays: frozenset[int]) -> bool:
    number = at.isoweekday() % len(_DAYS) + 1
    if text == "L":  # of the week
        return number == len(_DAYS)
    if text == f"{number}L":  # the last of its kind in the month
        return (at + _WEEK).month != at.month
    return number in weekdays or text == f"{number}#{(at.day - 1) // len(_DAYS) + 1}"
