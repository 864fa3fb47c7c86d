"""Features as K-means needs them: no value missing, numbers on one scale, a column for each level of a category."""

from dataclasses import replace
from typing import Any

from ops.new_use_case.measuring import TABLE
from ops.new_use_case.roles import Role
from ops.new_use_case.workspace import Workspace, name

MOST_LEVELS = 20


def prepared(workspace: Workspace, role: Role) -> Role:
    """Return the column's role with features for K-means; a category of many levels is left out."""
    if not role.features:
        return role
    if role.type != "text":
        features = tuple({**feature, "missing": "mean", "scale": "standard"} for feature in role.features)
        return replace(role, features=features)
    levels = _levels(workspace, role)
    feature: dict[str, Any] = {"name": role.column.name, "type": "category", "encode": "one_hot", "levels": levels}
    if role.column.missing:
        feature["missing"] = "level"
    reason = role.why_not
    if len(levels) > MOST_LEVELS:
        feature["levels"] = levels[:MOST_LEVELS]
        reason = (
            reason or f"has {role.column.different} levels, each a column; the line below has {MOST_LEVELS} of them"
        )
    return replace(role, features=(feature,), why_not=reason)


def _levels(workspace: Workspace, role: Role) -> list[str]:
    column = name(role.column.name)
    counted = workspace.rows(
        f"SELECT {column}::VARCHAR, count(*) FROM {TABLE} WHERE {column} IS NOT NULL "  # noqa: S608 - quoted
        f"GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT {MOST_LEVELS + 1}"
    )
    return [level for level, _ in counted]
