"""The use case as it will be written: what was decided, each with what a person should know of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from config.use_case.evaluate import Evaluate
from ops.new_use_case import clustering, clusters, defaults, ids, leakage, repeated, roles, splitting
from ops.new_use_case.column import Column
from ops.new_use_case.errors import DataError
from ops.new_use_case.measuring import Measured
from ops.new_use_case.names import ROW_NUMBER
from ops.new_use_case.repeated import Repeated
from ops.new_use_case.request import Request
from ops.new_use_case.roles import Role
from ops.new_use_case.target import Target
from ops.new_use_case.wording import first
from ops.new_use_case.workspace import Workspace

_SLICES, _MOST_SLICES = 2, 10  # columns, values of each
_SLICE_MIN_ROWS = Evaluate.model_fields["slice_min_rows"].default


@dataclass(frozen=True)
class Plan:
    """Everything that the templates write."""

    request: Request
    target: Target
    rows: int
    raw: tuple[str, ...]
    id: str
    time: Measured | None
    roles: tuple[Role, ...]
    unusable: tuple[Column, ...]
    groups: tuple[Measured, ...]
    split: dict[str, Any]
    train: dict[str, Any]
    slices: tuple[str, ...]
    resample: str
    category_min_rows: int
    clean: tuple[dict[str, Any], ...]
    notes: tuple[str, ...]

    @property
    def used(self) -> tuple[Role, ...]:
        """The columns that features are made of."""
        return tuple(role for role in self.roles if role.why_not is None)

    @property
    def left_out(self) -> tuple[Role, ...]:
        """The columns that features could be made of, but are not."""
        return tuple(role for role in self.roles if role.why_not is not None)

    @property
    def gate(self) -> list[dict[str, Any]]:
        """The conditions of the gate."""
        return defaults.gate(self.target.problem, self.rows)


def plan(
    workspace: Workspace, request: Request, columns: Sequence[Column], measured: Sequence[Measured], target: Target,
    time: Measured | None, notes: Sequence[str],
) -> Plan:  # fmt: skip
    """Decide what each column is, how records are split and what trains; DataError if no feature is left."""
    label = target.label.name if target.label else None
    candidates = [column for column in measured if column.name != label]
    found = repeated.repeated(workspace, measured)
    scores = leakage.scores(workspace, candidates, target, found.where)
    decided = roles.roles(measured, target, time, scores)
    if target.label is None:
        decided = [clustering.prepared(workspace, role) for role in decided]
    used = [role for role in decided if role.why_not is None]
    _require_features(used, decided)
    rows = target.label.present if target.label else measured[0].rows
    split = splitting.at_random(target) if time is None else splitting.by_time(workspace, time, target)
    own_id = ids.record_id(measured, label)
    clean, told = repeated.cleaning(workspace, found, [role.column.name for role in used], target)
    return Plan(
        request=request,
        target=target,
        rows=measured[0].rows,
        raw=tuple(column.name for column in measured) + (() if own_id else (ROW_NUMBER,)),
        id=own_id or ROW_NUMBER,
        time=time,
        roles=tuple(decided),
        unusable=tuple(column for column in columns if column.kind == "unusable"),
        groups=tuple(ids.groups(measured, label)),
        split=split,
        train=_train(workspace, request, target, used, rows, found),
        slices=_slices(used, rows),
        resample="row" if time is None else splitting.resample(workspace, time, split),
        category_min_rows=defaults.category_min_rows(rows),
        clean=clean,
        notes=(*notes, *target.notes, *told),
    )


def _train(
    workspace: Workspace, request: Request, target: Target, used: Sequence[Role], rows: int, found: Repeated
) -> dict[str, Any]:
    if target.label is None:
        wanted = request.clusters
        k = clusters.count(workspace, used, found.where) if wanted is None else clusters.asked(workspace, used, wanted)
        return {"algorithm": "kmeans", "k": k}
    return {"algorithm": "xgboost", "hyperparameters": defaults.xgboost(target.problem, rows)}


def _slices(used: Sequence[Role], rows: int) -> tuple[str, ...]:
    """Return columns by whose values the model is judged as well: one at least has enough rows of the test split."""
    most = min(_MOST_SLICES, rows * splitting.TEST_SHARE / _SLICE_MIN_ROWS)
    few = [role.column.name for role in used if role.type == "text" and role.column.different <= most]
    return tuple(few[:_SLICES])


def _require_features(used: Sequence[Role], decided: Sequence[Role]) -> None:
    if used:
        return
    reasons = first([f"{role.column.column.original}: {role.why_not}" for role in decided], 5, between="; ")
    raise DataError(
        f"No column is left to learn from{f' ({reasons})' if decided else ', besides the label'}. Bring columns "
        "that are known before the outcome and differ between rows."
    )
