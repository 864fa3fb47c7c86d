"""From the record of an experiment, and what was counted, to a decision. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import pairwise
from typing import Any

from experiment.bandit import Bandit
from experiment.decision import decide
from experiment.declared import INVALID
from experiment.e_process import Batch
from experiment.figures import guard_figures
from experiment.reading import Sums
from experiment.state import Decision, Observed
from experiment.trial import Look, Trial

_NONE = (0, 0, 0, 0)


def judge(trial: Trial, looks: Sequence[Look], look: Look, sums: Sums | None, now: datetime) -> Decision:
    """Return the decision of a look.

    Args:
        trial: the experiment.
        looks: all of its looks, the oldest first; `look` may be among them.
        look: the one that is decided.
        sums: None where no request is old enough for its outcome to be known.
        now: time of the decision.
    """
    known = [each for each in looks if each.number != look.number]
    known = [*known, replace(look, answers=sums.answers) if sums else look]
    seen = Observed(
        now=now,
        started_at=trial.started_at,
        weight=trial.share,
        strata=sums.strata if sums else (),
        users=sums.users if sums else None,
        guards=batches(known, trial.terms.guards),
        seen=trial.seen,
    )
    if trial.terms.method == "thompson":
        return decide(trial.terms.experiment(), seen, bandit(trial, look))
    return decide(trial.terms.experiment(), seen)


def breach(trial: Trial, looks: Sequence[Look], look: Look) -> Decision | None:
    """Return the withdrawal of a challenger that breaches a guard by now; None if it does not."""
    experiment, now = trial.terms.experiment(), look.at
    guards = batches([*looks, look], trial.terms.guards)
    seen = Observed(now=now, started_at=trial.started_at, weight=trial.share, guards=guards)
    if any(guard.breached for guard in guard_figures(experiment, seen).values()):
        return decide(experiment, seen)
    return None


def batches(looks: Iterable[Look], guards: Iterable[str]) -> dict[str, list[Batch]]:
    """Return the counts of each guard by period, the earliest first.

    What CloudWatch counts is written down look by look. Invalid answers are counted anew in each sums, from the
    beginning: a period is what came since the sums before.
    """
    ordered = sorted(looks, key=lambda look: look.number)
    found = {name: [look.counts[name] for look in ordered if name in look.counts] for name in guards}
    if INVALID in found:
        totals = [_NONE, *(look.answers for look in ordered if look.answers is not None)]
        found[INVALID] = [_between(*pair) for pair in pairwise(totals)]
    return found


def bandit(trial: Trial, look: Look) -> Bandit:
    """Return how Thompson sampling is done at a look: by a seed of its own, so that it comes out the same again."""
    terms = trial.terms
    return Bandit(
        rate=terms.metric == "error_rate",
        mean=terms.baseline,
        deviation=terms.deviation,
        floor=terms.ramp[0].weight,
        tolerance=terms.tolerance,
        seed=trial.number * 1_000_000 + look.number,
    )


def _between(before: tuple[int, int, int, int], after: tuple[int, int, int, int]) -> Batch:
    # A late correction may take a request away; then there is nothing in this period.
    champion, champion_failures, challenger, challenger_failures = (
        max(0, late - early) for early, late in zip(before, after, strict=True)
    )
    return Batch(champion, min(champion_failures, champion), challenger, min(challenger_failures, challenger))


def closed(look: Look, decision: Decision, sums: Sums | None, now: datetime) -> Look:
    """Return a look with its decision."""
    more: dict[str, Any] = {"counts": sums.counts} if sums else {}
    return replace(
        look,
        answers=sums.answers if sums else None,
        outcome=decision.action,
        reason=decision.reason,
        numbers={**decision.numbers, **more},
        next_share=decision.weight,
        decided_at=now,
    )
