"""From a table to profiles: DuckDB counts the different values of a column, sketches take them in part by part."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from . import captured, sql
from .captured import Window
from .profile import Profile
from .sketches import FieldSketch

if TYPE_CHECKING:
    import duckdb

_BATCH = 65_536  # different values that are taken in at once
_REPEATED = 1_000_000  # numbers, with their repetitions
# A number that is none, or too large for one, is missing, as it is in the baseline.
_KIND = """CASE WHEN v IS NULL THEN 'absent' WHEN v = 'null' THEN 'null' WHEN starts_with(v, '"') THEN 'string'
    WHEN v IN ('true', 'false') THEN 'boolean' WHEN starts_with(v, '{') OR starts_with(v, '[') THEN 'unknown'
    WHEN NOT coalesce(isfinite(try_cast(v AS DOUBLE)), false) THEN 'null'
    WHEN regexp_matches(v, '[.eE]') THEN 'fractional' ELSE 'integral' END"""


def of_captures(
    connection: "duckdb.DuckDBPyConnection", folder: Path, names: Sequence[str], window: Window, target: Path
) -> dict[str, Profile]:
    """Return the profile of each variant whose captures lie below a folder; see `captured.read`."""
    bad = captured.read(connection, folder, names, window, target)
    table = f"(FROM read_parquet({sql.text(str(target))}) WHERE bad IS NULL)"
    columns = {name: f"v{place}" for place, name in enumerate(names)}
    profiles = of_table(connection, table, columns, "variant", as_json=True)
    extra = connection.execute(
        f"SELECT variant, k, count(*) FROM (SELECT variant, unnest(keys) AS k FROM {table}) "  # noqa: S608 - quoted
        "GROUP BY ALL ORDER BY count(*) DESC, variant, k"
    ).fetchall()
    for variant in bad:
        profiles.setdefault(variant, Profile.empty(names))
    for variant, profile in profiles.items():
        profile.bad = bad.get(variant, profile.bad)
        profile.add_extra((name, count) for of, name, count in extra if of == variant)
    return dict(sorted(profiles.items()))


def of_table(
    connection: "duckdb.DuckDBPyConnection",
    table: str,
    columns: Mapping[str, str],
    group: str,
    *,
    as_json: bool = False,
) -> dict[str, Profile]:
    """Return the profile of each group of a table's rows.

    Args:
        connection: to DuckDB.
        table: in SQL.
        columns: name of a field -> its column in SQL.
        group: in SQL, what rows are told apart by; a text.
        as_json: whether columns hold JSON; else they have types of their own, and a value that is missing is null.
    """
    counted = connection.execute(f"SELECT {group}, count(*) FROM {table} GROUP BY ALL ORDER BY ALL").fetchall()  # noqa: S608
    found = {name: Profile.empty(list(columns)) for name, _ in counted}
    for name, rows in counted:
        found[name].rows = rows
    for field, column in columns.items():
        value = "c::VARCHAR" if as_json else "coalesce(to_json(c)::VARCHAR, 'null')"
        query = f"""
            SELECT g, {_KIND} AS kind, CASE WHEN starts_with(v, '"') THEN json_extract_string(v, '$')
                    WHEN v IN ('true', 'false') THEN v END AS t,
                CASE WHEN NOT starts_with(v, '"') THEN try_cast(v AS DOUBLE) END AS x, n
            FROM (SELECT g, {value} AS v, n FROM (
                SELECT {group} AS g, {column} AS c, count(*) AS n FROM {table} GROUP BY ALL))"""  # noqa: S608
        for batch in connection.sql(query).to_arrow_reader(_BATCH):
            _take(batch, {name: profile.fields[field] for name, profile in found.items()})
    return found


def _take(batch: Any, sketches: Mapping[str, FieldSketch]) -> None:
    groups, kinds, texts, numbers, counts = (
        batch.column(name).to_numpy(zero_copy_only=False) for name in ("g", "kind", "t", "x", "n")
    )
    for group, sketch in sketches.items():
        here = groups == group
        for kind in np.unique(kinds[here]):
            these = here & (kinds == kind)
            sketch.kinds[str(kind)] += int(counts[these].sum())
            if kind in ("string", "boolean"):
                sketch.texts.update(zip(texts[these].tolist(), counts[these].tolist(), strict=True))
            elif kind in ("integral", "fractional"):
                for part in _repeated(numbers[these], counts[these]):
                    sketch.numbers.update(part)


def _repeated(values: Any, counts: Any) -> Iterator[Any]:
    """Yield each number as often as it occurs, some at a time."""
    values = values.astype("float64")
    while len(values):
        until = max(1, int(np.searchsorted(np.cumsum(counts), _REPEATED, side="right")))
        head = counts[:until].copy()
        while head[0] > _REPEATED:  # a single value of very many
            yield np.full(_REPEATED, values[0])
            head[0] -= _REPEATED
        yield np.repeat(values[:until], head)
        values, counts = values[until:], counts[until:]
