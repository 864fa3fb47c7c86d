"""Thompson sampling on what an experiment has seen."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from experiment.strata import Stratum, standardised
from experiment.sums import Moments, Summary
from experiment.thompson import Advice, Beta, NormalInverseGamma, advise

LEAST_MOVE = 0.02  # of a share: each move costs a minute of records, and a stratum


@dataclass(frozen=True)
class Bandit:
    """How shares are drawn.

    Attributes:
        rate: whether the metric is a share of records; else it is a mean of numbers.
        mean, deviation: what is expected of one record, by the plan; `mean` None: what the champion's come to.
        floor: least share of each variant.
        tolerance: what may be lost by ending now, in the metric's unit.
        seed: of the draws.
    """

    rate: bool
    mean: float | None
    deviation: float
    floor: float
    tolerance: float
    seed: int

    def advice(
        self, strata: Sequence[Stratum[Summary]], *, higher_is_better: bool, design_effect: float = 1.0
    ) -> Advice | None:
        """Return what to do next; None before both variants have records in the same stretch of time.

        Where users keep a variant, records tell as much as `design_effect` times fewer that are drawn by themselves.
        TypeError if the metric is no number of single records.
        """
        champion, challenger = (each.thinned(max(1.0, design_effect)) for each in standardised(_moments(strata)))
        if not (champion.usable and challenger.usable):
            return None
        prior = self._prior(champion)
        return advise(
            prior.updated(champion),
            prior.updated(challenger),
            higher_is_better=higher_is_better,
            floor=self.floor,
            tolerance=self.tolerance,
            seed=self.seed,
        )

    def _prior(self, champion: Moments) -> "Beta | NormalInverseGamma":
        if self.rate:
            return Beta()
        return NormalInverseGamma.prior(champion.value if self.mean is None else self.mean, self.deviation)


def numbers(advice: Advice) -> dict[str, Any]:
    """Return what a record says of it."""
    return {"thompson": asdict(advice)}


def _moments(strata: Sequence[Stratum[Summary]]) -> list[Stratum[Moments]]:
    found = []
    for one in strata:
        if not (isinstance(one.champion, Moments) and isinstance(one.challenger, Moments)):
            raise TypeError("Thompson sampling takes sums of single records' numbers; an area under a curve has none")
        found.append(Stratum(one.share, one.champion, one.challenger))
    return found
