"""Principal components, from means and covariances that an engine computes in one pass each."""

from itertools import combinations_with_replacement
from typing import Any

import ibis.expr.types as ir
import numpy as np

from ..engines import Engine
from ..errors import StepError
from ..use_case import Document, UseCase
from .encoding import filled

_PER_QUERY = 500  # expressions: more make Spark compile for minutes


def reduction(engine: Engine, train: ir.Table, features: list[Document], use_case: UseCase) -> Document | None:
    """Return the components of the declared columns, or None where none are declared.

    `weights` has a row per component (unit length; the largest entry by size is positive, so that the sign is no
    accident), `explained` its share of the variance. Source: Jolliffe 2002, Principal Component Analysis, chapter 3.
    """
    declared = use_case.data["reduce"]
    if declared is None:
        return None
    by_name = {feature["name"]: feature for feature in features}
    # Columns of a query within: written out in each pair, they would be most of the SQL.
    values = train.select(**{name: filled(train, by_name[name]) for name in declared["columns"]})
    means = _fetched(engine, values, {name: values[name].mean() for name in values.columns})
    if any(mean is None for mean in means.values()):
        raise StepError("data.reduce: the training split has no records to learn components from. Correct split.")
    centred = values.select(**{name: values[name] - means[name] for name in values.columns})
    pairs = list(combinations_with_replacement(declared["columns"], 2))
    products = _fetched(
        engine,
        centred,
        {f"p{place}": (centred[one] * centred[other]).mean() for place, (one, other) in enumerate(pairs)},
    )
    size = len(declared["columns"])
    covariance = np.zeros((size, size))
    places = list(combinations_with_replacement(range(size), 2))
    for place, (row, column) in enumerate(places):
        covariance[row, column] = covariance[column, row] = products[f"p{place}"]
    variances, vectors = np.linalg.eigh(covariance)
    order = np.argsort(variances)[::-1][: declared["components"]]
    weights = vectors[:, order].T
    weights *= np.sign(weights[np.arange(len(weights)), np.abs(weights).argmax(axis=1)])[:, None]
    return {
        "prefix": declared["prefix"],
        "columns": list(declared["columns"]),
        "means": [means[name] for name in declared["columns"]],
        "weights": weights.tolist(),
        "explained": (variances[order] / max(variances.sum(), np.finfo(float).tiny)).tolist(),
    }


def _fetched(engine: Engine, table: ir.Table, wanted: dict[str, Any]) -> dict[str, float]:
    names = list(wanted)
    found: dict[str, float] = {}
    for start in range(0, len(names), _PER_QUERY):
        part = {f"a{place}": wanted[name] for place, name in enumerate(names[start : start + _PER_QUERY])}
        row = engine.fetch(table.aggregate(**part))[0]
        found |= {name: row[f"a{place}"] for place, name in enumerate(names[start : start + _PER_QUERY])}
    return found
