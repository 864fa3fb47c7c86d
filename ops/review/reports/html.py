"""A review as a self-contained page, with a picture of what changed."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import UTC, datetime
from enum import Enum
from pathlib import Path
from typing import Any, TypeVar

from ops import pages
from ops.pages import Card
from ops.review.model import Class, Review, Severity
from ops.review.reports import picture, wording
from ops.review.reports.drawing import CHIP_HEIGHT, CHIP_WIDTH
from ops.review.reports.summary import Summary, is_metadata

T = TypeVar("T")
_LINES = 1_000  # of a detail
_VALUE = 2_000  # characters of a value
_VALUES = ("before", "after")  # fields with values of templates


@dataclass(frozen=True)
class Line:
    """A line of a detail; `kind` is added, removed, place or empty."""

    text: str
    kind: str


def render(review: Review, title: str = "Review", written: datetime | None = None) -> str:
    """Return the page.

    Args:
        review: judged by its gates.
        title: what is reviewed, such as a branch.
        written: when; None: now.
    """
    review = _plain(review)
    summary = Summary.of(review)
    return pages.render(
        Path(__file__).with_name("page.html.j2"),
        title=wording.one_line(title),
        headline=wording.headline(review),
        cards=_cards(review, summary),
        summary=summary,
        review=review,
        telling_gates=[gate for gate in summary.gates if wording.state(gate) != "warns"],
        warnings=[gate for gate in summary.gates if wording.state(gate) == "warns"],
        pipelines=[(number, one) for number, one in enumerate(review.changes) if Class.PIPELINE in one.classes],
        drawing=picture.draw(review),
        telling=[(number, one) for number, one in enumerate(review.changes) if not is_metadata(one)],
        quiet=[(number, one) for number, one in enumerate(review.changes) if is_metadata(one)],
        chip=(CHIP_WIDTH, CHIP_HEIGHT),
        severities=list(reversed(Severity)),
        HIGH=Severity.HIGH,
        lines=_lines,
        words=wording,
        value=lambda found: wording.value(found, _VALUE),
        written=written or datetime.now(UTC),
    )


def _cards(review: Review, summary: Summary) -> list[Card]:
    closed = [gate for gate in review.gates if gate.closed]
    places = f" in {wording.where(tuple(dict.fromkeys(gate.environment for gate in closed)))}" if closed else ""
    cards = [Card(str(len(closed)), f"{'gate' if len(closed) == 1 else 'gates'} closed{places}", not closed)]
    worst = ", ".join(f"{number} {wording.severity(severity)}" for severity, number in summary.severities)
    cards.append(Card(str(len(review.changes)), f"resources change{f': {worst}' if worst else ''}"))
    pipelines = len(summary.pipelines)
    cards.append(Card(str(pipelines), f"{'change' if pipelines == 1 else 'changes'} of pipelines of models"))
    if review.cost:
        more = review.cost.head_monthly_usd - review.cost.base_monthly_usd
        cards.append(Card(f"{more:+,.2f} USD", wording.price(review.cost)))
    return cards


def _lines(detail: str) -> list[Line]:
    """Return the lines of a detail, as they are coloured in differences of files."""
    lines = detail.rstrip("\n").split("\n")
    kinds = {"+": "added", "-": "removed", "@": "place"}
    shown = [Line(line, "" if line[:3] in ("+++", "---") else kinds.get(line[:1], "")) for line in lines[:_LINES]]
    return [*shown, Line(f"… {len(lines) - _LINES:,} more lines", "place")] if len(lines) > _LINES else shown


def _plain(one: T) -> T:
    """Return the same with what no text shows spelt out, in all texts but values of templates."""
    found: Any = one
    if isinstance(one, str) and not isinstance(one, Enum):
        found = wording.plain(one)
    elif isinstance(one, tuple):
        found = tuple(map(_plain, one))
    elif isinstance(one, Mapping):
        found = {_plain(key): _plain(value) for key, value in one.items()}
    elif is_dataclass(one) and not isinstance(one, type):
        values = {part.name: getattr(one, part.name) for part in fields(one)}
        found = replace(one, **{name: value if name in _VALUES else _plain(value) for name, value in values.items()})
    return found  # type: ignore[no-any-return]  # of the kind that it was
