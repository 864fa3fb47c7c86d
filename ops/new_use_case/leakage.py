"""Columns that know the answer: how well each of them alone predicts the label of rows that it was not fitted on."""

import re
from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.metrics import r2_score, roc_auc_score
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

from ops.new_use_case.measuring import Measured
from ops.new_use_case.sampling import sample
from ops.new_use_case.target import Target
from ops.new_use_case.workspace import Workspace, name

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


def scores(workspace: Workspace, columns: Sequence[Measured], target: Target) -> dict[str, float]:
    """Return each column's score on held-out rows: AUC of two classes, balanced accuracy of several, R2 of numbers.

    One half of at most 20,000 rows gives the label's mean (or most frequent class) in each level, or in each of up to
    100 ranges that a decision tree finds; the other half judges it. For a label that is a number the squared rank
    correlation counts as well, since a copy of the label on another scale is a leak. A column with gaps is judged on
    the rows that have a value as well, if they are 40 or more: a copy of half of the labels is a leak too.
    """
    label = target.label
    if label is None:
        return {}
    found: dict[str, float] = {}
    for start in range(0, len(columns), _COLUMNS):
        part = columns[start : start + _COLUMNS]
        rows = sample(workspace, [*part, label], _ROWS, f"{name(label.name)} IS NOT NULL")
        if len(rows) < _FEWEST_ROWS:
            return {}
        outcome = _outcome(rows[label.name], target)
        found |= {one.name: _best(rows[one.name], outcome, target) for one in part}
    return found


def by_name(column: str, label: str) -> bool:
    """Whether a column's name says that it is written after the outcome.

    >>> by_name("resolution_time", "late"), by_name("churn_reason", "churn"), by_name("age", "churn")
    (True, True, False)
    """
    words = re.findall(r"[a-z]+", re.sub(r"(?<=[a-z])(?=[A-Z])", "_", column).lower())
    return bool(_AFTERWARDS & set(words)) or label.lower() in words


def _outcome(values: pd.Series, target: Target) -> NDArray[np.float64]:
    if target.problem == "binary_classification":
        return np.asarray(values == target.positive, dtype="float64")
    if target.problem == "multiclass_classification":
        return np.asarray(values.map({value: place for place, value in enumerate(target.classes)}), dtype="float64")
    return np.asarray(values, dtype="float64")


def _best(values: pd.Series, outcome: NDArray[np.float64], target: Target) -> float:
    score, present = _score(values, outcome, target), values.notna().to_numpy()
    if present.all() or present.sum() < _FEWEST_ROWS or not _can_judge(outcome[present][1::2], target):
        return score
    return max(score, _score(values[present].reset_index(drop=True), outcome[present], target))


def _can_judge(judged: NDArray[np.float64], target: Target) -> bool:
    """Whether two outcomes are common enough not to be told apart by chance."""
    return not target.classifies or int((np.unique(judged, return_counts=True)[1] >= _ROWS_OF_OUTCOME).sum()) > 1


def _score(values: pd.Series, outcome: NDArray[np.float64], target: Target) -> float:
    fit = np.arange(len(outcome)) % 2 == 0
    groups = _groups(values, outcome, fit, target)
    judged = outcome[~fit]
    if target.problem == "multiclass_classification":
        modes = pd.Series(outcome[fit]).groupby(groups[fit]).agg(lambda group: group.mode().iloc[0])
        right = pd.Series(groups[~fit]).map(modes).to_numpy() == judged
        return float(pd.Series(right).groupby(judged).mean().mean())
    means = pd.Series(outcome[fit]).groupby(groups[fit]).mean()
    told = pd.Series(groups[~fit]).map(means).fillna(outcome[fit].mean()).to_numpy()
    if target.problem == "binary_classification":
        return float(roc_auc_score(judged, told)) if len(set(judged)) > 1 else 0.0
    if judged.std() == 0:
        return 0.0
    return max(float(r2_score(judged, told)), _rank_correlation(values[~fit], judged))


def _groups(
    values: pd.Series, outcome: NDArray[np.float64], fit: NDArray[np.bool_], target: Target
) -> NDArray[np.int64]:
    """Return a number per row: of its level, or of the leaf of a tree on this column alone; missing is one of them."""
    if not pd.api.types.is_numeric_dtype(values):
        return np.asarray(pd.factorize(values)[0], dtype=np.int64)
    # The tree holds float32, in which large numbers (times, ids) that differ are equal; their ranks are not.
    ranks = values.rank(method="dense").fillna(-1).to_numpy("float64").reshape(-1, 1)
    kind = DecisionTreeClassifier if target.classifies else DecisionTreeRegressor
    tree = kind(max_leaf_nodes=_MOST_LEAVES, min_samples_leaf=_ROWS_OF_LEAF, random_state=0)
    return np.asarray(tree.fit(ranks[fit], outcome[fit]).apply(ranks), dtype=np.int64)


def _rank_correlation(values: pd.Series, outcome: NDArray[np.float64]) -> float:
    if not pd.api.types.is_numeric_dtype(values) or values.nunique() < 2 or values.isna().any():  # noqa: PLR2004 - a line needs two
        return 0.0
    return float(np.corrcoef(values.rank(), pd.Series(outcome).rank())[0, 1] ** 2)
