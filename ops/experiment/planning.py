"""How many requests an experiment takes, on the terms of its use case."""

import math
from dataclasses import dataclass

from rich.table import Table

from config import UseCase
from experiment.beginning import before_any, plan_of
from experiment.plan import Plan
from ops.experiment import function
from ops.experiment.measured import measured
from ops.target import OperationError, Target
from pipelines_src.steps.evaluation.shown import figure


@dataclass(frozen=True)
class Known:
    """What is known of the metric.

    Attributes:
        value: the champion's; None where only the deviation is known, and needed.
        deviation: of one request's number.
        source: where both come from, for people.
    """

    value: float | None
    deviation: float
    source: str

    @classmethod
    def given(cls, target: Target, baseline: float | None, deviation: float | None) -> "Known":
        """Return what a person gives, else what the champion's test split tells.

        Raises:
            OperationError: what is given cannot be, or nothing is and no model was judged yet.
        """
        terms = target.use_case.experiment
        if baseline is not None and not math.isfinite(baseline):
            raise OperationError(f"--baseline: found {baseline}; allowed is a number. Correct it.")
        if deviation is not None:
            if not 0 < deviation < math.inf:
                raise OperationError(f"--deviation: found {deviation}; allowed is a number above 0. Correct it.")
            return cls(baseline, deviation, "as given")
        if baseline is not None and terms and terms.metric == "error_rate":
            if not 0 < baseline < 1:
                raise OperationError(f"--baseline: found {baseline}; allowed is a rate between 0 and 1. Correct it.")
            return cls(baseline, (baseline * (1 - baseline)) ** 0.5, "as given")
        found = measured(target)
        source = f"{found.records} records of the test split that the model was judged on"
        return cls(found.value if baseline is None else baseline, found.deviation, source)


def planned(
    use_case: UseCase, known: Known, effect: float | None, per_day: float | None, together: float = 1.0
) -> Plan:
    """Return the plan; OperationError if the effect is none or none that a rate can have.

    `together`: the design effect where users keep a variant.
    """
    if effect is not None and not math.isfinite(effect):
        raise OperationError(f"--effect: found {effect}; allowed is a number other than 0. Correct it.")
    declared = function.declared(use_case)
    if declared.metric == "error_rate" and known.value is not None and not 0 < known.value < 1:
        raise OperationError(
            f"The error rate is {figure(known.value)} ({known.source}), which tells nothing of how much it varies. "
            "Give --baseline, a rate between 0 and 1."
        )
    try:
        return plan_of(declared, known.value, known.deviation, effect=effect, per_day=per_day, together=together)
    except (ValueError, ArithmeticError) as error:
        raise OperationError(f"The plan cannot be made: {error}. Correct --effect, or the terms.") from error


def table(found: Plan, known: Known, use_case: UseCase, per_day: float | None = None, per_user: float = 1.0) -> Table:
    """Return a plan as people read it; `per_day` is the one that it was made with."""
    terms = use_case.experiment
    name = terms.metric if terms else ""
    at = "" if known.value is None else f", {figure(known.value)} now"
    shown = Table(title=f"{use_case.name}: {name}{at}, deviation {figure(known.deviation)} ({known.source})")
    shown.add_column("until")
    shown.add_column("requests with outcomes", justify="right")
    if per_day:
        shown.add_column("days", justify="right")
    before = before_any(function.declared(use_case), per_user)
    short = before > found.maximum
    rows = [
        ("one look at the end, for comparison", found.fixed),
        ("half of the experiments have decided", found.median),
        (f"{terms.power if terms else 0:.0%} of them have{'' if short else ': the maximum'}", found.maximum),
        *([("ramp and `minimum` are there: the maximum", before)] if short else []),
    ]
    for what, count in rows:
        shown.add_row(what, f"{count:,}", *([f"{count / per_day:,.1f}"] if per_day else []))
    longest = terms.maximum_days if terms else 0
    answered = f"{found.maximum_challenger:,} of the {found.maximum:,} are the challenger's."
    late = bool(per_day) and rows[-1][1] > longest * (per_day or 0)
    shown.caption = answered + (f" It ends after {longest} days at the latest: too early." if late else "")
    return shown
