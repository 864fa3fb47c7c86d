"""Where a probability becomes a decision: at the threshold of least cost.

It is chosen on the validation split and judged on the test split. Choosing it there by least cost is the same as making
the probabilities calibrated there (isotonic regression) and deciding at cost_fp / (cost_fp + cost_fn): both lie on the
convex hull of the ROC curve (Fawcett and Niculescu-Mizil 2007, Machine Learning 68). docs/decisions/threshold.md.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from .bootstrap import Floats

_NEVER = float(np.nextafter(1.0, 2.0))  # above every probability


@dataclass(frozen=True)
class Costs:
    """What a false positive and a false negative cost, in any one unit."""

    false_positive: float = 1.0
    false_negative: float = 1.0

    @classmethod
    def of(cls, declared: dict[str, Any] | None) -> "Costs":
        """Return what `evaluate.costs` says; left out, both cost the same."""
        return cls(**declared) if declared else cls()

    @property
    def theory(self) -> float:
        """The threshold of least expected cost for calibrated probabilities (Elkan 2001, equation 2)."""
        return self.false_positive / (self.false_positive + self.false_negative)

    def of_rows(self, label: Floats, decision: Floats) -> Floats:
        """Return what each decision cost; label and decision are 1 or 0."""
        return np.where(label > 0, self.false_negative * (1 - decision), self.false_positive * decision)


def least_cost(label: Floats, score: Floats, costs: Costs) -> float:
    """Return the threshold, 0 to just above 1, at and above which a row counts as positive at the least total cost.

    It lies in the middle between the scores on both sides of it; of several that cost the same it is the one nearest to
    what calibrated probabilities would need.
    """
    order = np.argsort(-score, kind="stable")
    score, label = score[order], label[order]
    last = np.flatnonzero(np.concatenate((score[1:] != score[:-1], [True])))  # of each distinct score, highest first
    found, rows = np.cumsum(label)[last], last + 1
    total = np.concatenate(
        ([label.sum() * costs.false_negative],
         (rows - found) * costs.false_positive + (label.sum() - found) * costs.false_negative)
    )  # fmt: skip
    levels = score[last]
    thresholds = np.concatenate(([_NEVER], (levels[:-1] + levels[1:]) / 2, [0.0]))
    best = np.flatnonzero(total <= total.min() + 1e-9 * max(total.min(), 1.0))
    return float(thresholds[best[np.argmin(np.abs(thresholds[best] - costs.theory))]])
