"""Which running training jobs of a tuning job are not worth going on with: the median rule, and Hyperband's rungs.

A history is the values of the objective that a job has reported, oldest first, turned so that more is better.
"""

import math
import statistics
from collections.abc import Mapping, Sequence
from typing import Protocol

_ENOUGH_TO_COMPARE = 3
_ETA = 3  # Hyperband keeps a third at each rung, as its authors advise
History = Sequence[float]


class Pruner(Protocol):
    """Says which jobs to end."""

    def hopeless(self, running: Mapping[str, History], ended: Mapping[str, History]) -> list[str]:
        """Return the names of running jobs to stop."""


class KeepAll:
    """Ends none."""

    def hopeless(self, running: Mapping[str, History], ended: Mapping[str, History]) -> list[str]:
        """Return nothing."""
        del running, ended
        return []


class MedianRule:
    """TrainingJobEarlyStoppingType Auto.

    As AWS documents: a job ends when its objective is worse than the median of the running averages that the jobs
    before it had at the same epoch.
    """

    def hopeless(self, running: Mapping[str, History], ended: Mapping[str, History]) -> list[str]:
        """Return the jobs below the median; none as long as fewer than three have ended that came so far."""
        found = []
        for name, history in running.items():
            comparable = [other[: len(history)] for other in ended.values() if len(other) >= len(history) > 0]
            if len(comparable) < _ENOUGH_TO_COMPARE:
                continue
            if history[-1] < statistics.median(map(statistics.fmean, comparable)):
                found.append(name)
        return found


class Hyperband:
    """Strategy Hyperband: jobs are compared at rungs, each three times as many epochs as the one below.

    Source: Li et al., Hyperband (JMLR 2018), with the asynchronous rungs of Li et al., ASHA (MLSys 2020), since jobs
    do not wait for each other: at a rung a job goes on if it is in the best third of those that came there in its
    bracket, and always while fewer than three did. Brackets differ by their lowest rung; they get jobs in the
    proportion of the paper. At `most` epochs a job ends. AWS does not publish its own.
    """

    def __init__(self, least: int, most: int) -> None:
        self._most = most
        deepest = int(math.log(most / least, _ETA) + 1e-9)
        rungs = [least * _ETA**level for level in range(deepest + 1)]
        self._brackets = [[rung for rung in rungs[first:] if rung < most] for first in range(deepest + 1)]
        self._shares = [_ETA**left / (left + 1) for left in range(deepest, -1, -1)]
        self._bracket_of: dict[str, int] = {}
        self._values: dict[tuple[int, int], dict[str, float]] = {}

    def hopeless(self, running: Mapping[str, History], ended: Mapping[str, History]) -> list[str]:
        """Return the jobs that fall behind at a rung, or have had all their epochs."""
        for name, history in ended.items():
            self._take(name, history)
        return [name for name, history in running.items() if self._is_over(name, history)]

    def _is_over(self, name: str, history: History) -> bool:
        new = self._take(name, history)
        return len(history) >= self._most or any(self._falls_behind(name, rung) for rung in new)

    def _take(self, name: str, history: History) -> list[int]:
        bracket = self._bracket(name)
        new = []
        for rung in self._brackets[bracket]:
            values = self._values.setdefault((bracket, rung), {})
            if len(history) >= rung and name not in values:
                values[name] = history[rung - 1]
                new.append(rung)
        return new

    def _falls_behind(self, name: str, rung: int) -> bool:
        values = self._values[self._bracket(name), rung]
        if len(values) < _ETA:
            return False
        better = sum(value > values[name] for value in values.values())
        return better >= math.ceil(len(values) / _ETA)

    def _bracket(self, name: str) -> int:
        if name not in self._bracket_of:
            given = list(self._bracket_of.values())
            self._bracket_of[name] = min(
                range(len(self._shares)), key=lambda number: (given.count(number) + 1) / self._shares[number]
            )
        return self._bracket_of[name]
