"""What the monitoring of a use case must agree on with its other sections. Raises RuleError with a remedy."""

import math
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from config.errors import RuleError, under
from config.use_case.data import Data
from config.use_case.experiment import Experiment
from config.use_case.metrics import Problem
from config.use_case.monitor import Facet, Monitor, MonitorName, terms
from config.use_case.native_monitor import BACKEND, native_fits, native_monitors
from config.use_case.schedule import gaps
from config.use_case.section import known
from config.use_case.train import Train

if TYPE_CHECKING:
    from config.use_case import UseCase

MADE_UP = 7  # windows that the monitor function still looks at when they are late (lambda/monitor/windows.py)
_HOUR = timedelta(hours=1)


def monitor_fits(
    problem: Problem, data: Data, train: Train, monitor: Monitor | None, experiment: Experiment | None
) -> None:
    """What is watched can be known, and the schedule sees every window."""
    if monitor is None:
        return
    with under("monitor"):
        native_fits(monitor, monitors_of(problem, train, monitor))
        _monitors_can_be(problem, train, monitor)
        for position, facet in enumerate(monitor.facets):
            with under("facets", position):
                _facet_fits(data, facet)
        _outcomes_can_come(problem, monitor)
        _schedule_fits(monitor)


def monitors_of(problem: Problem, train: Train, monitor: Monitor) -> tuple[MonitorName, ...]:
    """Return what is watched: what the section says, else whatever the use case can have."""
    if monitor.monitors is not None:
        return monitor.monitors
    can: dict[MonitorName, bool] = {
        "data_quality": True,
        "model_quality": problem != "clustering",
        "bias": bool(monitor.facets),
        "explainability": train.algorithm == "xgboost",
    }
    found = tuple(name for name, is_so in can.items() if is_so)
    return native_monitors(found) if monitor.backend == BACKEND else found


def outcome_hours(monitor: Monitor, experiment: Experiment | None) -> int:
    """Return by when outcomes are known: what the section says, else what experiments do."""
    if monitor.outcome_hours is not None:
        return monitor.outcome_hours
    return experiment.outcome_hours if experiment else 0


def monitor_terms(use_case: "UseCase", monitor: Monitor, capture_days: int) -> dict[str, Any]:
    """Return what the monitor function is told of a use case."""
    monitors = monitors_of(use_case.problem, use_case.train, monitor)
    # Two intervals: of windows, or of a schedule that is rarer.
    interval = max(timedelta(hours=monitor.window_hours), gaps(monitor.schedule)[1])
    overdue = math.ceil(2 * interval / _HOUR)
    return {"overdue_hours": overdue} | terms(
        monitor, monitors, outcome_hours(monitor, use_case.experiment), capture_days
    )


def _monitors_can_be(problem: Problem, train: Train, monitor: Monitor) -> None:
    wanted = monitors_of(problem, train, monitor)
    if "model_quality" in wanted and problem == "clustering":
        raise RuleError(("monitors",), "names model_quality, but clustering has no outcomes to judge by; remove it")
    if "bias" in wanted and problem != "binary_classification":
        key = "monitors" if monitor.monitors else "facets"
        raise RuleError((key,), f"bias is of an event that is decided about, which {problem} has not; remove it")
    if "explainability" in wanted and train.algorithm == "kmeans":
        raise RuleError(
            ("monitors",), "names explainability, but the trees of XGBoost alone are explained, not kmeans; remove it"
        )


def _facet_fits(data: Data, facet: Facet) -> None:
    fields = {field.name: field.type for field in data.record}
    known(("name",), [facet.name], fields, many=False)
    wanted = "text" if facet.values else "number"
    if fields[facet.name] != wanted:
        key = "values" if facet.values else "at_least"
        raise RuleError(
            (key,),
            f"is for a field of type {wanted}, but {facet.name} is of type {fields[facet.name]}; name another field, "
            f"or write `{'at_least' if facet.values else 'values'}`",
        )


def _outcomes_can_come(problem: Problem, monitor: Monitor) -> None:
    if problem == "clustering" and monitor.outcome_hours is not None:
        raise RuleError(("outcome_hours",), "is nothing for clustering, which has no outcomes; remove it")


def _schedule_fits(monitor: Monitor) -> None:
    shortest, longest = gaps(monitor.schedule)
    if shortest < _HOUR:
        raise RuleError(
            ("schedule",),
            f"found {monitor.schedule!r}, but captures are kept by the hour; allowed is once an hour at most. Choose "
            "one such as rate(1 hour)",
        )
    most = MADE_UP * timedelta(hours=monitor.window_hours)
    if longest > most:
        raise RuleError(
            ("schedule",),
            f"found {monitor.schedule!r}, which comes as rarely as every {longest / _HOUR:g} hours; allowed with "
            f"windows of {monitor.window_hours} hours is every {most / _HOUR:g} hours at least, since later ones "
            "are not made up for. Choose a more frequent one, or raise window_hours",
        )
