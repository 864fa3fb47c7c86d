"""How many clusters: the number whose clusters are best apart, in a sample."""

import warnings
from collections.abc import Sequence

import numpy as np
import pandas as pd
from sklearn.cluster import KMeans
from sklearn.exceptions import ConvergenceWarning
from sklearn.metrics import silhouette_score

from ops.new_use_case.defaults import TRAINING_SHARE
from ops.new_use_case.errors import DataError
from ops.new_use_case.measuring import TABLE
from ops.new_use_case.roles import Role
from ops.new_use_case.sampling import sample
from ops.new_use_case.wording import many
from ops.new_use_case.workspace import Workspace, name

ROWS, MOST = 1_000, 10
RULE = f"of 2 to {MOST}, the one with the highest mean silhouette (Rousseeuw 1987) in {ROWS:,} rows"


def asked(workspace: Workspace, used: Sequence[Role], wanted: int) -> int:
    """Return the number of clusters that a person wants.

    Raises:
        DataError: there are fewer different rows, or fewer rows that train: some clusters would be empty.
    """
    listed = ", ".join(name(role.column.name) for role in used)
    [(rows, different)] = workspace.rows(
        f"SELECT (SELECT count(*) FROM {TABLE}), count(*) FROM (SELECT DISTINCT {listed} FROM {TABLE})"  # noqa: S608 - quoted
    )
    most = min(different, int(TRAINING_SHARE * rows))
    if wanted > most:
        raise DataError(
            f"--clusters: found {wanted}; the file has {many(rows, 'row')}, {different} of them different in the "
            f"columns that are used, and {TRAINING_SHARE:.0%} train: allowed are at most {most} clusters. Ask for "
            "fewer, or leave the option out."
        )
    return wanted


def count(workspace: Workspace, used: Sequence[Role], where: str) -> int:
    """Return k by the rule, over standardised numbers and a column of 0 and 1 per level; 2 where all rows are equal.

    Args:
        workspace: with the view `observations`.
        used: the columns.
        where: SQL of the rows that count.
    """
    rows = sample(workspace, [role.column for role in used], ROWS, where)
    numbers = [
        rows[role.column.name].astype("float64") for role in used if role.column.kind != "text" and role.type != "text"
    ]
    levels = [pd.get_dummies(rows[role.column.name], dtype="float64") for role in used if role.type == "text"]
    table = pd.concat([*map(_standardised, numbers), *levels], axis=1).to_numpy("float64")
    different = len(np.unique(table, axis=0))
    best, most_apart = 2, -1.0
    for k in range(2, min(MOST, different - 1) + 1):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)  # fewer clusters than k are judged as they are
            labels = KMeans(k, n_init=3, random_state=0).fit_predict(table)
        if len(set(labels)) > 1 and (apart := float(silhouette_score(table, labels))) > most_apart:
            best, most_apart = k, apart
    return best


def _standardised(values: pd.Series) -> pd.Series:
    filled = values.fillna(values.mean()).fillna(0.0)
    return (filled - filled.mean()) / (filled.std(ddof=0) or 1.0)
