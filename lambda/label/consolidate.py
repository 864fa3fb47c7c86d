"""One label of several answers, where an answer is one of several categories. Plain Python: functions have no numpy.

`majority` counts votes. `dawid_skene` weighs them by what each worker confuses, learnt from all answers at once:
A. P. Dawid, A. M. Skene, Maximum Likelihood Estimation of Observer Error-Rates Using the EM Algorithm, Applied
Statistics 28 (1), 1979, 20-28; their expectation maximisation, with pseudo-counts that draw a worker of whom little is
known to the average of all.
"""

import hashlib
import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

# Who said what: by object, pairs of worker and category.
Answers = Mapping[str, Sequence[tuple[str, str]]]
_Belief = dict[int, float]  # probability by the place of a category
_ROUNDS, _SETTLED, _FEW = 50, 1e-4, 4
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
    """Return the most probable category of each object, given how often each worker confuses which categories.

    While it learns, of more than a few categories only those are in question that somebody chose of the object: with
    all of them the work would grow with their number.
    """
    places = {category: place for place, category in enumerate(categories)}
    coded = {name: [(who, places[said]) for who, said in given] for name, given in answers.items() if given}
    beliefs = {name: _shares([said for _, said in given]) for name, given in coded.items()}
    everything = range(len(categories))
    model = _Confusions(coded, beliefs, len(categories))
    for _ in range(_ROUNDS):
        few = everything if len(categories) <= _FEW else None
        new = {name: model.belief(given, few or {said for _, said in given}) for name, given in coded.items()}
        moved = max((abs(new[name][place] - old) for name in new for place, old in beliefs[name].items()), default=0)
        beliefs = new
        model = _Confusions(coded, beliefs, len(categories))
        if moved < _SETTLED:
            break
    return {name: _surest(name, model.belief(given, everything), categories) for name, given in coded.items()}


CONSOLIDATIONS = {"majority": majority, "dawid_skene": dawid_skene}


class _Confusions:
    """What each worker says of each true category, and how frequent those are, as far as beliefs tell."""

    def __init__(self, coded: Mapping[str, list[tuple[str, int]]], beliefs: Mapping[str, _Belief], size: int) -> None:
        said_of: dict[tuple[str, int, int], float] = defaultdict(float)
        seen: dict[tuple[str, int], float] = defaultdict(float)
        share = [1.0] * size
        right = 0.0
        for name, given in coded.items():
            for true, weight in beliefs[name].items():
                share[true] += weight
                for who, said in given:
                    said_of[who, said, true] += weight
                    seen[who, true] += weight
                    right += weight * (said == true)
        answers, total = sum(map(len, coded.values())), sum(share)
        accuracy = (right + 1) / (answers + 2)
        expected = accuracy * _PSEUDO, (1 - accuracy) / max(size - 1, 1) * _PSEUDO
        self._logs = {
            (who, said, true): math.log((count + expected[said != true]) / (seen[who, true] + _PSEUDO))
            for (who, said, true), count in said_of.items()
        }
        # Of what a worker was never seen to confuse.
        self._never = {key: math.log(expected[1] / (count + _PSEUDO)) for key, count in seen.items()}
        self._unknown = math.log(expected[1] / _PSEUDO)
        self._prior = [math.log(one / total) for one in share]

    def belief(self, given: list[tuple[str, int]], question: Iterable[int]) -> _Belief:
        """Return how probable each category in question is, given some answers."""
        sums = {true: self._prior[true] + sum(self._log(*one, true) for one in given) for true in question}
        most = max(sums.values())
        weights = {true: math.exp(one - most) for true, one in sums.items()}
        total = sum(weights.values())
        return {true: one / total for true, one in weights.items()}

    def _log(self, who: str, said: int, true: int) -> float:
        known = self._logs.get((who, said, true))
        return self._never.get((who, true), self._unknown) if known is None else known


def _shares(said: Sequence[int]) -> _Belief:
    return {place: count / len(said) for place, count in Counter(said).items()}


def _most(name: str, said: Sequence[str], categories: Sequence[str]) -> Consolidated:
    return _surest(name, _shares([categories.index(one) for one in said]), categories)


def _surest(name: str, belief: _Belief, categories: Sequence[str]) -> Consolidated:
    most = max(belief.values())
    tied = sorted(place for place, share in belief.items() if most - share < 1e-12)  # noqa: PLR2004
    # Always the first would make the first category more frequent than it is.
    chance = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big")
    return Consolidated(categories[tied[chance % len(tied)]], most)
