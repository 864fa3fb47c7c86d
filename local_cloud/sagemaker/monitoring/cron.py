"""When a monitoring schedule is due, and which window it then looks at. Pure.

Source: `ScheduleConfig` of the API: hourly, daily, or every so many hours; nothing else.
"""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from local_cloud.sagemaker.errors import validation_error

NOW = "NOW"
_CRON = re.compile(r"cron\(0 (?P<hour>\*|[0-9]{1,2})(/(?P<every>[0-9]{1,2}))? \? \* \* \*\)")
_DURATION = re.compile(r"-?P(?:(?P<days>\d+)D)?(?:T(?:(?P<hours>\d+)H)?(?:(?P<minutes>\d+)M)?)?")
_DAY = 24


@dataclass(frozen=True)
class Plan:
    """The hours of the day (UTC) at which a schedule is due, and how many lie between two of them."""

    hours: tuple[int, ...]
    every: int

    def after(self, moment: datetime) -> datetime:
        """Return the next time after a moment."""
        hour = moment.replace(minute=0, second=0, microsecond=0)
        ahead = (hour + timedelta(hours=step) for step in range(1, _DAY + 1))
        return next(at for at in ahead if at.hour in self.hours)


def plan(expression: str | None) -> Plan | None:
    """Return when a schedule is due; None: once, now. ValidationException for what SageMaker does not take.

    >>> plan("cron(0 17/12 ? * * *)")
    Plan(hours=(5, 17), every=12)
    """
    if expression == NOW:
        return None
    found = _CRON.fullmatch(expression or "cron(0 0 ? * * *)")  # AWS picks a time where none is said
    every = int(found["every"] or _DAY) if found else 0
    if found is None or not 1 <= every <= _DAY or (found["hour"] == "*" and found["every"]):
        raise refused(expression)
    if found["hour"] == "*":
        return Plan(tuple(range(_DAY)), 1)
    first = int(found["hour"])
    if first >= _DAY:
        raise refused(expression)
    return Plan(tuple(sorted((first + step) % _DAY for step in range(0, _DAY, every))), every)


def refused(expression: str | None) -> Exception:
    """The answer to an expression that is none of SageMaker's."""
    return validation_error(
        f"The cron expression {expression!r} is not supported; allowed are cron(0 * ? * * *), "
        "cron(0 [00-23] ? * * *), cron(0 [00-23]/[01-24] ? * * *) and NOW."
    )


def offset(text: str) -> timedelta:
    """Return a duration of ISO 8601, `-PT5H` or `-P8D`, which lies in the past."""
    found = _DURATION.fullmatch(text)
    if found is None or not any(found.groups()):
        raise validation_error(f"{text!r} is not an offset in ISO 8601; allowed is one such as -PT1H or -P1D.")
    return timedelta(**{unit: int(number) for unit, number in found.groupdict().items() if number})


def window(
    at: datetime, every: int, start: str | None = None, end: str | None = None, shift: tuple[str | None, ...] = ()
) -> tuple[datetime, datetime]:
    """Return the window that an execution looks at.

    Args:
        at: when it is due.
        every: hours since the one before.
        start, end: `DataAnalysisStartTime` and `DataAnalysisEndTime`.
        shift: `StartTimeOffset` and `EndTimeOffset` of the endpoint's input, which are taken off.
    """
    first = at - (offset(start) if start else timedelta(hours=every))
    last = at - (offset(end) if end else timedelta())
    if not first < last <= first + timedelta(hours=_DAY):
        raise validation_error(f"The window from {start} to {end} is empty, or longer than {_DAY} hours.")
    back = [offset(text) if text else timedelta() for text in (*shift, None, None)[:2]]
    return first - back[0], last - back[1]
