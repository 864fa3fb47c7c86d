"""One label of several answers, where an answer is one of several categories. Plain Python: functions have no numpy.

`majority` counts votes. `dawid_skene` weighs them by what each worker confuses, learnt from all answers at once:
A. P. Dawid, A. M. Skene, Maximum Likelihood Estimation of Observer Error-Rates Using the EM Algorithm, Applied
Statistics 28 (1), 1979, 20-28; their expectation maximisation, with pseudo-counts that draw a worker of whom little is
known to the average of all.
"""

import hashlib
import math
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

# Who said what: by object, pairs of worker and category.
Answers = Mapping[str, Sequence[tuple[str, str]]]
_ROUNDS, _SETTLED = 50, 1e-4
_PSEUDO = 10.0  # answers that a worker's own must outweigh, per category


@dataclass(frozen=True)
class Consolidated:
    """A label, and how sure it is: of votes their share, of Dawid and Skene's its probability."""

    category: str
    confidence: float


def majority(answers: Answers, categories: Sequence[str]) -> dict[str, Consolidated]:
    """Return what most workers said of each object; a tie is decided by chance, the same one each time."""
    return {name: _most(name, [said for _, said in given], categories) for name, given in answers.items() if given}


def dawid_skene(answers: Answers, categories: Sequence[str]) -> dict[str, Consolidated]:
    """Return the most probable category of each object, given how often each worker confuses which categories."""
    answered = {name: given for name, given in answers.items() if given}
    places = {category: place for place, category in enumerate(categories)}
    coded = {name: [(who, places[said]) for who, said in given] for name, given in answered.items()}
    beliefs = {name: _shares([said for _, said in given], len(categories)) for name, given in coded.items()}
    for _ in range(_ROUNDS):
        logs, prior = _learn(coded, beliefs, len(categories))
        new = {name: _belief(given, logs, prior) for name, given in coded.items()}
        moved = max((abs(a - b) for name in new for a, b in zip(new[name], beliefs[name], strict=True)), default=0)
        beliefs = new
        if moved < _SETTLED:
            break
    return {name: _surest(name, belief, categories) for name, belief in beliefs.items()}


CONSOLIDATIONS = {"majority": majority, "dawid_skene": dawid_skene}


def _learn(
    coded: Mapping[str, list[tuple[str, int]]], beliefs: Mapping[str, list[float]], size: int
) -> tuple[dict[str, list[list[float]]], list[float]]:
    """Return logarithms of what each worker says of each true category ([said][true]), and of each category's share."""
    counts: dict[str, list[list[float]]] = defaultdict(lambda: [[0.0] * size for _ in range(size)])
    share = [1.0] * size
    for name, given in coded.items():
        belief = beliefs[name]
        for true, weight in enumerate(belief):
            share[true] += weight
        for who, said in given:
            row = counts[who][said]
            for true, weight in enumerate(belief):
                row[true] += weight
    right = sum(table[place][place] for table in counts.values() for place in range(size))
    accuracy = (right + 1) / (sum(map(len, coded.values())) + 2)
    wrong = (1 - accuracy) / max(size - 1, 1)
    logs = {}
    for who, table in counts.items():
        sums = [sum(table[said][true] for said in range(size)) + _PSEUDO for true in range(size)]
        logs[who] = [
            [
                math.log((table[said][true] + _PSEUDO * (accuracy if said == true else wrong)) / sums[true])
                for true in range(size)
            ]
            for said in range(size)
        ]
    total = sum(share)
    return logs, [math.log(one / total) for one in share]


def _belief(given: list[tuple[str, int]], logs: Mapping[str, list[list[float]]], prior: list[float]) -> list[float]:
    sums = list(prior)
    for who, said in given:
        for true, value in enumerate(logs[who][said]):
            sums[true] += value
    most = max(sums)
    weights = [math.exp(one - most) for one in sums]
    total = sum(weights)
    return [one / total for one in weights]


def _shares(said: Sequence[int], size: int) -> list[float]:
    counts = Counter(said)
    return [counts[place] / len(said) for place in range(size)]


def _most(name: str, said: Sequence[str], categories: Sequence[str]) -> Consolidated:
    counts = Counter(said)
    return _surest(name, [counts[category] / len(said) for category in categories], categories)


def _surest(name: str, shares: Sequence[float], categories: Sequence[str]) -> Consolidated:
    most = max(shares)
    tied = [place for place, share in enumerate(shares) if most - share < 1e-12]  # noqa: PLR2004
    # Always the first would make the first category more frequent than it is.
    chance = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big")
    return Consolidated(categories[tied[chance % len(tied)]], most)
