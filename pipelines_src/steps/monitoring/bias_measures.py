"""The measures of bias of SageMaker Clarify, by name and formula, from counts alone.

Source: AWS documentation, "Pre-training Bias Metrics" and "Posttraining Data and Model Bias Metrics"; `d` are the
records of the facet, `a` all others. Left out: CDDL and CDDPL, which need a group variable, and the
flip test, which needs the records themselves.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class Cells:
    """Counts, each an array of resamples: [facet d or not][label][prediction]. Without outcomes all labels are 0."""

    counts: Numbers  # (..., 2, 2, 2)

    def n(self, facet: int, label: int | None = None, predicted: int | None = None) -> Numbers:
        """Return how many records there are of a facet (1: d, 0: a), label and prediction."""
        chosen = self.counts[..., facet, :, :]
        chosen = chosen.sum(axis=-2) if label is None else chosen[..., label, :]
        found: Numbers = chosen.sum(axis=-1) if predicted is None else chosen[..., predicted]
        return found


def divided(part: Numbers, whole: Numbers) -> Numbers:
    """Divide as Clarify does: nothing of nothing is 0, something of nothing infinite."""
    with np.errstate(divide="ignore", invalid="ignore"):
        found: Numbers = np.where((part == 0) & (whole == 0), 0.0, part / whole)
    return found


def apart(first: Numbers, second: Numbers) -> Numbers:
    """Subtract as Clarify does: of two infinite ratios the difference is 0."""
    with np.errstate(invalid="ignore"):
        found: Numbers = np.where(first == second, 0.0, first - second)
    return found


def _ci(c: Cells) -> Numbers:
    return divided(c.n(0) - c.n(1), c.n(0) + c.n(1))


def _dpl(c: Cells) -> Numbers:
    return divided(c.n(0, 1), c.n(0)) - divided(c.n(1, 1), c.n(1))


def _shares(c: Cells) -> tuple[Numbers, Numbers]:
    return tuple(  # type: ignore[return-value] # of a and of d
        np.stack([divided(c.n(facet, label), c.n(facet)) for label in (0, 1)], axis=-1) for facet in (0, 1)
    )


def _divergence(first: Numbers, second: Numbers) -> Numbers:
    with np.errstate(divide="ignore", invalid="ignore"):
        terms = np.where(first > 0, first * np.log(first / second), 0.0)
    found: Numbers = terms.sum(axis=-1)
    return found


def _kl(c: Cells) -> Numbers:
    return _divergence(*_shares(c))


def _js(c: Cells) -> Numbers:
    a, d = _shares(c)
    return (_divergence(a, (a + d) / 2) + _divergence(d, (a + d) / 2)) / 2


def _lp(c: Cells) -> Numbers:
    a, d = _shares(c)
    found: Numbers = np.sqrt(((a - d) ** 2).sum(axis=-1))
    return found


def _tvd(c: Cells) -> Numbers:
    a, d = _shares(c)
    found: Numbers = np.abs(a - d).sum(axis=-1) / 2
    return found


def _ks(c: Cells) -> Numbers:
    a, d = _shares(c)
    found: Numbers = np.abs(a - d).max(axis=-1)
    return found


def _dppl(c: Cells) -> Numbers:
    return divided(c.n(0, None, 1), c.n(0)) - divided(c.n(1, None, 1), c.n(1))


def _di(c: Cells) -> Numbers:
    return divided(divided(c.n(1, None, 1), c.n(1)), divided(c.n(0, None, 1), c.n(0)))


def _dca(c: Cells) -> Numbers:
    return apart(divided(c.n(0, 1), c.n(0, None, 1)), divided(c.n(1, 1), c.n(1, None, 1)))


def _dcr(c: Cells) -> Numbers:
    return apart(divided(c.n(1, 0), c.n(1, None, 0)), divided(c.n(0, 0), c.n(0, None, 0)))


def _rd(c: Cells) -> Numbers:
    return divided(c.n(0, 1, 1), c.n(0, 1)) - divided(c.n(1, 1, 1), c.n(1, 1))


def _sd(c: Cells) -> Numbers:
    return divided(c.n(1, 0, 0), c.n(1, 0)) - divided(c.n(0, 0, 0), c.n(0, 0))


def _dar(c: Cells) -> Numbers:
    return divided(c.n(0, 1, 1), c.n(0, None, 1)) - divided(c.n(1, 1, 1), c.n(1, None, 1))


def _drr(c: Cells) -> Numbers:
    return divided(c.n(1, 0, 0), c.n(1, None, 0)) - divided(c.n(0, 0, 0), c.n(0, None, 0))


def _ad(c: Cells) -> Numbers:
    right = [divided(c.n(facet, 1, 1) + c.n(facet, 0, 0), c.n(facet)) for facet in (0, 1)]
    return right[0] - right[1]


def _te(c: Cells) -> Numbers:
    return apart(divided(c.n(1, 1, 0), c.n(1, 0, 1)), divided(c.n(0, 1, 0), c.n(0, 0, 1)))


def _ge(c: Cells) -> Numbers:
    """Benefits are prediction - label + 1; half of their squared coefficient of variation."""
    counts = [sum(c.n(facet, *cell) for facet in (0, 1)) for cell in ((1, 0), (0, 0), (1, 1), (0, 1))]
    benefits = (0.0, 1.0, 1.0, 2.0)
    rows = sum(counts)
    mean = divided(np.asarray(sum(b * n for b, n in zip(benefits, counts, strict=True))), np.asarray(rows))
    square = divided(np.asarray(sum(b * b * n for b, n in zip(benefits, counts, strict=True))), np.asarray(rows))
    return (divided(square, mean**2) - 1) / 2


@dataclass(frozen=True)
class Measure:
    """A measure.

    Attributes:
        of: counts -> value.
        ideal: its value without bias.
        labels: whether it needs outcomes.
        predictions: whether it needs predictions.
        formula: for people.
    """

    of: Callable[[Cells], Numbers]
    formula: str
    labels: bool = True
    predictions: bool = True
    ideal: float = 0.0


MEASURES: Mapping[str, Measure] = {
    "CI": Measure(_ci, "(n_a - n_d) / (n_a + n_d)", labels=False, predictions=False),
    "DPL": Measure(_dpl, "n_a(1)/n_a - n_d(1)/n_d", predictions=False),
    "KL": Measure(_kl, "sum P_a log(P_a/P_d)", predictions=False),
    "JS": Measure(_js, "(KL(P_a, P) + KL(P_d, P)) / 2, P = (P_a + P_d) / 2", predictions=False),
    "LP": Measure(_lp, "(sum |P_a - P_d|^2)^(1/2)", predictions=False),
    "TVD": Measure(_tvd, "sum |P_a - P_d| / 2", predictions=False),
    "KS": Measure(_ks, "max |P_a - P_d|", predictions=False),
    "DPPL": Measure(_dppl, "n'_a(1)/n_a - n'_d(1)/n_d", labels=False),
    "DI": Measure(_di, "(n'_d(1)/n_d) / (n'_a(1)/n_a)", labels=False, ideal=1.0),
    "DCAcc": Measure(_dca, "n_a(1)/n'_a(1) - n_d(1)/n'_d(1)"),
    "DCR": Measure(_dcr, "n_d(0)/n'_d(0) - n_a(0)/n'_a(0)"),
    "RD": Measure(_rd, "TP_a/(TP_a + FN_a) - TP_d/(TP_d + FN_d)"),
    "SD": Measure(_sd, "TN_d/(TN_d + FP_d) - TN_a/(TN_a + FP_a)"),
    "DAR": Measure(_dar, "TP_a/n'_a(1) - TP_d/n'_d(1)"),
    "DRR": Measure(_drr, "TN_d/n'_d(0) - TN_a/n'_a(0)"),
    "AD": Measure(_ad, "ACC_a - ACC_d"),
    "TE": Measure(_te, "FN_d/FP_d - FN_a/FP_a"),
    "GE": Measure(_ge, "sum((b/mean(b))^2 - 1) / 2n, b = y' - y + 1"),
}
