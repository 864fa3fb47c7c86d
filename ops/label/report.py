"""The report of a labelling run as a page: can these labels be trained on?"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ops import pages
from ops.pages import Card

_RELIABLE = 0.8  # Krippendorff's own bound for conclusions
_RARE = 0.1  # of an equal share: below it a category hardly occurs


@dataclass(frozen=True)
class Report:
    """One run: name of the use case in its environment, what it is about, and the run's `labels.json`."""

    name: str
    description: str
    document: Mapping[str, Any]

    def write(self, path: Path) -> None:
        """Write the self-contained page."""
        figures = self.document["figures"]
        pages.write(
            Path(__file__).with_name("page.html.j2"),
            path,
            name=self.name,
            description=self.description,
            run=self.document["run"],
            verdict=self.verdict(),
            cards=self.cards(),
            balance=_bars(figures["balance"]),
            confidence=_bars(
                {f"{place / 10:.1f} to {(place + 1) / 10:.1f}": n for place, n in enumerate(figures["confidence"])}
            ),
            unknown=figures["confidence_unknown"],
            about=figures["agreement_about"],
            workers=figures["workers"],
            without=figures["without_label"],
            without_in_all=figures["without_label_in_all"],
            how=self.document["how"],
            imported=bool(self.document["imports"]),
            written=datetime.now(UTC),
        )

    def counts(self) -> dict[str, int]:
        """Return how many objects came to what."""
        found = {"labelled": 0, "returned": 0, "unclear": 0}
        for _, outcome, _, _ in self.document["outcomes"].values():
            found[outcome] += 1
        return found | {"as before": len(self.document["untouched"])}

    def cards(self) -> list[Card]:
        """Return the figures at the top."""
        counts, figures = self.counts(), self.document["figures"]
        agreement = figures["agreement"]
        wanted = self.document["minimum_agreement"]
        shown = "unknown" if agreement is None else f"{agreement:.3f}"
        return [
            Card(f"{counts['labelled']:,}", "objects have a label"),
            Card(f"{counts['returned']:,}", "go back, to be labelled again", None if not counts["returned"] else False),
            Card(
                f"{counts['unclear']:,}",
                "stay unclear, and wait for a person",
                None if not counts["unclear"] else False,
            ),
            Card(
                shown,
                f"Krippendorff's alpha of {figures['answers']:,} answers; wanted {wanted:g}",
                None if agreement is None else agreement >= wanted,
            ),
            Card(f"{self.document['usd']:,.2f}", "US dollars, by the prices of the use case"),
        ]

    def verdict(self) -> str:
        """Return in sentences what there is to say of the labels."""
        figures = self.document["figures"]
        agreement, counts = figures["agreement"], self.counts()
        said = []
        if self.document["imports"]:
            said.append("Labels of elsewhere: who agreed with whom is not known here.")
        elif agreement is None:
            said.append("Agreement is not known: no object has answers of two workers that could differ.")
        elif agreement < self.document["minimum_agreement"]:
            said.append(
                "Workers hardly agree: make instructions or categories clearer before training on these labels."
            )
        elif agreement < _RELIABLE:
            said.append(f"Workers agree enough for tentative conclusions; {_RELIABLE} and more is called reliable.")
        else:
            said.append("Workers agree reliably.")
        total = sum(figures["balance"].values())
        rare = [name for name, n in figures["balance"].items() if n * len(figures["balance"]) < _RARE * total]
        if rare and total:
            said.append(f"Hardly any object is {', '.join(rare)}.")
        if counts["unclear"]:
            said.append("Label the unclear ones by hand and import them, or replace the objects.")
        return " ".join(said)


@dataclass(frozen=True)
class Bar:
    """A count with its share of the largest, in percent."""

    name: str
    count: int
    width: float


def _bars(counts: Mapping[str, int]) -> list[Bar]:
    most = max(counts.values(), default=0) or 1
    return [Bar(name, count, round(100 * count / most, 1)) for name, count in counts.items()]
