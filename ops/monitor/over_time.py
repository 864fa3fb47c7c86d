"""Several runs of a monitor beside each other: drift by column as a heat map, quality as lines."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ops.monitor import plots
from ops.monitor.runs import Run
from ops.plots import Picture

_MOST_ROWS = 60
_FULL = 0.5  # the distance at which a cell is as dark as can be
_FIRST = ("auc", "accuracy", "mae")  # the figure that is spoken of, by problem


@dataclass(frozen=True)
class Cell:
    """A column in a window; `distance` None: nothing is known. `heat`: from 0 to 1."""

    distance: float | None
    violated: bool
    heat: float


@dataclass(frozen=True)
class HeatMap:
    """Distances from the baseline: a row for each column, a cell for each window."""

    variant: str
    windows: Sequence[str]
    rows: Sequence[tuple[str, Sequence[Cell]]]
    left_out: int


def heat_maps(runs: Sequence[Run], variants: Sequence[str]) -> list[HeatMap]:
    """Return a heat map of each variant that several runs have looked at."""
    found = []
    for variant in variants:
        seen = [(run, part) for run in runs if (part := _part(run, variant, "data_quality")) and part.get("features")]
        if len(seen) > 1:
            found.append(_of(variant, seen))
    return found


def quality(runs: Sequence[Run], variants: Sequence[str]) -> Picture | None:
    """Return the figure that is spoken of over the windows; None where fewer than two know it."""
    known = [run for run in runs if any(_figures(run, variant) for variant in variants)]
    if len(known) < 2:  # noqa: PLR2004 - nothing to compare
        return None
    names = {name for run in known for variant in variants for name in _figures(run, variant)}
    name = next((one for one in _FIRST if one in names), min(names))
    series = {
        variant: [
            (place, _figures(run, variant)[name]) for place, run in enumerate(known) if name in _figures(run, variant)
        ]
        for variant in variants
    }
    return plots.quality_over_time(_short(known), {variant: found for variant, found in series.items() if found}, name)


def _of(variant: str, seen: Sequence[tuple[Run, Mapping[str, Any]]]) -> HeatMap:
    rows: dict[str, list[Cell]] = {}
    for place, (_, part) in enumerate(seen):
        violated = {one["feature"] for one in part.get("findings", ()) if one["violated"]}
        for name, one in part["features"].items():
            cells = rows.setdefault(name, [])
            cells += [_NOTHING] * (place - len(cells))
            distance = (one["distances"] or {}).get("simple")
            cells.append(Cell(distance, name in violated, min(1.0, (distance or 0.0) / _FULL)))
    for cells in rows.values():
        cells.extend([_NOTHING] * (len(seen) - len(cells)))
    known = [name for name, cells in rows.items() if any(cell.distance is not None for cell in cells)]
    order = sorted(known, key=lambda name: (-max((one.distance or 0.0) for one in rows[name]), name))
    shown = [(name, rows[name]) for name in order[:_MOST_ROWS]]
    return HeatMap(variant, _short([run for run, _ in seen]), shown, len(order) - len(shown))


_NOTHING = Cell(None, False, 0.0)


def _part(run: Run, variant: str, monitor: str) -> Mapping[str, Any]:
    return dict(run.report["variants"].get(variant, {}).get("monitors", {}).get(monitor, {}))


def _figures(run: Run, variant: str) -> Mapping[str, Mapping[str, Any]]:
    return dict(_part(run, variant, "model_quality").get("figures", {}))


def _short(runs: Sequence[Run]) -> list[str]:
    """Return when the windows begin, as short as tells them apart; their runs' names where they say nothing."""
    begins = [str(run.report["from"] or "") for run in runs]
    if not all(begins):
        return [run.name for run in runs]
    days = [begin[:10] for begin in begins]
    return days if len(set(days)) == len(days) else [begin[:16].replace("T", " ") for begin in begins]
