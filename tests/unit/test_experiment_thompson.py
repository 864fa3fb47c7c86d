"""Thompson sampling: beliefs are Bayes' theorem's, advice is what they imply, and it costs less than even shares."""

import random
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import integrate, stats

from experiment.sums import Moments
from experiment.thompson import Advice, Beta, KnownScale, NormalInverseGamma, Posterior, advise

NUMBERS = st.lists(st.floats(-20, 20), max_size=25)
BITS = st.lists(st.booleans(), max_size=40)
POSITIVE = st.floats(0.1, 10)


def moments(numbers: list[float]) -> Moments:
    values = np.asarray(numbers, "float64")
    return Moments(len(values), float(values.sum()), float((values**2).sum()))


def constant(logs: list[float]) -> bool:
    """Whether the posterior's density is the prior's times the likelihood, but for a factor."""
    return bool(np.ptp(logs) < 1e-6 * (1 + np.abs(logs).max()))


@given(POSITIVE, POSITIVE, BITS)
def test_the_belief_in_a_rate_is_bayes(hits: float, misses: float, records: list[bool]) -> None:
    found = Beta(hits, misses).updated(Moments.of_rate(len(records), sum(records)))
    assert constant(
        [
            stats.beta.logpdf(rate, found.hits, found.misses)
            - stats.beta.logpdf(rate, hits, misses)
            - stats.bernoulli.logpmf(records, rate).sum()
            for rate in (0.05, 0.3, 0.5, 0.9)
        ]
    )


@given(st.floats(-5, 5), POSITIVE, POSITIVE, NUMBERS)
def test_the_belief_in_a_mean_of_known_scale_is_bayes(
    mean: float, deviation: float, n: float, records: list[float]
) -> None:
    found = KnownScale(mean, deviation, n).updated(moments(records))
    assert constant(
        [
            stats.norm.logpdf(value, found.mean, deviation / found.n**0.5)
            - stats.norm.logpdf(value, mean, deviation / n**0.5)
            - stats.norm.logpdf(records, value, deviation).sum()
            for value in (-7.0, -1.0, 0.0, 2.5)
        ]
    )


@given(st.floats(-5, 5), POSITIVE, POSITIVE, POSITIVE, NUMBERS)
def test_the_belief_in_a_mean_of_unknown_scale_is_bayes(
    mean: float, n: float, shape: float, scale: float, records: list[float]
) -> None:
    def density(belief: NormalInverseGamma, value: float, variance: float) -> float:
        of_mean = stats.norm.logpdf(value, belief.mean, (variance / belief.n) ** 0.5)
        return float(of_mean + stats.invgamma.logpdf(variance, belief.shape, scale=belief.scale))

    prior = NormalInverseGamma(mean, n, shape, scale)
    found = prior.updated(moments(records))
    assert constant(
        [
            density(found, value, variance)
            - density(prior, value, variance)
            - stats.norm.logpdf(records, value, variance**0.5).sum()
            for value in (-3.0, 0.0, 2.0)
            for variance in (0.5, 4.0, 30.0)
        ]
    )


PRIORS: list[Any] = [Beta(), KnownScale(0.5, 2.0), NormalInverseGamma.prior(0.5, 2.0)]


@pytest.mark.parametrize("prior", PRIORS, ids=lambda prior: type(prior).__name__)
@given(one=BITS, other=BITS)
def test_it_does_not_matter_in_which_parts_records_come(prior: Any, one: list[bool], other: list[bool]) -> None:
    some, more = (Moments.of_rate(len(bits), sum(bits)) for bits in (one, other))
    found, whole = prior.updated(some).updated(more), prior.updated(some + more)
    assert vars(found) == pytest.approx(vars(whole))


SEEN = moments([1.0, 2.5, -0.5, 4.0, 1.5])
NORMAL = NormalInverseGamma.prior(0.0, 1.0).updated(SEEN)
BELIEFS: list[tuple[Posterior, Any]] = [
    (Beta(3, 8), stats.beta(3, 8)),
    (KnownScale(2.0, 3.0, 4.0), stats.norm(2.0, 1.5)),
    # The mean's own distribution, whatever the variance: Student's t (Murphy 2007, section 3).
    (NORMAL, stats.t(2 * NORMAL.shape, NORMAL.mean, (NORMAL.scale / (NORMAL.shape * NORMAL.n)) ** 0.5)),
]


@pytest.mark.parametrize(("belief", "exact"), BELIEFS, ids=["rate", "mean", "mean of unknown scale"])
def test_draws_are_from_the_belief(belief: Posterior, exact: Any) -> None:
    source = random.Random(0)  # noqa: S311 (draws, not secrets)
    assert stats.kstest([belief.draw(source) for _ in range(4000)], exact.cdf).pvalue > 0.01


def advice(champion: Posterior, challenger: Posterior, **changes: Any) -> Advice:
    known: dict[str, Any] = {"higher_is_better": True, "floor": 0.05, "tolerance": 0.001, "seed": 7}
    return advise(champion, challenger, **{**known, **changes})


def test_probability_and_loss_are_those_of_the_beliefs() -> None:
    champion, challenger = Beta(31, 71), Beta(38, 64)
    one, two = (stats.beta(belief.hits, belief.misses) for belief in (champion, challenger))
    better, _ = integrate.quad(lambda rate: two.pdf(rate) * one.cdf(rate), 0, 1)
    # E max(0, a - b) = int P(b < x < a) dx
    loss, _ = integrate.quad(lambda rate: two.cdf(rate) * one.sf(rate), 0, 1)
    found = advice(champion, challenger, draws=40_000)
    assert (found.probability, found.weight) == pytest.approx((better, better), abs=0.008)
    assert found.loss == pytest.approx(loss, rel=0.05)
    assert found.loss < found.value_remaining
    other = advice(challenger, champion, draws=40_000, higher_is_better=False)
    assert (other.probability, other.loss) == pytest.approx((better, loss), rel=0.05)


@given(st.integers(1, 500), st.integers(1, 500), st.floats(0, 0.5), st.booleans())
def test_a_share_keeps_its_floor_and_is_the_same_for_the_same_seed(
    one: int, other: int, floor: float, higher: bool
) -> None:
    beliefs = Beta(one, 100), Beta(other, 100)
    found = advice(*beliefs, floor=floor, higher_is_better=higher, draws=200)
    assert floor <= found.weight <= 1 - floor
    assert found.loss >= 0
    assert found == advice(*beliefs, floor=floor, higher_is_better=higher, draws=200)


@pytest.mark.parametrize("wrong", [{"floor": -0.1}, {"floor": 0.6}, {"tolerance": -1.0}, {"tolerance": float("nan")}])
def test_impossible_terms_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=r"the floor is from 0 to 0.5, the tolerance 0 or more"):
        advice(Beta(), Beta(), **wrong)


def run(rates: tuple[float, float], share: Callable[[Advice], float], seed: int) -> tuple[float, bool | None]:
    """Return the successes lost in 40 looks, and whether the better arm was ahead when it first said stop."""
    source, seen, weight, regret = np.random.default_rng(seed), [Moments(), Moments()], 0.5, 0.0
    right: bool | None = None
    for look in range(40):
        challenger = int(source.binomial(250, weight))
        for arm, n in enumerate((250 - challenger, challenger)):
            seen[arm] += Moments.of_rate(n, int(source.binomial(n, rates[arm])))
            regret += n * (max(rates) - rates[arm])
        found = advice(*(Beta().updated(arm) for arm in seen), seed=look, tolerance=0.002, draws=400)
        if found.stop and right is None:
            right = (found.probability > 0.5) == (rates[1] > rates[0])
        weight = share(found)
    return regret, right


@pytest.mark.parametrize("rates", [(0.10, 0.14), (0.14, 0.10)])
def test_it_loses_less_than_even_shares_and_stops_at_the_better_arm(rates: tuple[float, float]) -> None:
    ours, even = (
        [run(rates, share, seed) for seed in range(30)] for share in (lambda found: found.weight, lambda _: 0.5)
    )
    assert np.mean([regret for regret, _ in even]) == pytest.approx(40 * 125 * 0.04, rel=0.02)
    assert np.mean([regret for regret, _ in ours]) < 0.35 * np.mean([regret for regret, _ in even])
    assert np.mean([right is True for _, right in ours]) > 0.9
