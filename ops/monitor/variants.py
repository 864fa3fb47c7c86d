"""One variant on the page: the newest of each monitor's findings."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from ops.monitor import distributions, plots
from ops.monitor.runs import Run
from ops.monitor.violations import Violation, of_variant
from ops.plots import Picture

_MOST_PICTURES = 16
MONITORS = {
    "data_quality": "data quality",
    "model_quality": "model quality",
    "bias": "bias",
    "explainability": "explanations",
}


@dataclass(frozen=True)
class Column:
    """What a column was like: shares, and distances from the baseline; None where nothing is known."""

    name: str
    violated: bool
    complete: float | None
    complete_before: float | None
    of_type: float | None
    unseen: float | None
    distances: Mapping[str, float | None]


@dataclass(frozen=True)
class Variant:
    """A variant, from the newest run of each of its monitors.

    Attributes:
        name: of the variant.
        monitors: name -> its part of the report.
        runs: name of a monitor -> the run that it is from.
        command: environment and use case, as commands take them.
    """

    name: str
    monitors: Mapping[str, Mapping[str, Any]]
    runs: Mapping[str, Run]
    command: str

    @classmethod
    def newest(cls, name: str, runs: Sequence[Run], command: str) -> "Variant":
        """Return a variant as the newest runs have it."""
        monitors: dict[str, Mapping[str, Any]] = {}
        from_run: dict[str, Run] = {}
        for run in runs:
            for monitor, found in run.report["variants"].get(name, {}).get("monitors", {}).items():
                monitors[monitor], from_run[monitor] = found, run
        return cls(name, monitors, from_run, command)

    @cached_property
    def violations(self) -> list[Violation]:
        """What is not as it was, worst first."""
        return of_variant({"monitors": self.monitors}, self.command)

    @property
    def looked_at(self) -> list[tuple[str, str, str]]:
        """Of each monitor its window, and what it looked at or why it says nothing."""
        return [
            (MONITORS.get(monitor, monitor), self.runs[monitor].window, _looked_at(monitor, found))
            for monitor, found in self.monitors.items()
        ]

    @cached_property
    def columns(self) -> list[Column]:
        """All columns of the baseline, the farthest from it first."""
        data = self.monitors.get("data_quality", {})
        violated = {one["feature"] for one in data.get("findings", ()) if one["violated"]}
        found = [
            Column(
                name,
                name in violated,
                one["completeness"],
                one["baseline_completeness"],
                one["type_match"],
                one["unseen"],
                one["distances"] or {},
            )
            for name, one in data.get("features", {}).items()
        ]
        return sorted(found, key=lambda one: (not one.violated, -(one.distances.get("simple") or 0.0), one.name))

    @cached_property
    def distributions(self) -> list[Picture]:
        """Pictures of the violated columns, as far as the baseline is at hand."""
        if "data_quality" not in self.runs:
            return []
        run = self.runs["data_quality"]
        captured, found = run.captured(self.name), []
        for column in self.columns:
            before, now = run.baseline.get(column.name), captured.get(column.name)
            picture = distributions.distribution(before, now) if column.violated and before and now else None
            if picture is not None:
                found.append(picture)
        return found[:_MOST_PICTURES]

    @cached_property
    def new_categories(self) -> list[tuple[str, str]]:
        """Columns with categories that the baseline did not have, and these."""
        if "data_quality" not in self.runs:
            return []
        run, found = self.runs["data_quality"], []
        for name, now in run.captured(self.name).items():
            before = run.baseline.get(name)
            if before and before.domains is not None and now.categories:
                new = {level: n for level, n in now.categories.items() if level not in before.domains}
                if new:
                    order = sorted(new, key=lambda level: (-new[level], level))
                    shown = ", ".join(f"{level} ({new[level]:,})" for level in order[:10])
                    found.append((name, shown + (f" and {len(order) - 10} more" if len(order) > 10 else "")))  # noqa: PLR2004
        return found

    @property
    def quality(self) -> Mapping[str, Mapping[str, Any]]:
        """Figures of the predictions."""
        return dict(self.monitors.get("model_quality", {}).get("figures", {}))

    @property
    def bias(self) -> list[tuple[str, str, Mapping[str, Any]]]:
        """Facet, measure and what was found."""
        report = self.monitors.get("bias", {})
        facets = {facet: found for facet, found in report.items() if isinstance(found, dict) and "why" not in found}
        return [(facet, name, one) for facet, measures in facets.items() for name, one in measures.items()]

    @property
    def explanations(self) -> Mapping[str, Any]:
        """What the answers rest on; empty where it is not known."""
        report = self.monitors.get("explainability", {})
        return report if "features" in report else {}

    @cached_property
    def pictures(self) -> dict[str, Picture]:
        """Pictures of quality and attributions, where there are any."""
        found = {}
        if self.quality:
            found["quality"] = plots.quality(self.quality)
        if self.explanations:
            found["explanations"] = plots.attributions(self.explanations["features"])
        return found


def _looked_at(monitor: str, found: Mapping[str, Any]) -> str:
    if "why" in found:
        return f"nothing is said: {found['why']}"
    if monitor == "data_quality":
        bad = sum(found["bad"][kind] for kind in ("lines", "bodies", "records"))
        judged = "" if found["baseline"] else "; there is no baseline, so nothing is judged"
        return f"{found['rows']:,} records, {bad:,} bad{judged}"
    if monitor == "model_quality":
        known = f"{found['labelled']:,} predictions with an outcome, of {found['predictions']:,}"
        return f"{known}; {found['invalid']:,} invalid"
    if monitor == "explainability":
        return f"{found['rows']['captured']:,} records, against {found['rows']['baseline']:,} of the test data"
    groups = [facet for facet, one in found.items() if isinstance(one, dict)]
    return ", ".join(f"{facet}: {found[facet]['why']}" if "why" in found[facet] else facet for facet in groups)
