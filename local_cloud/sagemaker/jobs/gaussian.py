"""What a Gaussian process makes of the trials of a tuning job: where to look next, and whether looking is worth it."""

import math
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from local_cloud.sagemaker.jobs.ranges import Array, Space

_CANDIDATES = 2000
_LEAST_TO_CONVERGE = 10


@dataclass(frozen=True)
class Trial:
    """A point that was tried; `objective` is to be made large, None while it runs and if it gave none.

    `borrowed`: by a job whose values are not comparable, so that it cannot be the best.
    """

    point: Array
    objective: float | None
    running: bool
    borrowed: bool = False


def most_promising(
    searched: Space, done: Sequence[Trial], running: Sequence[Array], random: np.random.Generator
) -> Array:
    """Return the candidate with the greatest expected improvement; `done` have objectives, `running` none yet."""
    with _one_thread():
        process = _process(searched.width, random)
        points, values = _known(done)
        process.fit(points, values)
        if running:
            pending = np.array(running)
            points, values = np.vstack([points, pending]), np.concatenate([values, process.predict(pending)])
            process.set_params(optimizer=None, kernel=process.kernel_)
            process.fit(points, values)
        candidates = _candidates(searched, random, done)
        chosen: Array = candidates[int(np.argmax(_expected_improvement(process, candidates, _best(done))))]
        return chosen


def expected_improvement(searched: Space, trials: Sequence[Trial], seed: int = 0) -> float:
    """Return by how much the best objective may be expected to grow with one more trial, at the best place for it.

    As a Gaussian process fitted to the finished trials has it; infinite as long as there are fewer than twice as many
    trials as the space is wide, or fewer than ten.
    """
    done = [trial for trial in trials if trial.objective is not None]
    if len(done) < max(_LEAST_TO_CONVERGE, 2 * searched.width):
        return math.inf
    random = np.random.default_rng(seed)
    with _one_thread():
        process = _process(searched.width, random)
        process.fit(*_known(done))
        candidates = _candidates(searched, random, done)
        return float(_expected_improvement(process, candidates, _best(done)).max())


def _known(done: Sequence[Trial]) -> tuple[Array, Array]:
    return np.array([trial.point for trial in done]), np.array([trial.objective for trial in done], dtype=np.float64)


def _best(done: Sequence[Trial]) -> float:
    own = [trial for trial in done if not trial.borrowed] or done
    return max(trial.objective for trial in own if trial.objective is not None)


def _expected_improvement(process: Any, candidates: Array, best: float) -> Array:
    from scipy.stats import norm

    mean, deviation = process.predict(candidates, return_std=True)
    deviation = np.maximum(deviation, 1e-12)
    gain = mean - best
    improvement: Array = gain * norm.cdf(gain / deviation) + deviation * norm.pdf(gain / deviation)
    return improvement


def _candidates(searched: Space, random: np.random.Generator, done: Sequence[Trial]) -> Array:
    # Half anywhere, half around the best so far, whose categories they keep.
    anywhere = searched.draw(random, _CANDIDATES)
    best = max(done, key=lambda trial: -math.inf if trial.objective is None else trial.objective).point
    near = np.repeat(best[None, :], _CANDIDATES, axis=0)
    numbers = len(searched.numbers)
    near[:, :numbers] += random.normal(scale=0.1, size=(_CANDIDATES, numbers))
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
