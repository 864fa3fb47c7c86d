"""What is kept of a variant's records: sums that add up, whoever reduced which records, in whatever order."""

import math
from dataclasses import dataclass
from typing import Protocol


class Summary(Protocol):
    """A variant's records in one stratum, as an estimate of the metric."""

    @property
    def n(self) -> int:
        """Records."""

    @property
    def usable(self) -> bool:
        """Whether they are enough for a value and its variance."""

    @property
    def value(self) -> float:
        """The metric. ValueError unless usable."""

    @property
    def value_variance(self) -> float:
        """The sampling variance of `value`, in its square. ValueError unless usable."""

    def problem(self) -> str | None:
        """What is impossible about the sums, in words; None if nothing is."""


@dataclass(frozen=True)
class Moments:
    """Sums of a number per record: an error as 0 or 1, a log loss, a business value.

    The variance loses digits as the square of mean / deviation: of a mean of a million deviations, four are left.

    Attributes:
        n: records.
        total: sum of the numbers.
        squares: sum of their squares.
    """

    n: int = 0
    total: float = 0.0
    squares: float = 0.0

    @classmethod
    def of_rate(cls, n: int, hits: int) -> "Moments":
        """Return the sums of `hits` ones and `n - hits` zeros."""
        return cls(n, hits, hits)

    def __add__(self, other: "Moments") -> "Moments":
        return Moments(self.n + other.n, self.total + other.total, self.squares + other.squares)

    def thinned(self, factor: float) -> "Moments":
        """Return sums of the same mean and variance of so many times fewer records; a fraction of one is left out.

        With the design effect for a factor, of as many records as tell as much when drawn by themselves (Kish 1965).
        """
        fewer = int(self.n / factor + 1e-9)
        return Moments(fewer, self.total * fewer / self.n, self.squares * fewer / self.n) if self.n else self

    @property
    def usable(self) -> bool:
        """Whether there is a variance: two records."""
        return self.n >= 2  # noqa: PLR2004

    @property
    def value(self) -> float:
        """The mean."""
        if not self.n:
            raise ValueError("no records have no mean; ask `usable` first")
        return self.total / self.n

    @property
    def variance(self) -> float:
        """The unbiased variance of one record."""
        if not self.usable:
            raise ValueError(f"{self.n} records have no variance; ask `usable` first")
        # Rounding may leave a little less than nothing.
        return max(0.0, self.squares - self.total * self.value) / (self.n - 1)

    @property
    def value_variance(self) -> float:
        """The sampling variance of the mean."""
        return self.variance / self.n

    def problem(self) -> str | None:
        """Say what no records can have summed up to; None if some can."""
        if self.n < 0 or self.squares < 0:
            return f"a negative number of records or sum of squares: n {self.n}, squares {self.squares}"
        if not (math.isfinite(self.total) and math.isfinite(self.squares)):
            return f"a sum that is no number: sum {self.total}, squares {self.squares}"
        if self.total * self.total > self.n * self.squares * (1 + 1e-9) + 1e-12:
            return f"a sum too large for its squares: n {self.n}, sum {self.total}, squares {self.squares}"
        return None
