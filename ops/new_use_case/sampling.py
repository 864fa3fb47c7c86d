"""Rows drawn without order, the same ones each time, for what needs values in memory."""

from collections.abc import Sequence

import pandas as pd

from ops.new_use_case.measuring import TABLE, Measured
from ops.new_use_case.names import ROW_NUMBER
from ops.new_use_case.workspace import Workspace, name


def sample(workspace: Workspace, columns: Sequence[Measured], rows: int, where: str = "true") -> pd.DataFrame:
    """Return some columns of at most `rows` rows; a time is its seconds since 1970."""
    drawn = workspace.run(
        f"SELECT {', '.join(map(_selected, columns))} FROM {TABLE} WHERE {where} "  # noqa: S608 - quoted
        f"ORDER BY hash({ROW_NUMBER}), {ROW_NUMBER} LIMIT {rows}"
    )
    return drawn.df()


def _selected(column: Measured) -> str:
    quoted = name(column.name)
    return f"epoch({quoted}) AS {quoted}" if column.kind == "time" else quoted
