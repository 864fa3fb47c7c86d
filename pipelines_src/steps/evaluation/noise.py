"""What clusters explain where there are none: the baseline of clusterings.

Noise is uniform along the rows' principal axes, reference (b) of Tibshirani, Walther and Hastie 2001, "Estimating the
number of clusters in a data set via the gap statistic". By their theorem 1 no single log-concave group, such as a
normal one, explains more in one dimension. In more there is no worst one: long tails or few values can explain more.
The noise has the axes' variances, where theirs has their ranges, which a single far row sets.
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from sklearn.cluster import KMeans

from .judged import skill

DRAWS = 39  # by chance the model's is the highest of forty in 2.5 % (a Monte Carlo test: Hope 1968)
CLUSTERS = 100  # more take too long
_TEST_ROWS, _ROWS_PER_CLUSTER = 2000, 200  # the more rows train, the less they tell of the centres


def explained(matrix: NDArray[np.float64], clusters: int, trained: int, seed: int) -> float | None:
    """Return the highest share of variance that clusters of noise explain; None for more than `CLUSTERS`.

    Args:
        matrix: the test rows, as the model sees them.
        clusters: of the model.
        trained: rows that it learnt from; as many of noise, or those that tell, find the centres.
        seed: of the noise.
    """
    if clusters > CLUSTERS:
        return None
    return max(_shares(matrix, clusters, max(clusters, min(trained, _ROWS_PER_CLUSTER * clusters)), seed))


def _shares(matrix: NDArray[np.float64], clusters: int, trained: int, seed: int) -> Iterator[float]:
    random = np.random.default_rng(seed)
    variances = np.linalg.eigvalsh(np.atleast_2d(np.cov(matrix.T, bias=True)))
    half = np.sqrt(3 * variances.clip(0))  # of the width of a uniform distribution
    for _ in range(DRAWS):
        rows = random.uniform(-half, half, (trained, len(half)))
        found = KMeans(clusters, n_init=1, random_state=int(random.integers(2**31))).fit(rows)
        test = random.uniform(-half, half, (min(len(matrix), _TEST_ROWS), len(half)))
        squared = found.transform(test).min(axis=1) ** 2
        yield skill(float(squared.sum()), float(((test - test.mean(axis=0)) ** 2).sum()))
