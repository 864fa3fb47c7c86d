"""The report of monitors as a page: what has changed, by how much, and what to do."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path

from ops import pages
from ops.monitor import over_time
from ops.monitor.runs import Run
from ops.monitor.variants import Variant
from ops.pages import Card


@dataclass(frozen=True)
class Report:
    """Runs of the monitors of one use case.

    Attributes:
        name: of its endpoint.
        description: of the use case.
        command: environment and use case, as commands take them.
        runs: by their windows.
    """

    name: str
    description: str
    command: str
    runs: Sequence[Run]

    def write(self, path: Path) -> None:
        """Write the self-contained page."""
        names = [variant.name for variant in self.variants]
        newest = self.runs[-1]
        pages.write(
            Path(__file__).with_name("page.html.j2"),
            path,
            name=self.name,
            description=self.description,
            runs=len(self.runs),
            newest=newest,
            cards=self.cards(),
            verdict=self.verdict(),
            variants=self.variants,
            heat_maps=over_time.heat_maps(self.runs, names),
            quality=over_time.quality(self.runs, names),
            written=datetime.now(UTC),
        )

    @cached_property
    def variants(self) -> list[Variant]:
        """The variants that any run has looked at, the champion first."""
        names = {name for run in self.runs for name in run.report["variants"]}
        order = sorted(names, key=lambda name: (name != "champion", name))
        return [Variant.newest(name, self.runs, self.command) for name in order]

    def cards(self) -> list[Card]:
        """Return the figures at the top."""
        found = []
        for variant in self.variants:
            count = len(variant.violations)
            text = f"{'violation' if count == 1 else 'violations'} of {variant.name}"
            found.append(Card(str(count), text, count == 0 if variant.monitors else None))
            if "rows" in variant.monitors.get("data_quality", {}):
                found.append(Card(f"{variant.monitors['data_quality']['rows']:,}", f"records of {variant.name}"))
            for name, one in list(variant.quality.items())[:1]:
                was = "" if one["baseline"] is None else f"; {one['baseline']:.3f} in its evaluation"
                found.append(Card(f"{one['value']:.3f}", f"{name} of {variant.name}{was}", not one["violated"]))
        return found

    def verdict(self) -> list[str]:
        """Return what there is to say, of each variant what is worst."""
        worst = [(variant, variant.violations[0]) for variant in self.variants if variant.violations]
        if not any(variant.monitors for variant in self.variants):
            return ["Nothing was looked at."]
        if not worst:
            alpha = float(self.runs[-1].report["alpha"])
            return [
                "Nothing differs from its baseline by more than is tolerated and than chance. A monitor says otherwise "
                f"of a variant in which that holds once in {1 / alpha:,.0f} windows at most."
            ]
        return [f"{variant.name}: {one.subject}, {one.what}. {one.todo}" for variant, one in worst]
