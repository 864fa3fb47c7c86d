"""Whose requests they are, where users keep a variant."""

import ibis
import ibis.expr.types as ir

from ..engines import Engine
from ..use_case import Document
from .adding import known_of
from .clusters import variance_of, with_parts
from .joining import rows_of
from .reading import UNREADABLE
from .request import Request

_NOBODY = "?"  # before the id of a request of nobody: a pseudonym is hexadecimal


def users_of(
    engine: Engine,
    counted: ir.Table,
    requests: ir.Table,
    exposed: ir.Table,
    request: Request,
    strata: list[Document],
) -> Document:
    """Return what sums.json has of users, and add `clusters` and `first` to its strata.

    Args:
        engine: that has the tables.
        counted: predictions with `stratum`, and with `label` where their outcome is known.
        requests: rows of `adding.requests_of`.
        exposed: rows of `Exposures`.
        request: what is asked for.
        strata: the stretches with their sums.
    """
    exposed = exposed.filter(exposed.id != UNREADABLE)
    # One request is one user's; were there two, it would not matter which.
    users = engine.keep("users", exposed.group_by("id").agg(user=exposed.user.min()))
    parts = with_parts(requests, request)
    joined = parts.left_join(users, "id").select(*parts.columns, users.user)
    cluster = ibis.coalesce(joined.user, ibis.literal(_NOBODY) + joined.id)
    clustered = engine.keep("clustered", joined.mutate(cluster=cluster))
    variance, clusters = variance_of(engine, clustered, request, strata)
    first = _first(engine, counted, users)
    for place, one in enumerate(strata):
        one["clusters"] = clusters[place]
        one["first"] = {variant: first.get((place, variant), 0) for variant in request.variants}
    known = clustered.filter(clustered.user.notnull())
    by_variant = engine.fetch(known.group_by("variant").agg(users=known.user.nunique()))
    return {
        "variance": variance,
        **dict.fromkeys(request.variants, 0),
        **{row["variant"]: int(row["users"]) for row in by_variant},
        "of_nobody": rows_of(engine, clustered.filter(clustered.user.isnull())),
    }


def _first(engine: Engine, counted: ir.Table, users: ir.Table) -> dict[tuple[int, str], int]:
    """Return how many users were first met in each stretch, by the variant that they met: each user once."""
    known = counted.filter(known_of(counted))
    of_users = known.inner_join(users, "id").select("stratum", "variant", "at", "event", "position", users.user)
    order = ibis.window(group_by=of_users.user, order_by=[of_users["at"], of_users.event, of_users.position])
    placed = of_users.mutate(place=ibis.row_number().over(order))
    met = placed.filter(placed.place == 0).group_by(["stratum", "variant"]).agg(users=ibis._.count())
    return {(int(row["stratum"]), row["variant"]): int(row["users"]) for row in engine.fetch(met)}
