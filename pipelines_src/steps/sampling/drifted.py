"""How much more often than in the baseline values like a record's occur now, in the features that drifted most."""

import math
from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np

from ..monitoring.expected import NUMBERS, Expected
from ..monitoring.observed import observed
from ..monitoring.profile import Profile
from ..monitoring.ranks import Floats, Ranks
from ..use_case import Document

MOST_FEATURES = 5
_LEAST = 0.02  # of a distance: below it is noise in any window
_BINS = 10


def features(baseline: Expected | None, profile: Profile | None) -> dict[str, float]:
    """Return the features that drifted most, with the distance that the monitor measures, the largest first."""
    if baseline is None or profile is None:
        return {}
    known = {one.field.name: one.robust for one in observed(baseline, profile)}
    largest = sorted(known.items(), key=lambda pair: (-pair[1], pair[0]))[:MOST_FEATURES]
    return {name: distance for name, distance in largest if distance >= _LEAST}


def scores(baseline: Expected | None, drifted: dict[str, float], records: Sequence[Document]) -> Floats:
    """Return 0 to 1 for each record: where its values are those that have become most frequent.

    Of a feature it is the logarithm of how many times more frequent the record's value is than in the baseline (its
    tenth of a number's values; its category), never below 0, times the feature's distance.
    """
    total = np.zeros(len(records))
    if baseline is None or not records:
        return total
    fields = {field.name: field for field in baseline.fields}
    for name, distance in drifted.items():
        values = [record.get(name) for record in records]
        field = fields[name]
        if field.type in NUMBERS and field.ranks is not None:
            total += distance * _of_numbers(field.ranks, values)
        elif field.categories:
            total += distance * _of_categories(field.categories, values)
    most = float(total.max())
    return total / most if most > 0 else total


def _of_numbers(ranks: Ranks, values: Sequence[Any]) -> Floats:
    numbers = np.array([value if _is_number(value) else np.nan for value in values], "float64")
    there = ~np.isnan(numbers)
    found = np.zeros(len(numbers))
    if not there.any():
        return found
    inner = np.unique(np.quantile(numbers[there], np.arange(1, _BINS) / _BINS))
    bins = np.searchsorted(inner, numbers[there], side="left")  # (.., inner[0]], (inner[0], inner[1]], ...
    now = np.bincount(bins, minlength=len(inner) + 1) / there.sum()
    until = np.concatenate([[0.0], ranks.shares(inner), [1.0]])
    before = np.diff(until) + 0.5 / ranks.count
    found[there] = np.maximum(np.log2(np.maximum(now, 1e-9) / before), 0)[bins]
    return found


def _of_categories(known: Any, values: Sequence[Any]) -> Floats:
    texts = [None if value is None else _text(value) for value in values]
    counted = Counter(texts)
    rows, before = len(texts), sum(known.values())
    times = {
        text: max(0.0, math.log2((count / rows) / ((known.get(text, 0) + 0.5) / (before + 0.5))))
        for text, count in counted.items()
        if text is not None
    }
    return np.array([times.get(text, 0.0) if text is not None else 0.0 for text in texts])


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
