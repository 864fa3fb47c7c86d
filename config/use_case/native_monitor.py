"""What SageMaker Model Monitor can do of a section `monitor`: fewer schedules, one window, two of the monitors."""

import re
from typing import NamedTuple

from config.errors import RuleError
from config.use_case.monitor import Monitor, MonitorName

BACKEND = "model_monitor"
MONITORS: tuple[MonitorName, ...] = ("data_quality", "model_quality")
_RATE = re.compile(r"rate\((?P<count>[0-9]+) (?P<unit>hour|day)s?\)")
_CRON = re.compile(r"cron\(0 (?P<hour>\*|[0-9]{1,2})(/(?P<every>[0-9]{1,2}))? (\* \* \?|\? \* \*) \*\)")
_DAY = 24
# Longest runtime of a job by the hour: a model's quality takes two jobs, which share the time.
_SECONDS = {"data_quality": 3600, "model_quality": 1800}


class NativeSchedule(NamedTuple):
    """A schedule as SageMaker spells it, and the hours between two of its times, of which each looks at the last."""

    expression: str
    hours: int


def native_schedule(schedule: str) -> NativeSchedule | None:
    """Return a schedule of EventBridge as SageMaker spells it, None if it has none that says the same.

    >>> native_schedule("cron(0 18 * * ? *)")
    NativeSchedule(expression='cron(0 18 ? * * *)', hours=24)
    >>> native_schedule("rate(2 hours)")
    NativeSchedule(expression='cron(0 0/2 ? * * *)', hours=2)
    """
    if rate := _RATE.fullmatch(schedule):
        every = int(rate["count"]) * (_DAY if rate["unit"] == "day" else 1)
        return _every("0", every)
    found = _CRON.fullmatch(schedule)
    if found is None:
        return None
    if found["hour"] == "*":
        return None if found["every"] else _every("0", 1)
    return _every(str(int(found["hour"])), int(found["every"] or _DAY))


def _every(first: str, hours: int) -> NativeSchedule | None:
    if not 1 <= hours <= _DAY or _DAY % hours:
        return None  # the day's last window would be shorter than the rest
    if hours == 1:
        return NativeSchedule("cron(0 * ? * * *)", 1)
    return NativeSchedule(f"cron(0 {first}{f'/{hours}' if hours < _DAY else ''} ? * * *)", hours)


def native_monitors(wanted: tuple[MonitorName, ...]) -> tuple[MonitorName, ...]:
    """Return what Model Monitor watches of what is wanted, or could be."""
    return tuple(name for name in MONITORS if name in wanted)


def most_seconds(monitor: str, hours: int) -> int:
    """Return how long a job may run at most, so that it has ended when the next begins."""
    return _SECONDS[monitor] * hours


def native_fits(monitor: Monitor, wanted: tuple[MonitorName, ...]) -> None:
    """Model Monitor can do what the section asks; raises RuleError with the key, seen from the section."""
    if monitor.backend != BACKEND:
        return
    schedule = native_schedule(monitor.schedule)
    if schedule is None:
        raise RuleError(
            ("schedule",),
            f"found {monitor.schedule!r}, but Model Monitor comes hourly, daily, or every so many hours that divide a "
            "day; allowed is one such as rate(1 hour), rate(6 hours) or cron(0 18 * * ? *). Choose one, or "
            "`backend: processing_job`",
        )
    if monitor.window_hours != schedule.hours:
        raise RuleError(
            ("window_hours",),
            f"found {monitor.window_hours}, but Model Monitor looks at the hours since it last came, {schedule.hours} "
            f"with schedule {monitor.schedule}; write {schedule.hours}, or another schedule",
        )
    others = [name for name in monitor.monitors or () if name not in MONITORS]
    if others:
        raise RuleError(
            ("monitors",),
            f"names {' and '.join(others)}, for which Model Monitor takes Clarify: it asks a copy of the model that it "
            "starts itself, which no job without a network can, and compares with a baseline that it made itself; "
            "allowed are data_quality and model_quality. Remove it, or choose `backend: processing_job`",
        )
    unused = sorted({"facets", "alpha", "features"} & monitor.model_fields_set)
    if unused:
        raise RuleError((unused[0],), "is nothing to Model Monitor, whose rules are its own; remove it")
    extra = sorted(set(monitor.tolerances.model_fields_set) - {"quality"})
    if extra:
        raise RuleError(
            ("tolerances", extra[0]),
            "is nothing to Model Monitor, which takes its thresholds from constraints.json; remove it",
        )
    longest = min(most_seconds(name, schedule.hours) for name in native_monitors(wanted))
    if monitor.max_runtime_seconds > longest:
        raise RuleError(
            ("max_runtime_seconds",),
            f"found {monitor.max_runtime_seconds}, but Model Monitor's jobs have to end before the next begin; allowed "
            f"with schedule {monitor.schedule} is up to {longest}. Lower it",
        )
