"""Whether a difference is more than a tolerance and more than chance: probabilities that hold for any distribution.

Each is a bound of the probability to see so much, or more, where the true difference is no more than the tolerance.
None is an approximation for large samples, and a large sample alone makes none of them small. docs/decisions/drift.md
compares the ways.
"""

import math
from collections import Counter
from collections.abc import Mapping, Sequence

_HALVINGS, _STEPS = 50, 200
_RATES = [10 ** (place / 8) for place in range(-40, 9)]  # 0.00001 to 10
_LARGE = 30.0


def of_distance(distance: float, tolerance: float, baseline: float, live: float) -> float:
    """Return the probability for the largest difference of cumulative shares of two samples.

    If the true ones differ by no more than the tolerance, then both samples together are off by the rest at least. Each
    is off by t with a probability of 2 exp(-2 n t^2) at most (Dvoretzky, Kiefer, Wolfowitz 1956, with the constant of
    Massart 1990), and neither depends on the other, so the sum is bounded by that of two numbers with just these tails.
    """
    beyond = distance - tolerance
    if beyond <= 0 or baseline <= 0 or live <= 0:
        return 1.0
    total, before = _off(beyond, baseline), 1.0
    for step in range(1, _STEPS + 1):
        after = _off(beyond * step / _STEPS, baseline)
        total += (before - after) * _off(beyond * (_STEPS - step) / _STEPS, live)
        before = after
    return min(1.0, total)


def of_excess(live: tuple[float, float], baseline: tuple[float, float] | None, tolerance: float) -> float:
    """Return the probability for a share in what was captured, against that in the baseline.

    Args:
        live: how often it occurs, among how many.
        baseline: the same; None where the share is 0 by definition.
        tolerance: by how much the true share may exceed the baseline's.

    Either share is bounded at exp(-n KL) (Chernoff 1952; Hoeffding 1963), which is sharp for rare things too; both
    bounds count, and the smallest probability at which they are apart by the tolerance is looked for.
    """
    if not live[1] or live[0] / live[1] - (baseline[0] / baseline[1] if baseline else 0.0) <= tolerance:
        return 1.0
    if baseline is None:
        return min(1.0, math.exp(-live[1] * _divergence(live[0] / live[1], tolerance)))
    low, high = 0.0, max(live[1], baseline[1]) * 40.0
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        apart = _bound(*live, middle, upper=False) - _bound(*baseline, middle, upper=True)
        low, high = (middle, high) if apart > tolerance else (low, middle)
    return min(1.0, 2 * math.exp(-low))


def of_categories(
    baseline: Mapping[str, int],
    live: Mapping[str, int],
    tolerance: float,
    error: float = 0.0,
    sizes: tuple[float, float] | None = None,
) -> float:
    """Return the probability for the largest difference of the shares of a category, whichever it is.

    Args:
        baseline: how often each category occurs.
        live: the same.
        tolerance: by how much shares may differ.
        error: by how much shares may be off, since they come from a sketch.
        sizes: how many records drawn one by one tell as much as those of either; None: all of them.
    """
    names = {*baseline, *live}
    n_baseline, n_live = sum(baseline.values()), sum(live.values())
    if not n_baseline or not n_live:
        return 1.0
    least, (size, size_live) = 1.0, sizes or (n_baseline, n_live)
    for name in names:
        shares = baseline.get(name, 0) / n_baseline, live.get(name, 0) / n_live
        if abs(shares[0] - shares[1]) > tolerance + error:
            one, other = (shares[0] * size, size), (shares[1] * size_live, size_live)
            least = min(least, of_excess(other, one, tolerance + error), of_excess(one, other, tolerance + error))
    return min(1.0, 2 * len(names) * least)


def of_unseen(baseline: Mapping[str, int], live: Mapping[str, int]) -> float:
    """Return the probability that so many captured records have a value that the baseline happened not to meet.

    If both come from one distribution, which of all records are the captured ones is a matter of chance: a value that m
    of them have is met by these alone with a probability of at most (their share)^m. Such events hinder each other
    (Joag-Dev and Proschan 1983), so Chernoff's bound of their weighted sum holds.
    """
    n_baseline, n_live = sum(baseline.values()), sum(live.values())
    unseen = sum(count for name, count in live.items() if name not in baseline)
    if not unseen:
        return 1.0
    share = n_live / (n_live + n_baseline)
    sizes = Counter(baseline.get(name, 0) + live.get(name, 0) for name in {*baseline, *live})
    return min(1.0, *(math.exp(min(0.0, _log_moment(sizes, share, rate) - rate * unseen)) for rate in _RATES))


def holm(probabilities: Sequence[float]) -> list[float]:
    """Return them as they count among several: at most alpha in any, however they depend (Holm 1979)."""
    order = sorted(range(len(probabilities)), key=probabilities.__getitem__)
    found, largest = [1.0] * len(probabilities), 0.0
    for place, index in enumerate(order):
        largest = max(largest, min(1.0, probabilities[index] * (len(order) - place)))
        found[index] = largest
    return found


def _off(by: float, records: float) -> float:
    """Return how probable it is at most that a sample is off by so much."""
    return min(1.0, 2 * math.exp(-2 * records * by * by))


def _log_moment(sizes: Mapping[int, int], share: float, rate: float) -> float:
    """Return the logarithm of the expected exponential of `rate` times the sum."""
    total = 0.0
    for size, values in sizes.items():
        # log(1 + share^m (e^(rate m) - 1)), which is nearly m log(share e^rate) where that is large
        exponent = size * (math.log(share) + rate)
        total += values * (exponent if exponent > _LARGE else math.log1p(math.exp(exponent) - share**size))
    return total


def _bound(count: float, of: float, size: float, *, upper: bool) -> float:
    """Return the share farthest from the one seen that is still as probable as exp(-size)."""
    seen = min(max(count / of, 0.0), 1.0)
    near, far = seen, 1.0 if upper else 0.0
    for _ in range(_HALVINGS):
        middle = (near + far) / 2
        near, far = (middle, far) if of * _divergence(seen, middle) <= size else (near, middle)
    return near


def _divergence(seen: float, true: float) -> float:
    """Kullback and Leibler's divergence of two chances."""
    return _part(seen, true) + _part(1 - seen, 1 - true)


def _part(seen: float, true: float) -> float:
    if seen <= 0:
        return 0.0
    return seen * math.log(seen / true) if true > 0 else math.inf
