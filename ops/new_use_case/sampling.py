"""Rows drawn without order, the same ones each time, for what needs values in memory."""

from collections.abc import Sequence

import pandas as pd

from ops.new_use_case.measuring import TABLE
from ops.new_use_case.names import ROW_NUMBER
from ops.new_use_case.workspace import Workspace, name


def sample(workspace: Workspace, columns: Sequence[str], rows: int, where: str = "true") -> pd.DataFrame:
    """Return some columns of at most `rows` rows; a time is its seconds since 1970."""
    selected = ", ".join(map(name, columns))
    drawn = workspace.run(
        f"SELECT {selected} FROM {TABLE} WHERE {where} ORDER BY hash({ROW_NUMBER}), {ROW_NUMBER} LIMIT {rows}"  # noqa: S608 - quoted
    ).df()
    for column in drawn:
        if pd.api.types.is_datetime64_any_dtype(drawn[column]):
            drawn[column] = (drawn[column] - pd.Timestamp(0)).dt.total_seconds()
    return drawn
