"""Where a tuning job looks next: the strategies Random, Grid and Bayesian."""

import itertools
import math
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from local_cloud.sagemaker.jobs.ranges import Array, Space, Values

_CANDIDATES = 2000


@dataclass(frozen=True)
class Trial:
    """A point that was tried; `objective` is to be made large, None while it runs and if it gave none."""

    point: Array
    objective: float | None
    running: bool


class Strategy(Protocol):
    """Says what to try next."""

    def next(self, trials: Sequence[Trial]) -> tuple[Array | None, Values] | None:
        """Return a point and its hyperparameters; None if there is nothing left to try."""


class RandomSearch:
    """Independent uniform draws on each range's scale."""

    def __init__(self, searched: Space, seed: int | None) -> None:
        self._space, self._random = searched, np.random.default_rng(seed)

    def next(self, trials: Sequence[Trial]) -> tuple[Array | None, Values] | None:
        """Draw the next point."""
        del trials
        point = self._space.draw(self._random, 1)[0]
        return point, self._space.values(point)


class GridSearch:
    """Every combination of categorical values once, in order."""

    def __init__(self, searched: Space) -> None:
        names = [category.name for category in searched.categories]
        combinations = itertools.product(*(category.values for category in searched.categories))
        self._left: Iterator[Values] = (dict(zip(names, values, strict=True)) for values in combinations)

    def next(self, trials: Sequence[Trial]) -> tuple[Array | None, Values] | None:
        """Return the next combination."""
        del trials
        values = next(self._left, None)
        return None if values is None else (None, values)


class BayesianSearch:
    """Random draws first, then the candidate with the greatest expected improvement under a Gaussian process.

    The process has a Matern kernel with a length per dimension and is fitted anew to all finished trials at each step.
    Trials that still run count as if they gave what the process expects of them, so parallel jobs spread out.
    """

    def __init__(self, searched: Space, seed: int | None, first: int) -> None:
        self._space, self._first = searched, first
        self._random = np.random.default_rng(seed)

    def next(self, trials: Sequence[Trial]) -> tuple[Array | None, Values] | None:
        """Choose the next point."""
        done = [trial for trial in trials if trial.objective is not None]
        if len(done) < self._first:
            point = self._space.draw(self._random, 1)[0]
        else:
            with _one_thread():
                point = self._most_promising(done, [trial.point for trial in trials if trial.running])
        return point, self._space.values(point)

    def _most_promising(self, done: list[Trial], running: list[Array]) -> Array:
        from scipy.stats import norm

        points = np.array([trial.point for trial in done])
        values = np.array([trial.objective for trial in done], dtype=np.float64)
        process = _process(self._space.width, self._random)
        process.fit(points, values)
        if running:
            pending = np.array(running)
            points, values = np.vstack([points, pending]), np.concatenate([values, process.predict(pending)])
            process.set_params(optimizer=None, kernel=process.kernel_)
            process.fit(points, values)
        candidates = self._candidates(done)
        mean, deviation = process.predict(candidates, return_std=True)
        deviation = np.maximum(deviation, 1e-12)
        gain = mean - values.max()
        improvement = gain * norm.cdf(gain / deviation) + deviation * norm.pdf(gain / deviation)
        chosen: Array = candidates[int(np.argmax(improvement))]
        return chosen

    def _candidates(self, done: list[Trial]) -> Array:
        # Half anywhere, half around the best so far, whose categories they keep.
        anywhere = self._space.draw(self._random, _CANDIDATES)
        best = max(done, key=lambda trial: trial.objective or -math.inf).point
        near = np.repeat(best[None, :], _CANDIDATES, axis=0)
        numbers = len(self._space.numbers)
        near[:, :numbers] += self._random.normal(scale=0.1, size=(_CANDIDATES, numbers))
        return np.vstack([anywhere, np.clip(near, 0, 1)])


def _one_thread() -> Any:
    # The matrices are tiny: more threads only wait for each other, and for the training jobs' own.
    from threadpoolctl import threadpool_limits

    return threadpool_limits(limits=1)


def _process(width: int, random: np.random.Generator) -> Any:
    # Imported here, since a server that tunes nothing should not pay for scikit-learn.
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.gaussian_process import GaussianProcessRegressor
    from sklearn.gaussian_process.kernels import ConstantKernel, Matern, WhiteKernel

    # A length at its bound says that a dimension matters very much or not at all, which is no problem here.
    warnings.simplefilter("ignore", ConvergenceWarning)
    kernel = ConstantKernel(1.0) * Matern(np.full(width, 0.5), (0.05, 10.0), nu=2.5) + WhiteKernel(1e-3, (1e-6, 1.0))
    state = int(random.integers(2**31))
    return GaussianProcessRegressor(kernel, normalize_y=True, random_state=state)
