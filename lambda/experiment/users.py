"""Users who keep a variant: their requests come together, so it is users who are drawn, and who count as evidence."""

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class Users:
    """What is known of the users behind the records.

    Attributes:
        variance: of `strata.Difference.score`, between users (pipelines_src/steps/outcomes/clusters.py says how).
        champion, challenger: how many users have records of the variant.
        of_nobody: records whose user is not known; each counts as a user of its own.
        first: of each stratum, how many users were first met in it: the champion's, the challenger's.
    """

    variance: float
    champion: int
    challenger: int
    of_nobody: int
    first: tuple[tuple[int, int], ...]

    @property
    def least(self) -> int:
        """The number of users of the variant that has fewer."""
        return min(self.champion, self.challenger)

    def problem(self) -> str | None:
        """Say what is impossible about them; None if nothing is."""
        if not 0 <= self.variance < math.inf:
            return f"a variance between users of {self.variance}"
        numbers = (self.champion, self.challenger, self.of_nobody, *(n for pair in self.first for n in pair))
        if min(numbers) < 0:
            return f"a negative number of users: {min(numbers)}"
        return None
