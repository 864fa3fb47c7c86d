"""The variance of the difference between variants where a user's requests come together.

Users are what sticky assignment draws, so the variance is that between users, whatever a user's requests have to do
with each other. With S the score of `lambda/experiment/strata.py`, the sum over stretches of c (mean of the challenger
- mean of the champion), a user leaves in it

    phi = sum over the cells (stretch and variant) that have requests of the user of  w (sum of (x - mean)) / (1 - h),

w being c / n for the challenger's cells and -c / n for the champion's, x - mean what a request deviates by from the
mean of its cell, and h the user's share of the n requests. The variance is the sum of phi^2. That is the linearised
variance of a mean whose number of records is random (Deng, Knoblich and Lu, KDD 2018), with the jackknife's correction
for the pull that a user has on the mean (Bell and McCaffrey 2002; MacKinnon, Nielsen and Webb, Journal of Econometrics
2023): leaving the user out moves the mean by just that. Users who are met in several stretches, or moved between
variants, need nothing else: what they leave adds up before it is squared. With sqrt((m - 1) / m) for the m users of a
cell it comes to the variance of independent requests where each user sends one.

Of an area under the ROC curve (Obuchowski, Biometrics 1997) x is the share of the other class that a score is on the
right side of, and the two classes are cells of their own.
"""

from typing import Any

import ibis
import ibis.expr.types as ir

from ..engines import Engine
from ..preparation import exact
from ..use_case import Document
from .areas import placements
from .numbers import BIN
from .request import Request

_FEW = 2  # clusters of which there is a variance between


def with_parts(requests: ir.Table, request: Request) -> ir.Table:
    """Add `part`, the name of a request's cell, to rows of `adding.requests_of`."""
    part = _text(requests.stratum) + "/" + requests.variant
    if request.metric.name == "auc":
        part = part + "/" + ibis.ifelse(requests.label == 1, "positives", "negatives")
    return requests.mutate(part=part)


def variance_of(
    engine: Engine, requests: ir.Table, request: Request, strata: list[Document]
) -> tuple[float, list[dict[str, int]]]:
    """Return the variance of the score, and how many clusters each variant has in each stretch.

    A stretch in which a variant (of an area, a class of its records) has less than two is left out.

    Args:
        engine: that has the table.
        requests: rows of `with_parts` with their `cluster`: a user, or a request of nobody.
        request: what is asked for.
        strata: the stretches with their sums.
    """
    apart = _deviations(engine, requests, request, strata)
    within = engine.keep("within", _within(engine, apart))
    parts = {row["part"]: row for row in engine.fetch(within.group_by("part").agg(m=within.count(), n=within.n.sum()))}
    clusters = [_clusters(parts, place, request) for place in range(len(strata))]
    weights: dict[str, float] = {}
    for place, found in enumerate(clusters):
        if min(found.values()) >= _FEW:
            weights |= _weights(parts, place, request)
    if not weights:
        return 0.0, clusters
    return _squares(engine, within, weights, {part: float(parts[part]["n"]) for part in weights}), clusters


def _names(place: int, variant: str, request: Request) -> list[str]:
    classes = ("/positives", "/negatives") if request.metric.name == "auc" else ("",)
    return [f"{place}/{variant}{each}" for each in classes]


def _clusters(parts: dict[str, Document], place: int, request: Request) -> dict[str, int]:
    return {
        variant: min(int(parts[name]["m"]) if name in parts else 0 for name in _names(place, variant, request))
        for variant in request.variants
    }


def _weights(parts: dict[str, Document], place: int, request: Request) -> dict[str, float]:
    """Return of each cell of a stretch w sqrt((m - 1) / m)."""
    champion, challenger = (
        sum(int(parts[name]["n"]) for name in _names(place, variant, request)) for variant in request.variants
    )
    effective = champion * challenger / (champion + challenger)
    found = {}
    for variant, sign in zip(request.variants, (-1, 1), strict=True):
        for name in _names(place, variant, request):
            n, m = int(parts[name]["n"]), int(parts[name]["m"])
            found[name] = sign * effective / n * ((m - 1) / m) ** 0.5
    return found


def _deviations(engine: Engine, requests: ir.Table, request: Request, strata: list[Document]) -> ir.Table:
    """Return `part`, `cluster` and `deviation` of each request."""
    if request.metric.name == "auc":
        given = requests.mutate(level=requests.part + "/" + _text(requests[BIN].cast("int64")))
        table = engine.lookup("placements", placements(strata, request.variants))
        return given.inner_join(table, given.level == table.level).select("part", "cluster", deviation=table.code)
    means = {
        f"{place}/{variant}": one[variant]["total"] / one[variant]["n"]
        for place, one in enumerate(strata)
        for variant in request.variants
        if one[variant]["n"]
    }
    table = engine.lookup("cell_means", means)
    joined = requests.inner_join(table, requests.part == table.level)
    return joined.select("part", "cluster", deviation=requests.number - table.code)


def _within(engine: Engine, apart: ir.Table) -> ir.Table:
    """Return of each cell and cluster the number of its requests, and the sum of their deviations."""
    apart = engine.keep("apart", apart)
    largest = exact.size(exact.bounds(engine, apart, {"deviation": apart.deviation})["deviation"])
    grouped = apart.group_by(["part", "cluster"]).agg(n=apart.count(), whole=exact.total(apart.deviation, largest))
    return grouped.select("part", "cluster", "n", apart=exact.counted(grouped.whole, largest))


def _squares(engine: Engine, within: ir.Table, weights: dict[str, float], sizes: dict[str, float]) -> float:
    """Return the sum over clusters of phi^2."""
    weight, size = engine.lookup("cell_weights", weights), engine.lookup("cell_sizes", sizes)
    joined = within.inner_join(weight, within.part == weight.level).select(*within.columns, weight=weight.code)
    joined = joined.inner_join(size, joined.part == size.level).select(*joined.columns, size=size.code)
    pull = joined.n.cast("float64") / joined.size
    left = engine.keep("left", joined.select("cluster", phi=joined.weight * joined.apart / (1.0 - pull)))
    largest = exact.size(exact.bounds(engine, left, {"phi": left.phi})["phi"])
    grouped = left.group_by("cluster").agg(whole=exact.total(left.phi, largest))
    phi = exact.counted(grouped.whole, largest)
    squares = engine.keep("squares", grouped.select(square=phi * phi))
    largest = exact.size(exact.bounds(engine, squares, {"square": squares.square})["square"])
    [row] = engine.fetch(squares.aggregate(whole=exact.total(squares.square, largest)))
    return int(row["whole"] or 0) * exact.unit(largest)


def _text(value: Any) -> Any:
    return value.cast("string")
