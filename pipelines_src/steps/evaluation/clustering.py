"""Clusters: how much of the data's variance they explain, how well they lie apart, whether they agree with labels.

`variance_explained` is the share of the mean squared distance to one single centre, the test rows' own mean, that
the nearest of the model's centres saves; `noise` says which share is saved where there are no clusters. Partitions
by two models are compared as partitions, since each model has a space of its own: both by the distance to their
clusters' means among the test rows, in the new model's space.
"""

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn import metrics

from . import model_quality, noise
from .bootstrap import Chances, Figures, Floats
from .judged import Document, Judged, Rows, skill

SILHOUETTE_ROWS = 2000  # its time grows with the square


class Partition:
    """Rows in groups, ready to be weighted: how much of their variance lies between the groups."""

    def __init__(self, matrix: Floats, groups: NDArray[np.int64]) -> None:
        self._order = np.argsort(groups, kind="stable")
        ordered = groups[self._order]
        self._starts = np.flatnonzero(np.concatenate(([True], ordered[1:] != ordered[:-1])))
        ends = [*self._starts[1:], len(ordered)]
        self._groups = [slice(start, end) for start, end in zip(self._starts, ends, strict=True)]
        self._matrix = (matrix - matrix.mean(axis=0))[self._order]
        self._squares = (self._matrix**2).sum(axis=1)

    def explained(self, weights: Floats) -> tuple[float, float]:
        """Return the weighted sum of squares between groups over the whole one, and the whole.

        The share is nan where the whole is nothing, the rows being all alike.
        """
        ordered = weights[self._order]
        sums = np.stack([ordered[group] @ self._matrix[group] for group in self._groups])
        rows = np.add.reduceat(ordered, self._starts)
        mean = (sums.sum(axis=0) ** 2).sum() / rows.sum()
        there = rows > 0
        between = float(((sums[there] ** 2).sum(axis=1) / rows[there]).sum() - mean)
        whole = float(ordered @ self._squares - mean)
        return (between / whole if whole > 0 else float("nan")), whole


class Clustering:
    """Judges clusters.

    Args:
        judged: the test split; a forecast's rows are the cluster's number and the distance to its centre.
        seed: of the rows that the silhouette is computed of, and of noise.
        trained: rows that the model learnt from.
        clusters: that it has; None: those that the test rows fall into.
    """

    def __init__(self, judged: Judged, seed: int, *, trained: int, clusters: int | None) -> None:
        self._judged, self._seed, self._trained, self._clusters = judged, seed, trained, clusters
        self._matrix = judged.matrix.astype("float64")
        self._cluster = judged.model[:, 0].astype(np.int64)
        self._squared = judged.model[:, 1] ** 2
        self._own = Partition(self._matrix, self._cluster)
        champion = judged.champion
        self._champions = None if champion is None else Partition(self._matrix, champion[:, 0].astype(np.int64))

    def figures(self, weights: Floats) -> Figures:
        """Explained variance, and that of the partition over the incumbent's: without a champion one group."""
        own, whole = self._own.explained(weights)
        incumbent = 0.0 if self._champions is None else self._champions.explained(weights)[0]
        return {
            "variance_explained": skill(float(weights @ self._squared), whole),
            "mean_squared_distance": float(weights @ self._squared / weights.sum()),
            "incumbent_variance_explained": incumbent,
            "variance_explained_over_incumbent": own - incumbent,
        }

    def chances(self) -> Chances:
        """None of them."""
        return Chances()

    def single(self) -> Document:
        """Clusters that test rows fall into, what they explain over noise, silhouette, agreement with labels if any."""
        label = self._judged.label
        known = ~np.isnan(label)
        used = len(np.unique(self._cluster))
        explained = self.figures(np.ones(len(label)))["variance_explained"]
        of_noise = noise.explained(self._matrix, self._clusters or used, self._trained, self._seed)
        return {
            "clusters_used": used,
            "noise_variance_explained": of_noise,
            "variance_explained_over_noise": None if of_noise is None else explained - of_noise,
            "silhouette": self._silhouette() if used > 1 else None,
            "silhouette_rows": min(SILHOUETTE_ROWS, len(label)),
            "labelled_rows": int(known.sum()),
            "adjusted_rand": (
                float(metrics.adjusted_rand_score(label[known], self._cluster[known])) if known.any() else None
            ),
        }

    def _silhouette(self) -> float | None:
        """Return the mean silhouette (Rousseeuw 1987) of a sample of rows; None if it is of one cluster only."""
        rows = np.arange(len(self._cluster))
        if len(rows) > SILHOUETTE_ROWS:
            rows = np.random.default_rng(self._seed).choice(rows, SILHOUETTE_ROWS, replace=False)
        clusters = self._cluster[rows]
        if not 1 < len(np.unique(clusters)) < len(rows):
            return None
        return float(metrics.silhouette_score(self._matrix[rows], clusters))

    def of_slice(self, rows: Rows) -> Figures:
        """Share of the whole's variance that is explained in some rows, the distance, and their clusters."""
        centre = self._matrix.mean(axis=0)
        whole = float(((self._matrix[rows] - centre) ** 2).sum(axis=1).mean())
        distance = float(self._squared[rows].mean())
        return {
            "variance_explained": skill(distance, whole),
            "mean_squared_distance": distance,
            "clusters_used": float(len(np.unique(self._cluster[rows]))),
        }

    def tables(self) -> dict[str, pd.DataFrame]:
        """Rows and distance of each cluster that rows fall into."""
        table = pd.DataFrame({"cluster": self._cluster, "mean_squared_distance": self._squared})
        groups = table.groupby("cluster")
        return {"clusters.csv": groups.mean().assign(rows=groups.size()).reset_index()}

    def predictions(self) -> pd.DataFrame:
        """Clusters and distances."""
        distance = self._judged.model[:, 1]
        return pd.DataFrame({"time": self._judged.time, "label": self._judged.label, "cluster": self._cluster,
                             "distance": distance})  # fmt: skip

    def quality(self) -> Document:
        """Statistics of the clusters; AWS documents no format for them."""
        return model_quality.clustering(self.figures(np.ones(len(self._cluster))) | self.single(), len(self._cluster))

    def watched(self, weights: Floats) -> Figures:
        """None: no outcome arrives later."""
        return {}
