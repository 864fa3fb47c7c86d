"""How records are split, and whether each split can train or judge."""

from datetime import datetime, timedelta
from typing import Any

from ops.new_use_case.errors import DataError
from ops.new_use_case.measuring import TABLE, Measured
from ops.new_use_case.target import Target
from ops.new_use_case.workspace import Workspace, name

TEST_SHARE = 0.15
_SHARES = "[0.7, 0.85]"  # training ends, validation ends; as the shares that are drawn at random
_DAYS_OF_BOUNDS = 14  # between bounds, from which they are put at midnight
_PERIODS = 20  # of the test split, from which they are what the bootstrap draws


def by_time(workspace: Workspace, time: Measured, target: Target) -> dict[str, Any]:
    """Return the section `split`: the first 70 % of the rows by time train, 15 % validate, the last 15 % test.

    Raises:
        DataError: there are too few different times, or a split would hold one outcome only.
    """
    column, known = name(time.name), f"{name(time.name)} IS NOT NULL"
    if target.label is not None:
        known += f" AND {name(target.label.name)} IS NOT NULL"
    [(bounds, last)] = workspace.rows(
        f"SELECT quantile_disc({column}, {_SHARES}), max({column}) FROM {TABLE} WHERE {known}"  # noqa: S608 - quoted
    )
    if bounds is None:
        raise DataError(f"--time: no row has both a label and a value in {time.column.original}. Name another column.")
    train_until, validation_until = _at_midnight(*bounds)
    test_until = last.replace(microsecond=0) + timedelta(seconds=1)
    if not time.lowest < train_until < validation_until < test_until - timedelta(seconds=1):
        raise DataError(
            f"--time: the column {time.column.original} has {time.different} different times, from {time.lowest} to "
            f"{time.highest}: too few, or too many rows of one, to train on the first 70 % and judge on the rest. "
            "Leave --time out: rows are then split at random."
        )
    split = {"train_until": train_until, "validation_until": validation_until, "test_until": test_until}
    if target.classifies:
        _require_outcomes(workspace, split, column, target)
    return {key: _plain(bound) for key, bound in split.items()}


def at_random(target: Target) -> dict[str, Any]:
    """Return the section `split` for rows without a time; each class has its shares in every split."""
    return {
        "by": "random",
        "stratify": target.classifies,
        "train": 0.7,
        "validation": 0.15,
        "test": TEST_SHARE,
        "seed": 0,
    }


def resample(workspace: Workspace, time: Measured, split: dict[str, Any]) -> str:
    """Return what the bootstrap draws: the longest period of which the test split has 20 or more, else single rows."""
    for period in ("week", "day", "hour"):
        [(found,)] = workspace.rows(
            f"SELECT count(DISTINCT date_trunc('{period}', {name(time.name)})) FROM {TABLE} "  # noqa: S608 - quoted
            f"WHERE {name(time.name)} >= ?",
            str(split["validation_until"]),
        )
        if found >= _PERIODS:
            return period
    return "row"


def _at_midnight(first: datetime, second: datetime) -> tuple[datetime, datetime]:
    if second - first < timedelta(days=_DAYS_OF_BOUNDS):
        return first, second
    return tuple(one.replace(hour=0, minute=0, second=0, microsecond=0) for one in (first, second))  # type: ignore[return-value] # two


def _require_outcomes(workspace: Workspace, split: dict[str, datetime], column: str, target: Target) -> None:
    assert target.label is not None  # noqa: S101 - it classifies
    label, before = name(target.label.name), None
    for what, until in zip(("first 70 %", "next 15 %", "last 15 %"), split.values(), strict=True):
        [(found, example)] = workspace.rows(
            f"SELECT count(DISTINCT {label}), any_value({label}) FROM {TABLE} "  # noqa: S608 - quoted
            f"WHERE {column} < ? AND ({before is None} OR {column} >= ?)",
            until,
            before or until,
        )
        if found < 2:  # noqa: PLR2004 - both outcomes
            raise DataError(
                f"--time: the {what} of the rows, until {until}, all have the label {example!r}; a split needs two "
                "outcomes at least. Bring more rows, or leave --time out: rows are then split at random."
            )
        before = until


def _plain(bound: datetime) -> Any:
    return bound.date() if bound == bound.replace(hour=0, minute=0, second=0, microsecond=0) else bound
