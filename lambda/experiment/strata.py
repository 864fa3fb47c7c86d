"""The difference between the variants, compared only within stretches of time in which the shares were constant."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from experiment.sums import Moments, Summary

S_co = TypeVar("S_co", bound=Summary, covariant=True)


@dataclass(frozen=True)
class Stratum(Generic[S_co]):
    """A stretch of time in which the endpoint's weights were constant.

    A ramp gives the challenger most of its records late. Were all records pooled and the world became easier
    meanwhile, the challenger would seem better (Simpson's paradox). Leave out the minutes in which weights move.

    Attributes:
        share: the challenger's share of the requests by the weights, between 0 and 1.
        champion, challenger: what is kept of their records.
        clusters: of how many users each variant's are (of an area, those of the rarer class); None: each record is
            drawn by itself.
    """

    share: float
    champion: S_co
    challenger: S_co
    clusters: tuple[int, int] | None = field(default=None, kw_only=True)

    @property
    def usable(self) -> bool:
        """Whether there is a difference and its variance: that between users takes two users of each variant."""
        drawn = self.clusters is None or min(self.clusters) >= 2  # noqa: PLR2004
        return drawn and self.champion.usable and self.challenger.usable


@dataclass(frozen=True)
class Difference:
    """Challenger minus champion over all strata, as a random walk: what a confidence sequence is made from.

    Attributes:
        score: sum over strata of c d, with d the difference in the stratum and c = n0 n1 / (n0 + n1).
        weight: sum of c: the effective number of records.
        variance: sum of c^2 Var(d): the walk's variance up to now, which is its clock.
    """

    score: float = 0.0
    weight: float = 0.0
    variance: float = 0.0

    @property
    def value(self) -> float:
        """The estimate: the mean of the strata's differences, weighted by c. ValueError without records."""
        if not self.weight:
            raise ValueError("no stratum has enough records of both variants; look at `weight` first")
        return self.score / self.weight


def difference(strata: Iterable[Stratum[Summary]]) -> Difference:
    """Return the difference over the strata that are usable, with the variance of records drawn by themselves.

    The weights c are Cochran's (1954), as Mantel and Haenszel's: the most precise where records vary alike, and
    independent of outcomes. c d equals the sum of the challenger's deviations from the stratum's common mean, so it
    grows by one independent step per record, with a variance of c^2 (Var0 + Var1), whatever the shares.
    """
    score = weight = variance = 0.0
    for stratum in strata:
        one, two = stratum.champion, stratum.challenger
        if stratum.usable:
            effective = one.n * two.n / (one.n + two.n)
            score += effective * (two.value - one.value)
            weight += effective
            variance += effective**2 * (one.value_variance + two.value_variance)
    return Difference(score, weight, variance)


def standardised(strata: Iterable[Stratum[Moments]]) -> tuple[Moments, Moments]:
    """Return both variants' sums as if they had had their records in the same strata (direct standardisation).

    A stratum counts with its share of all records. The sums are those of the effective number of records (Kish 1965),
    which has the same precision of the mean; a fraction of a record is left out.
    """
    used = [stratum for stratum in strata if stratum.usable]
    total = sum(stratum.champion.n + stratum.challenger.n for stratum in used)
    shares = [(stratum.champion.n + stratum.challenger.n) / total for stratum in used]
    champion = _weighted(shares, [stratum.champion for stratum in used])
    return champion, _weighted(shares, [stratum.challenger for stratum in used])


def _weighted(shares: list[float], parts: list[Moments]) -> Moments:
    if not parts:
        return Moments()
    mean = sum(share * part.value for share, part in zip(shares, parts, strict=True))
    square = sum(share * part.squares / part.n for share, part in zip(shares, parts, strict=True))
    effective = int(1 / sum(share**2 / part.n for share, part in zip(shares, parts, strict=True)) + 1e-9)
    return Moments(effective, effective * mean, effective * square)
