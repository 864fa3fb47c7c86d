"""Which candidates are sampled. Pure."""

import json
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..monitoring.ranks import Floats
from .candidates import Candidates

_BINS = 5  # of answers that are numbers


@dataclass(frozen=True)
class Choice:
    """The places of what is sampled, most wanted first, and their needs."""

    places: list[int]
    needs: Floats


def at_random(candidates: Candidates, most: int) -> Choice:
    """Return the first ones of chance's order."""
    return Choice(list(range(min(most, len(candidates)))), np.zeros(len(candidates)))


def needed(candidates: Candidates, drift: Floats, most: int, *, numeric: bool) -> Choice:
    """Return the most doubtful and most drifted, as many of each stratum as of every other while it has any.

    Strata are the answers: each class or decision, a fifth of the numbers each. A record that is like another is
    sampled once.

    Args:
        candidates: in chance's order, which decides between equals.
        drift: of each, 0 to 1.
        most: how many.
        numeric: whether answers are numbers.
    """
    needs: Floats = candidates.doubts + drift
    strata: dict[int, deque[int]] = {}
    seen: set[str] = set()
    for place in np.argsort(-needs, kind="stable").tolist():
        content = json.dumps(candidates.records[place], sort_keys=True)
        if content not in seen:
            seen.add(content)
            strata.setdefault(_stratum(candidates.answers, place, numeric), deque()).append(place)
    return Choice(_in_turn(strata, needs, most), needs)


def _stratum(answers: Floats, place: int, numeric: bool) -> int:
    if not numeric:
        return int(answers[place])
    bounds = np.quantile(answers, np.arange(1, _BINS) / _BINS)
    return int(np.searchsorted(bounds, answers[place], side="left"))


def _in_turn(strata: dict[int, deque[int]], needs: Sequence[float] | Floats, most: int) -> list[int]:
    """Take one of each stratum, again and again; each round the most needed first."""
    chosen: list[int] = []
    while strata and len(chosen) < most:
        heads = sorted(strata, key=lambda name: (-needs[strata[name][0]], name))
        for name in heads[: most - len(chosen)]:
            chosen.append(strata[name].popleft())
            if not strata[name]:
                del strata[name]
    return chosen
