"""Times outside the years 1 to 9999, which neither Python nor the steps have: Parquet and databases know them."""

from collections.abc import Sequence

from ops.new_use_case.staging import ROW
from ops.new_use_case.workspace import Workspace, name

_SHOWN = 3


def odd_values(workspace: Workspace, columns: Sequence[str]) -> dict[str, str]:
    """Return per column that has such times what they are, with their rows, for people.

    Args:
        workspace: with the view `source`.
        columns: those whose type is a date or a time.
    """
    wanted = {
        column: {"present": f"count({name(column)})", "odd": f"count(*) FILTER ({_is_odd(column)})"}
        for column in columns
    }
    counted = workspace.figures("source", wanted)
    return {
        column: f"{found['present'] - found['odd']} of {found['present']} values are times of the years 1 to 9999, "
        f"but not {_listed(workspace, column)}"
        for column, found in counted.items()
        if found["odd"]
    }


def _is_odd(column: str) -> str:
    value = name(column)
    fits = f"try_cast({value} AS TIMESTAMP) BETWEEN '0001-01-01'::TIMESTAMP AND '9999-12-31 23:59:58.999999'::TIMESTAMP"
    return f"{value} IS NOT NULL AND NOT coalesce({fits}, false)"


def _listed(workspace: Workspace, column: str) -> str:
    rows = workspace.rows(
        f"SELECT {name(column)}::VARCHAR, {name(ROW)} FROM source WHERE {_is_odd(column)} ORDER BY 2 LIMIT {_SHOWN}"  # noqa: S608 - quoted
    )
    return ", ".join(f"{value!r} in row {row}" for value, row in rows)
