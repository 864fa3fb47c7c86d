"""Where scores stand among those of the other class: what an area under the ROC curve is the mean of."""

from collections.abc import Mapping, Sequence
from typing import Any

from ..use_case import Document


def placements(strata: Sequence[Document], variants: Sequence[str]) -> dict[str, float]:
    """Return by how much each kind of record deviates from its cell's area; kinds: `<stretch>/<variant>/<class>/<bin>`.

    A positive has the share of negatives below it, a negative the share of positives above it, of those in its own bin
    the half (DeLong, DeLong and Clarke-Pearson, Biometrics 1988). Cells without both classes have no area: all are 0.
    """
    found: dict[str, float] = {}
    for place, one in enumerate(strata):
        for variant in variants:
            for kind, value in _of_cell(one[variant]).items():
                found[f"{place}/{variant}/{kind}"] = value
    return found


def _of_cell(sums: Mapping[str, Any]) -> dict[str, float]:
    positives, negatives = ({int(at): int(n) for at, n in sums[name].items()} for name in ("positives", "negatives"))
    n_positive, n_negative = sum(positives.values()), sum(negatives.values())
    # In halves of pairs, whole numbers, so that nothing is rounded before the last step.
    halves = pairs = 2 * n_positive * n_negative
    twice: dict[str, tuple[int, int]] = {}
    below = above = 0
    for at in sorted({*positives, *negatives}):
        positive, negative = positives.get(at, 0), negatives.get(at, 0)
        twice |= {f"positives/{at}": (2 * below + negative, n_negative)} if positive else {}
        twice |= {f"negatives/{at}": (2 * (n_positive - above) - positive, n_positive)} if negative else {}
        halves -= positive * (2 * (n_negative - below) - negative)
        below, above = below + negative, above + positive
    return {kind: (value / (2 * others) - halves / pairs) if pairs else 0.0 for kind, (value, others) in twice.items()}
