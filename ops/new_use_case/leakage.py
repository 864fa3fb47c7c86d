"""Columns that know the answer: how well each of them alone predicts the label of rows that it was not fitted on."""

import re
from collections.abc import Sequence

import numpy as np
import pandas as pd
import sklearn
from numpy.typing import NDArray
from scipy.stats import rankdata
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

from ops.new_use_case.measuring import Measured
from ops.new_use_case.sampling import sample
from ops.new_use_case.target import Target
from ops.new_use_case.workspace import Workspace, name

Numbers = NDArray[np.float64]
LEAKS = 0.99  # a column alone: hardly any true cause does so well
SUSPICIOUS = 0.95
_ROWS = 20_000
_COLUMNS = 50  # in memory at a time
_MOST_LEAVES, _ROWS_OF_LEAF = 100, 5
_FEWEST_ROWS = 40
_ROWS_OF_OUTCOME = 5
# Words in the names of columns that are written after the outcome.
_AFTERWARDS = frozenset(
    {"outcome", "result", "actual", "final", "resolved", "resolution", "closed", "closing", "settled", "finished",
     "ended", "cancelled", "canceled", "refund", "refunded", "chargeback", "after", "predicted", "prediction"}
)  # fmt: skip


def scores(workspace: Workspace, columns: Sequence[Measured], target: Target, where: str = "true") -> dict[str, float]:
    """Return each column's score on held-out rows: AUC of two classes, balanced accuracy of several, R2 of numbers.

    One half of at most 20,000 rows gives the label's mean (or most frequent class) in each level, or in each of up to
    100 ranges that a decision tree finds; the other half judges it. For a label that is a number the squared rank
    correlation counts as well, since a copy of the label on another scale is a leak. A column with gaps is judged on
    the rows that have a value as well, if they are 40 or more: a copy of half of the labels is a leak too.

    Args:
        workspace: with the view `observations`.
        columns: those that are judged.
        target: what is predicted.
        where: SQL of the rows that count: of copies one each, or a twin in the other half would know the answer.
    """
    label = target.label
    if label is None:
        return {}
    found: dict[str, float] = {}
    for start in range(0, len(columns), _COLUMNS):
        part = columns[start : start + _COLUMNS]
        rows = sample(workspace, [*part, label], _ROWS, f"{name(label.name)} IS NOT NULL AND {where}")
        if len(rows) < _FEWEST_ROWS:
            return {}
        outcome = _outcome(rows[label.name], target)
        with sklearn.config_context(skip_parameter_validation=True):  # a third of the time, of a thousand small trees
            found |= {one.name: _best(rows[one.name], outcome, target) for one in part}
    return found


def by_name(column: str, label: str) -> bool:
    """Whether a column's name says that it is written after the outcome.

    >>> by_name("resolution_time", "late"), by_name("churn_reason", "churn"), by_name("age", "churn")
    (True, True, False)
    """
    words = re.findall(r"[a-z]+", re.sub(r"(?<=[a-z])(?=[A-Z])", "_", column).lower())
    return bool(_AFTERWARDS & set(words)) or label.lower() in words


def _outcome(values: pd.Series, target: Target) -> Numbers:
    if target.problem == "binary_classification":
        return np.asarray(values == target.positive, dtype="float64")
    if target.problem == "multiclass_classification":
        return np.asarray(values.map({value: place for place, value in enumerate(target.classes)}), dtype="float64")
    return np.asarray(values, dtype="float64")


def _best(values: pd.Series, outcome: Numbers, target: Target) -> float:
    score, present = _score(values, outcome, target), values.notna().to_numpy()
    if present.all() or present.sum() < _FEWEST_ROWS or not _can_judge(outcome[present][1::2], target):
        return score
    return max(score, _score(values[present].reset_index(drop=True), outcome[present], target))


def _can_judge(judged: Numbers, target: Target) -> bool:
    """Whether two outcomes are common enough not to be told apart by chance."""
    return not target.classifies or int((np.unique(judged, return_counts=True)[1] >= _ROWS_OF_OUTCOME).sum()) > 1


def _score(values: pd.Series, outcome: Numbers, target: Target) -> float:
    groups = _groups(values, outcome, target)
    taught, judged = outcome[::2], outcome[1::2]
    if target.problem == "multiclass_classification":
        return _balanced_accuracy(groups, taught.astype(np.int64), judged.astype(np.int64))
    rows = np.bincount(groups[::2], minlength=groups.max() + 1)
    sums = np.bincount(groups[::2], weights=taught, minlength=groups.max() + 1)
    means = np.where(rows > 0, sums / np.maximum(rows, 1), taught.mean())
    told = means[groups[1::2]]
    if target.problem == "binary_classification":
        return _area(told, judged > 0)
    if judged.std() == 0:
        return 0.0
    r2 = 1 - float(((judged - told) ** 2).sum() / ((judged - judged.mean()) ** 2).sum())
    return max(r2, _rank_correlation(values[1::2], judged))


def _area(told: Numbers, event: NDArray[np.bool_]) -> float:
    """Return the area under the ROC curve: how often an event was told more of than another row, ties half."""
    events, others = int(event.sum()), int((~event).sum())
    if not events or not others:
        return 0.0
    return float((rankdata(told)[event].sum() - events * (events + 1) / 2) / (events * others))


def _balanced_accuracy(groups: NDArray[np.int64], taught: NDArray[np.int64], judged: NDArray[np.int64]) -> float:
    """Return the mean over classes of the share that the most frequent class of its group tells."""
    classes = int(max(taught.max(), judged.max())) + 1
    counts = np.bincount(groups[::2] * classes + taught, minlength=(groups.max() + 1) * classes).reshape(-1, classes)
    told = np.where(counts.any(axis=1), counts.argmax(axis=1), -1)[groups[1::2]]
    rows = np.bincount(judged, minlength=classes)
    right = np.bincount(judged, weights=told == judged, minlength=classes)
    return float((right[rows > 0] / rows[rows > 0]).mean())


def _groups(values: pd.Series, outcome: Numbers, target: Target) -> NDArray[np.int64]:
    """Return a number per row: of its level, or of the leaf of a tree on this column alone; missing is one of them."""
    if not pd.api.types.is_numeric_dtype(values):
        return np.asarray(pd.factorize(values, use_na_sentinel=False)[0], dtype=np.int64)
    # The tree holds float32, in which large numbers (times, ids) that differ are equal; their ranks are not.
    ranks = np.asarray(pd.factorize(values, sort=True)[0], dtype=np.float32).reshape(-1, 1)
    kind = DecisionTreeClassifier if target.classifies else DecisionTreeRegressor
    tree = kind(max_leaf_nodes=_MOST_LEAVES, min_samples_leaf=_ROWS_OF_LEAF, random_state=0)
    taught = np.ascontiguousarray(outcome[::2].reshape(-1, 1))
    fitted = tree.fit(np.ascontiguousarray(ranks[::2]), taught, check_input=False)
    return np.asarray(fitted.apply(ranks, check_input=False), dtype=np.int64)


def _rank_correlation(values: pd.Series, outcome: Numbers) -> float:
    if not pd.api.types.is_numeric_dtype(values) or values.nunique() < 2 or values.isna().any():  # noqa: PLR2004 - a line needs two
        return 0.0
    return float(np.corrcoef(values.rank(), pd.Series(outcome).rank())[0, 1] ** 2)
