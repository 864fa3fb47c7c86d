"""How much records tell: those of one day are not drawn one by one, so that together they tell less than they are.

Their number is divided by Kish's design effect, as Rao and Scott (1992, Biometrics 48) do for counts from clusters. How
much the records of a period have in common is the baseline's: it has more periods than a window, which may have one.
"""

from dataclasses import dataclass

from ..intraclass import effective_periods, effective_records
from .expected import Expected
from .profile import Profile

Share = tuple[float, float]  # how many, of how many


@dataclass(frozen=True)
class Told:
    """Of a baseline and a window: how many periods of one size each has; 0: every record counts."""

    baseline: float = 0.0
    live: float = 0.0

    @classmethod
    def of(cls, expected: Expected, profile: Profile) -> "Told":
        """Return it for what was captured of a variant."""
        if not expected.periods:
            return cls()
        return cls(expected.periods, effective_periods(list(profile.periods.values())))

    def before(self, share: Share, alike: float) -> Share:
        """Return a share of the baseline's records, of as many as they tell; `alike`: their correlation."""
        return _scaled(share, self.baseline, alike)

    def now(self, share: Share, alike: float) -> Share:
        """Return a share of the captured records, of as many as they tell."""
        return _scaled(share, self.live, alike)


def _scaled(share: Share, periods: float, alike: float) -> Share:
    some, records = share
    told = effective_records(records, periods, alike)
    return (some / records * told if records else some), told
