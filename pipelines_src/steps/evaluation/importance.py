"""What the model made use of."""

from typing import Any

import numpy as np
import pandas as pd

from ..kmeans_model import KMeans
from ..models import Model
from ..script_model import ScriptModel
from .judged import Judged

_ROWS = 1000  # of the test split, whose predictions are looked at


def importance(model: Model, judged: Judged) -> pd.DataFrame:
    """Return `feature`, a column that says what is measured, and its share, largest first.

    A tree model: `total_gain` of the splits on each feature. A linear one: `weight`, the absolute coefficients.
    Clusters: `variance_between`, of each feature between the clusters that test rows fall into. A model of the use
    case's own: `prediction_change`, the mean absolute change of what it gives where the feature's values are shuffled
    (after Breiman 2001, without the label). A feature never used has 0.
    """
    if isinstance(model, KMeans):
        return _table(judged.names, "variance_between", _between(judged))
    if isinstance(model, ScriptModel):
        return _table(judged.names, "prediction_change", _changes(model, judged))
    measure = "weight" if '"name":"gblinear"' in model.save_config() else "total_gain"
    found: dict[str, Any] = model.get_score(importance_type=measure)
    values = [float(np.abs(found.get(f"f{place}", 0)).sum()) for place in range(len(judged.names))]
    return _table(judged.names, measure, values)


def _between(judged: Judged) -> list[float]:
    table = pd.DataFrame(judged.matrix.astype("float64"))
    means = table.groupby(judged.model[:, 0]).transform("mean")
    values: list[float] = means.var(ddof=0).tolist()
    return values


def _changes(model: ScriptModel, judged: Judged) -> list[float]:
    random = np.random.default_rng(0)
    rows = judged.matrix[random.permutation(len(judged.matrix))[:_ROWS]]
    before, values = model.predict(rows), []
    for place in range(len(judged.names)):
        shuffled = rows.copy()
        shuffled[:, place] = random.permutation(shuffled[:, place])
        values.append(float(np.abs(model.predict(shuffled) - before).mean()))
    return values


def _table(names: list[str], measure: str, values: list[float]) -> pd.DataFrame:
    share = "share_of_gain" if measure == "total_gain" else "share"
    table = pd.DataFrame({"feature": names, measure: values})
    table[share] = table[measure] / max(table[measure].sum(), 1e-300)
    return table.sort_values([measure, "feature"], ascending=[False, True], ignore_index=True)
