"""Schedules that run less often, compared by when they run and not by how they are written."""

from collections.abc import Iterator

from ops.assembly.model import Resource
from ops.review.model import Class, Compared, Found, Severity
from ops.review.values import at, shown

_PATHS = {
    "AWS::Events::Rule": "ScheduleExpression",
    "AWS::Scheduler::Schedule": "ScheduleExpression",
    "AWS::SageMaker::MonitoringSchedule": "MonitoringScheduleConfig.ScheduleConfig.ScheduleExpression",
    "AWS::Synthetics::Canary": "Schedule.Expression",
}
_DAYS = 1461  # four years: 29 February once, each day of the week on each date of a month
_YEAR = 365.25


def found(compared: Compared) -> Iterator[Found]:
    """Yield which schedule has become thinner."""
    before, after = compared.before, compared.after
    if before is None or after is None or after.type not in _PATHS:
        return
    path = _PATHS[after.type]
    was, becomes = _expression(before, path), _expression(after, path)
    where = (f"Properties.{path}",)
    if was is None or was == becomes:
        return
    if becomes is None:
        text = f"The schedule {was} is removed: nothing runs at its times any more"
        yield Found(Class.MONITORING_WEAKENED, Severity.HIGH, text, where)
        return
    runs, runs_then = _runs(was), _runs(becomes)
    if runs is None or runs_then is None:
        text = f"The schedule goes from {was} to {becomes}; which of them runs more often cannot be told"
        yield Found(Class.MONITORING_WEAKENED, Severity.LOW, text, where)
    elif runs_then < runs:
        often = f"{_often(runs_then)} instead of {_often(runs)}"
        text = f"The schedule goes from {was} to {becomes}, {often}: what it starts runs later"
        yield Found(Class.MONITORING_WEAKENED, Severity.MEDIUM, text, where)


def _expression(resource: Resource, path: str) -> str | None:
    value = at(resource, path)
    return None if value is None else shown(value)


def _runs(expression: str) -> int | None:
    # Rarely needed, and it brings pydantic with it.
    from config.use_case.schedule import runs, schedule_expression

    try:
        return runs(schedule_expression(expression), _DAYS)
    except ValueError:
        return None  # a rate in another unit, a time zone, a function of the template


def _often(runs: int) -> str:
    a_day, a_year = runs / _DAYS, runs / _DAYS * _YEAR
    if a_day >= 1:
        return f"{_times(a_day)} a day"
    return f"{_times(a_day * 7)} a week" if a_day * 7 >= 1 else f"{_times(a_year)} a year"


def _times(number: float) -> str:
    said = f"{number:.1f}".removesuffix(".0")
    return "once" if said == "1" else f"{said} times"
