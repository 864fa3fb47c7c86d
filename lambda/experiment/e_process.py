"""An exact test, valid at all times: whether the challenger fails more often than the champion by over a margin.

After Turner, Ly and Grünwald, "Generic E-variables for exact sequential k-sample tests that allow for optional
stopping", Journal of Statistical Planning and Inference 2024, for batches of any sizes.

*Null.* In every batch the challenger's mean rate is at most the champion's plus `margin`. The rates may differ from
batch to batch and from request to request; what is assumed is that requests fail independently, given the rates.

*One batch.* For rates t = (t0, t1) chosen before the batch, with t1 > t0 + margin, let q = (q0, q0 + margin) be the
rates of the null that are the nearest: those that minimise K(q) = n0 KL(t0 || q0) + n1 KL(t1 || q1). The factor is the
likelihood ratio E = P_t(batch) / P_q(batch). Let the true rates be u, with means in the null. Per variant g and
outcome y, a_g(u) = sum_y u(y) t_g(y) / q_g(y) is linear in u, so with means over the batch and log(a) <= a - 1

    E_u[E] = product of a_g(u_i) over requests i <= exp(n0 (a_0(mean u0) - 1) + n1 (a_1(mean u1) - 1)).

The exponent is minus the slope of the convex K at its minimum q in the direction of (mean u0, mean u1), which is in the
null, a convex set; so it is at most 0, and E_u[E] <= 1.

*All batches.* Rates of a batch depend only on the batches before, so a product of factors is a non-negative
supermartingale, as is a mean of such products. By Ville's inequality it ever reaches 1 / alpha with a probability of
at most alpha if the null is true.

*The rates.* t0 is the champion's rate so far, t1 = t0 + margin + one of EXCESSES, where 0 makes no bet. Each bets its
own part of the wealth, and after batch j each gives 0.1 / (j + 1) of its own to all (fixed share; Herbster and
Warmuth 1998), so that a challenger which only later becomes worse is found too.
"""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

EXCESSES = (0.0, 0.001, 0.004, 0.016, 0.064, 0.256)
_BASES = (0.001, 0.01, 0.1, 0.4)  # before anything is known of the rate: each with a fourth of the wealth
_GIVEN = 0.1
_PRIOR = 20.0  # requests that an expected rate counts for


@dataclass(frozen=True)
class Batch:
    """What happened in a period: requests and failures of both variants."""

    champion: int
    champion_failures: int
    challenger: int
    challenger_failures: int

    def problem(self) -> str | None:
        """Say what is impossible about the counts; None if nothing is."""
        pairs = ((self.champion, self.champion_failures), (self.challenger, self.challenger_failures))
        if all(0 <= failures <= requests < math.inf for requests, failures in pairs):
            return None
        return f"failures that are not between 0 and the requests: {self}"

    def mirrored(self) -> "Batch":
        """Return the batch with successes for failures."""
        return Batch(
            self.champion,
            self.champion - self.champion_failures,
            self.challenger,
            self.challenger - self.challenger_failures,
        )


def worse(batches: Iterable[Batch], margin: float, expected: float | None = None) -> float:
    """Return the log of the e-value against: the challenger's rate is at most the champion's plus `margin`.

    `expected`: the champion's rate by earlier records, if known; a wrong one costs power, not validity. ValueError if
    `margin` is not between -1 and 1.
    """
    return [0.0, *path(batches, margin, expected)][-1]


def within(batches: Iterable[Batch], margin: float, expected: float | None = None) -> float:
    """Return the log of the e-value against: the challenger's rate is at least the champion's plus `margin`.

    The mirror of `worse`: success rates 1 - p, and minus the margin.
    """
    rate = None if expected is None else 1 - expected
    return worse((batch.mirrored() for batch in batches), -margin, rate)


def path(batches: Iterable[Batch], margin: float, expected: float | None = None) -> Iterator[float]:
    """Yield the log of the e-value of `worse` after each batch."""
    if not -1 < margin < 1:
        raise ValueError(f"a margin of {margin}; it is a difference of two rates, between -1 and 1")
    wealth = [1 / len(EXCESSES)] * len(EXCESSES)
    grown, requests, failures = 0.0, 0, 0
    for number, batch in enumerate(batches, start=1):
        bases = _bases(requests, failures, expected)
        logs = [_mean_exp([_factor(batch, base, margin, excess) for base in bases]) for excess in EXCESSES]
        most = max(logs)
        wealth = [share * math.exp(log - most) for share, log in zip(wealth, logs, strict=True)]
        total = sum(wealth)
        grown += most + math.log(total)
        yield grown
        given = _GIVEN / (number + 1)
        wealth = [(1 - given) * share / total + given / len(EXCESSES) for share in wealth]
        requests, failures = requests + batch.champion, failures + batch.champion_failures


def _bases(requests: int, failures: int, expected: float | None) -> tuple[float, ...]:
    if expected is not None:
        inside = min(max(expected, 1e-6), 1 - 1e-6)
        return ((failures + _PRIOR * inside) / (requests + _PRIOR),)
    return ((failures + 0.5) / (requests + 1),) if requests else _BASES


def _factor(batch: Batch, base: float, margin: float, excess: float) -> float:
    """Return the log of E for t = (base, base + margin + excess); 0, no bet, if that is no rate."""
    high = base + margin + excess
    if not (excess and batch.champion and batch.challenger and 0 < high < 1):
        return 0.0
    near = _nearest(batch, base, high, margin)
    return _log_ratio(batch.champion, batch.champion_failures, base, near) + _log_ratio(
        batch.challenger, batch.challenger_failures, high, near + margin
    )


def _nearest(batch: Batch, base: float, high: float, margin: float) -> float:
    """Return q0: where the slope of K, which increases, is 0; Newton's steps, halving where one leaves the bracket."""
    low, top = max(base, -margin), min(high - margin, 1.0, 1 - margin)
    near = low + (top - low) * batch.challenger / (batch.champion + batch.challenger)
    for _ in range(100):
        other = near + margin
        room, other_room = near * (1 - near), other * (1 - other)
        slope = batch.champion * (near - base) / room + batch.challenger * (other - high) / other_room
        if slope > 0:
            top = near
        else:
            low = near
        steeper = batch.champion * (room - (near - base) * (1 - 2 * near)) / room**2
        steeper += batch.challenger * (other_room - (other - high) * (1 - 2 * other)) / other_room**2
        step = near - slope / steeper
        following = step if low < step < top else (low + top) / 2
        if abs(following - near) <= 1e-14 * near or following in (low, top):
            return following
        near = following
    return near


def _log_ratio(requests: int, failures: int, chosen: float, null: float) -> float:
    return failures * math.log(chosen / null) + (requests - failures) * math.log((1 - chosen) / (1 - null))


def _mean_exp(logs: list[float]) -> float:
    most = max(logs)
    return most + math.log(sum(math.exp(log - most) for log in logs) / len(logs))
