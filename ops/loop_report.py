"""The page of a loop: its turns, newest first; why each began, on what it trained, and what came of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ops import pages
from ops.pages import Card
from retrain.state import SPLIT_UNTIL, Turn

_GOOD = {"promoted": True, "withdrawn": False}
_BAD = ("failed", "refused")


@dataclass(frozen=True)
class Row:
    """A turn as the page shows it: texts, and whether its end was good (None: neither)."""

    name: str
    began: str
    why: str
    data: str
    labels: str
    model: str
    ended: str
    decision: str
    good: bool | None


def write(path: Path, name: str, description: str, turns: Sequence[Turn]) -> None:
    """Write the self-contained page.

    Args:
        path: of the page.
        name: of the use case's endpoint; description: of the use case.
        turns: newest first.
    """
    template = Path(__file__).with_name("loop_page.html.j2")
    rows = [row(turn) for turn in turns]
    pages.write(template, path, name=name, description=description, cards=cards(turns), rows=rows)


def cards(turns: Sequence[Turn]) -> list[Card]:
    """Return how many turns there were, and what came of them."""
    trained = [turn for turn in turns if turn.does == "train"]
    decided = [_decision(turn) for turn in trained]
    failed = sum(turn.result in _BAD for turn in trained)
    return [
        Card(str(len(trained)), "turns that trained"),
        Card(str(decided.count("promoted")), "models promoted", True if "promoted" in decided else None),
        Card(str(decided.count("withdrawn")), "models withdrawn"),
        Card(str(failed), "turns failed or refused", False if failed else None),
        Card(str(sum(turn.does == "label" for turn in turns)), "turns that labelled alone"),
    ]


def row(turn: Turn) -> Row:
    """Return a turn as a row."""
    again = f", try {turn.attempt}" if turn.attempt > 1 else ""
    detail = f": {turn.detail}" if turn.detail else ""
    good = False if turn.result in _BAD else _GOOD.get(_decision(turn))
    return Row(
        name=f"{turn.number}{again}",
        began=f"{turn.claimed_at:%Y-%m-%d %H:%M}",
        why="; ".join(f"{cause.kind}: {cause.source}" for cause in turn.causes),
        data=turn.parameters.get(SPLIT_UNTIL, "").replace("T00:00:00", "").replace("/", ", "),
        labels=turn.labels,
        model=f"version {turn.package.rpartition('/')[2]}" if turn.package else "",
        ended=f"{_ended(turn)}{turn.result}{detail}",
        decision=turn.decision,
        good=good,
    )


def _decision(turn: Turn) -> str:
    return turn.decision.partition(":")[0]


def _ended(turn: Turn) -> Any:
    return f"{turn.finished_at:%Y-%m-%d %H:%M} " if turn.finished_at else ""
