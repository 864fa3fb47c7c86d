"""Where a tuning job looks next: the strategies Random, Grid and Bayesian. Hyperband draws as Random does."""

import itertools
from collections.abc import Sequence
from typing import Protocol

import numpy as np

from local_cloud.sagemaker.jobs.gaussian import Trial, most_promising
from local_cloud.sagemaker.jobs.ranges import Array, Space, Values

__all__ = ["BayesianSearch", "GridSearch", "RandomSearch", "Strategy", "Trial"]


class Strategy(Protocol):
    """Says what to try next."""

    def next(self, trials: Sequence[Trial]) -> tuple[Array, Values] | None:
        """Return a point and its hyperparameters; None if there is nothing left to try."""


class RandomSearch:
    """Independent uniform draws on each range's scale."""

    def __init__(self, searched: Space, seed: int | None) -> None:
        self._space, self._random = searched, np.random.default_rng(seed)

    def next(self, trials: Sequence[Trial]) -> tuple[Array, Values] | None:
        """Draw the next point."""
        del trials
        point = self._space.draw(self._random, 1)[0]
        return point, self._space.values(point)


class GridSearch:
    """Every combination of categorical values once, in order."""

    def __init__(self, searched: Space) -> None:
        names = [category.name for category in searched.categories]
        combinations = itertools.product(*(category.values for category in searched.categories))
        values = [dict(zip(names, combination, strict=True)) for combination in combinations]
        self._left = iter([(point, each) for each in values if (point := searched.point(each)) is not None])

    def next(self, trials: Sequence[Trial]) -> tuple[Array, Values] | None:
        """Return the next combination."""
        del trials
        return next(self._left, None)


class BayesianSearch:
    """Random draws first, then the candidate with the greatest expected improvement under a Gaussian process.

    The process has a Matern kernel with a length per dimension and is fitted anew to all finished trials at each step.
    Trials that still run count as if they gave what the process expects of them, so parallel jobs spread out.
    """

    def __init__(self, searched: Space, seed: int | None, first: int) -> None:
        self._space, self._first = searched, first
        self._random = np.random.default_rng(seed)

    def next(self, trials: Sequence[Trial]) -> tuple[Array, Values] | None:
        """Choose the next point."""
        done = [trial for trial in trials if trial.objective is not None]
        if len(done) < self._first:
            point = self._space.draw(self._random, 1)[0]
        else:
            running = [trial.point for trial in trials if trial.running]
            point = most_promising(self._space, done, running, self._random)
        return point, self._space.values(point)
