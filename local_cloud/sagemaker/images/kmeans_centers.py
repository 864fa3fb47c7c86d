"""The mathematics of the built-in K-means: web-scale mini-batch k-means with more centers than asked for, then Lloyd.

Source: the AWS documentation, "How K-Means Clustering Works" and "K-Means Hyperparameters"; D. Sculley, "Web-Scale
K-Means Clustering" (2010). What they leave open is decided here: rows that `half_life_time_size` made old weigh less
in the reduction too, and a cluster that Lloyd leaves empty keeps its center.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Matrix = npt.NDArray[Any]
Total = Callable[[Matrix], Matrix]

_CHUNK = 1 << 22  # distances held at once, so that a large batch with many centers fits into memory


def nearest(points: Matrix, centers: Matrix) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.float64]]:
    """Return for each point the index of its closest center and the squared distance to it."""
    step = max(1, _CHUNK // len(centers))
    parts = [_nearest(points[start : start + step], centers) for start in range(0, max(len(points), 1), step)]
    return np.concatenate([labels for labels, _ in parts]), np.concatenate([squared for _, squared in parts])


def _nearest(points: Matrix, centers: Matrix) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.float64]]:
    points, centers = points.astype(np.float64), centers.astype(np.float64)
    # The point's own norm is the same for every center. Around their mean, far-off data lose no digits.
    middle = centers.mean(axis=0)
    moved = centers - middle
    labels = ((moved**2).sum(axis=1) - 2 * (points - middle) @ moved.T).argmin(axis=1)
    return labels, ((points - centers[labels]) ** 2).sum(axis=1)


def choose(points: Matrix, count: int, method: str, random: np.random.RandomState, weights: Matrix | None) -> Matrix:
    """Return `count` of the points as first centers: by `random`, or spread out by `kmeans++`."""
    if method == "random":
        return points[random.choice(len(points), count, replace=False)].astype(np.float64)
    from sklearn.cluster import kmeans_plusplus  # a second to import, and by default not needed for the first centers

    centers, _ = kmeans_plusplus(points.astype(np.float64), count, sample_weight=weights, random_state=random)
    return np.asarray(centers)


class MiniBatchCenters:
    """The K centers while batches go by, and how many points each has been given."""

    def __init__(self, centers: Matrix, half_life: int) -> None:
        self.centers = centers.astype(np.float64)
        self.counts = np.zeros(len(centers))
        self._half_life = half_life

    def update(self, batch: Matrix, total: Total = lambda numbers: numbers) -> None:
        """Move each center to the weighted average of itself and the batch's points that are closest to it.

        `total` adds up what several instances found in their batches.
        """
        labels, _ = nearest(batch, self.centers)
        found = np.zeros((len(self.centers), 1 + self.centers.shape[1]))  # for each center: points, their sum
        found[:, 0] = np.bincount(labels, minlength=len(self.centers))
        np.add.at(found[:, 1:], labels, batch.astype(np.float64))
        found = total(found)
        new, sums = found[:, 0], found[:, 1:]
        if self._half_life:
            self.counts *= 0.5 ** (new.sum() / self._half_life)
        met = new > 0
        self.counts[met] += new[met]
        share = new[met] / self.counts[met]
        means = sums[met] / new[met, None]
        self.centers[met] += share[:, None] * (means - self.centers[met])


@dataclass(frozen=True)
class Lloyd:
    """How K centers become k: the local_lloyd_* hyperparameters."""

    init_method: str
    max_iter: int
    tol: float

    def run(self, points: Matrix, weights: Matrix, count: int, random: np.random.RandomState) -> tuple[Matrix, float]:
        """Return `count` centers of weighted points and their mean squared distance, from one beginning."""
        centers = choose(points, count, self.init_method, random, weights)
        loss = np.inf
        for _ in range(self.max_iter):
            labels, squared = nearest(points, centers)
            before, loss = loss, float(np.average(squared, weights=weights))
            if before - loss <= self.tol * loss:
                break
            for label in range(count):
                mine = labels == label
                if weights[mine].sum() > 0:
                    centers[label] = np.average(points[mine], axis=0, weights=weights[mine])
        return centers, float(np.average(nearest(points, centers)[1], weights=weights))
