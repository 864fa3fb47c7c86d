"""From a table to profiles: DuckDB counts the different values of a column, sketches take them in part by part."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from . import captured, sql
from .captured import Window
from .profile import UNDATED, Profile
from .sketches import KINDS, FieldSketch

if TYPE_CHECKING:
    import duckdb

_BATCH = 65_536  # different values that are taken in at once
# A number that is none, or too large for one, is missing, as it is in the baseline.
_KIND = """CASE WHEN v IS NULL THEN 0 WHEN v = 'null' THEN 1 WHEN starts_with(v, '"') THEN 5
    WHEN v IN ('true', 'false') THEN 4 WHEN starts_with(v, '{') OR starts_with(v, '[') THEN 6
    WHEN NOT coalesce(isfinite(try_cast(v AS DOUBLE)), false) THEN 1
    WHEN regexp_matches(v, '[.eE]') THEN 3 ELSE 2 END"""  # places in KINDS


@dataclass(frozen=True)
class Period:
    """Whose records have something in common.

    Attributes:
        length: hour, day or week.
        time: the field that says when a record was.
    """

    length: str
    time: str


def of_captures(
    connection: "duckdb.DuckDBPyConnection",
    folder: Path,
    names: Sequence[str],
    window: Window,
    target: Path,
    period: Period | None = None,
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
    if period is not None and period.time in columns:
        time = f"try_cast(json_extract_string({columns[period.time]}, '$') AS TIMESTAMP)"
        dated = connection.execute(
            f"SELECT variant, coalesce(date_trunc('{period.length}', {time})::VARCHAR, '{UNDATED}') AS p, count(*) "  # noqa: S608
            f"FROM {table} GROUP BY ALL ORDER BY ALL"
        ).fetchall()
        for variant, name, count in dated:
            profiles[variant].add_periods([(name, count)])
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
        group: in SQL, what rows are told apart by.
        as_json: whether columns hold JSON; else they have types of their own, and a value that is missing is null.
    """
    query = f"SELECT g::VARCHAR, count(*) FROM (SELECT {group} AS g FROM {table}) GROUP BY g ORDER BY ALL"  # noqa: S608
    counted = connection.execute(query).fetchall()
    found = {name: Profile.empty(list(columns)) for name, _ in counted}
    for name, rows in counted:
        found[name].rows = rows
    groups = f"[{', '.join(map(sql.text, found))}]::VARCHAR[]"
    for field, column in columns.items():
        value = "c::VARCHAR" if as_json else "coalesce(to_json(c)::VARCHAR, 'null')"
        query = f"""
            SELECT list_position({groups}, g::VARCHAR)::BIGINT - 1 AS g, ({_KIND})::BIGINT AS kind, n::BIGINT AS n,
                CASE WHEN starts_with(v, '"') THEN json_extract_string(v, '$')
                    WHEN v IN ('true', 'false') THEN v END AS t,
                coalesce(CASE WHEN NOT starts_with(v, '"') THEN try_cast(v AS DOUBLE) END, 0) AS x
            FROM (SELECT g, {value} AS v, n FROM (
                SELECT {group} AS g, {column} AS c, count(*) AS n FROM {table} GROUP BY ALL))"""  # noqa: S608
        sketches = [profile.fields[field] for profile in found.values()]
        for batch in connection.sql(query).to_arrow_reader(_BATCH):
            _take(batch, sketches)
    return found


def _take(batch: Any, sketches: Sequence[FieldSketch]) -> None:
    groups, kinds, counts = (_plain(batch.column(name), "int64") for name in ("g", "kind", "n"))
    numbers, texts = _plain(batch.column("x"), "float64"), batch.column("t")
    words = texts.to_pylist() if texts.null_count < len(texts) else []
    for place, sketch in enumerate(sketches):
        here = groups == place
        for kind in np.unique(kinds[here]).tolist():
            these = np.flatnonzero(here & (kinds == kind))
            sketch.kinds[KINDS[kind]] += int(counts[these].sum())
            if KINDS[kind] in ("string", "boolean"):
                sketch.texts.update((words[at], int(counts[at])) for at in these)
            elif KINDS[kind] in ("integral", "fractional"):
                sketch.numbers.update(numbers[these], counts[these])


def _plain(column: Any, kind: str) -> Any:
    """Return a column that lacks no value; Arrow's own way imports pandas, which takes longer than all of this."""
    return np.frombuffer(column.buffers()[1], kind, len(column), column.offset * np.dtype(kind).itemsize)
