"""Principal components, from means and covariances that an engine computes in one pass each."""

from itertools import combinations_with_replacement

import ibis.expr.types as ir

from ..engines import Engine
from ..errors import StepError
from ..use_case import Document, UseCase
from . import exact
from .encoding import filled


def reduction(engine: Engine, train: ir.Table, features: list[Document], use_case: UseCase) -> Document | None:
    """Return the components of the declared columns, or None where none are declared.

    `weights` has a row per component (unit length; the largest entry by size is positive, so that the sign is no
    accident), `explained` its share of the variance. Source: Jolliffe 2002, Principal Component Analysis, chapter 3.
    """
    declared = use_case.data["reduce"]
    if declared is None:
        return None
    import numpy as np  # a tenth of a second, which most use cases spare

    by_name = {feature["name"]: feature for feature in features}
    # Columns of a query within: written out in each pair, they would be most of the SQL.
    inner = train.select(**{name: filled(train, by_name[name]) for name in declared["columns"]})
    values = {name: inner[name] for name in inner.columns}
    bounds = exact.bounds(engine, inner, values)
    found = exact.means(engine, inner, values, {name: exact.size(bounds[name]) for name in values})
    means = {name: mean for name, mean in found.items() if mean is not None}
    if len(means) < len(values):
        raise StepError("data.reduce: the training split has no records to learn components from. Correct split.")
    sizes = {name: exact.size(bounds[name], means[name]) for name in values}
    centred = inner.select(**{name: value - means[name] for name, value in values.items()})
    pairs = list(combinations_with_replacement(declared["columns"], 2))
    products = exact.means(
        engine,
        centred,
        {f"p{place}": centred[one] * centred[other] for place, (one, other) in enumerate(pairs)},
        {f"p{place}": sizes[one] * sizes[other] for place, (one, other) in enumerate(pairs)},
        rows=exact.complete(engine, centred),
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
