"""How far workers agree beyond chance: Krippendorff's alpha for categories.

K. Krippendorff, Computing Krippendorff's Alpha-Reliability, 2011. It takes any number of answers per object, as
labelling jobs give, which Fleiss' kappa does not. 1: all agree; 0: no more than by chance. Krippendorff asks for 0.8,
and takes 0.667 for tentative conclusions.
"""

from collections import Counter
from collections.abc import Hashable, Iterable, Sequence


def alpha(units: Iterable[Sequence[Hashable]]) -> float | None:
    """Return alpha of the answers to each object; None if nobody could have disagreed.

    >>> round(alpha([("a", "a"), ("b", "b"), ("a", "b")]), 3)
    0.444
    """
    within = 0.0
    totals: Counter[Hashable] = Counter()
    for unit in units:
        if len(unit) < 2:  # noqa: PLR2004  # an answer alone can be paired with none
            continue
        counts = Counter(unit)
        totals.update(counts)
        alike = sum(count * (count - 1) for count in counts.values())
        within += (len(unit) * (len(unit) - 1) - alike) / (len(unit) - 1)
    everything = sum(totals.values())
    by_chance = everything**2 - sum(count**2 for count in totals.values())
    if not by_chance:
        return None
    return 1 - (everything - 1) * within / by_chance
