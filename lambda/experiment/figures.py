"""The figures that a decision is made from."""

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from experiment.confidence_sequence import Interval, interval, p_value, rho
from experiment.e_process import within, worse
from experiment.sample_ratio import mismatch
from experiment.state import Observed
from experiment.strata import Difference, difference
from experiment.terms import Experiment
from experiment.users import Users


@dataclass(frozen=True)
class GuardFigures:
    """Logs of the e-values against "keeps the margin" and against "does not"."""

    periods: int
    worse: float
    within: float
    alpha: float

    @property
    def breached(self) -> bool:
        """Whether the challenger is worse than the margin allows."""
        return self.worse >= -math.log(self.alpha)

    @property
    def suspect(self) -> bool:
        """Whether half of the evidence for that is there: no time to raise a share."""
        return self.worse >= -math.log(self.alpha) / 2


@dataclass(frozen=True)
class Figures:
    """Everything that was found. `gain` is the challenger's advantage, whichever direction is better.

    `design_effect`: how many times larger the difference's variance is than that of records drawn by themselves (Kish
    1965); 1 where they are.
    """

    records: tuple[int, int]
    difference: Difference
    users: Users | None
    design_effect: float
    gain: Interval
    p: float
    mismatch: float
    guards: dict[str, GuardFigures]

    def numbers(self, experiment: Experiment, observed: Observed) -> dict[str, Any]:
        """Return them for a record, in JSON's terms: no infinities, logs of e-values."""
        return {
            "champion_records": self.records[0],
            "challenger_records": self.records[1],
            "weight": observed.weight,
            "difference": _finite(self.difference.value) if self.difference.weight else None,
            "gain_low": _finite(self.gain.low),
            "gain_high": _finite(self.gain.high),
            "p_value": self.p,
            "effective_records": self.difference.weight,
            "score_variance": self.difference.variance,
            "alpha": experiment.alpha,
            "ratio_log_e": _finite(self.mismatch),
            "guards": logs(self.guards),
            **self._users(),
        }

    def _users(self) -> dict[str, Any]:
        if self.users is None:
            return {}
        return {
            "champion_users": self.users.champion,
            "challenger_users": self.users.challenger,
            "records_of_nobody": self.users.of_nobody,
            "design_effect": self.design_effect,
        }


def logs(guards: Mapping[str, GuardFigures]) -> dict[str, dict[str, float]]:
    """Return the guards' figures for a record."""
    return {name: asdict(guard) for name, guard in sorted(guards.items())}


def guard_figures(experiment: Experiment, observed: Observed) -> dict[str, GuardFigures]:
    """Return the figures of each guard; what has impossible counts, or none, has no evidence."""
    found = {}
    for name, guard in experiment.guards:
        batches = observed.guards.get(name, ())
        if any(batch.problem() for batch in batches):
            batches = ()
        found[name] = GuardFigures(
            sum(1 for batch in batches if batch.champion and batch.challenger),
            worse(batches, guard.margin, guard.expected),
            within(batches, guard.margin, guard.expected),
            guard.alpha,
        )
    return found


def figures(experiment: Experiment, observed: Observed, guards: dict[str, GuardFigures]) -> Figures:
    """Return all figures of sums without `problem`."""
    alone, users = difference(observed.strata), observed.users
    seen = replace(alone, variance=users.variance) if users else alone
    tuned = rho(experiment.planned_weight * experiment.deviation**2, experiment.alpha)
    found = interval(seen, tuned, experiment.alpha)
    counted = users.first if users else [(at.champion.n, at.challenger.n) for at in observed.strata]
    counts = [(at.share, *pair) for at, pair in zip(observed.strata, counted, strict=True)]
    return Figures(
        records=observed.records,
        difference=seen,
        users=users,
        design_effect=seen.variance / alone.variance if alone.variance else 1.0,
        gain=found if experiment.direction == "higher" else -found,
        p=p_value(seen, tuned),
        mismatch=mismatch(counts),
        guards=guards,
    )


def problem(observed: Observed) -> str | None:
    """Say which of the data is impossible; None if all can be true."""
    for number, stratum in enumerate(observed.strata, start=1):
        if not 0 <= stratum.share <= 1:
            return f"stratum {number} has a share of {stratum.share}"
        for name, part in (("champion", stratum.champion), ("challenger", stratum.challenger)):
            if found := part.problem():
                return f"the {name} in stratum {number} has {found}"
    if observed.users and (found := observed.users.problem()):
        return f"there is {found}"
    for name, batches in sorted(observed.guards.items()):
        for number, batch in enumerate(batches, start=1):
            if found := batch.problem():
                return f"guard {name} has in period {number} {found}"
    return None


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None
