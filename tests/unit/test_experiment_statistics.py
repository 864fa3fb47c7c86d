"""The statistics of experiments: whoever looks whenever, what is equal is seldom called different."""

import math
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiment import confidence_sequence, e_process, sample_ratio
from experiment.decision import decide
from experiment.e_process import Batch
from experiment.plan import Spread, plan
from experiment.state import Observed
from experiment.strata import Stratum, difference
from experiment.sums import Moments
from experiment.terms import Experiment, Guard, Step

ALPHA, WALKS, LOOKS, BATCH = 0.05, 1500, 40, 250
NUMBERS = st.lists(st.floats(-1e3, 1e3), max_size=30)
START = datetime(2026, 1, 1, tzinfo=UTC)


def moments(numbers: list[float]) -> Moments:
    values = np.asarray(numbers, "float64")
    return Moments(len(values), float(values.sum()), float((values**2).sum()))


@given(NUMBERS, NUMBERS)
def test_sums_of_parts_are_the_sums_of_the_whole(one: list[float], other: list[float]) -> None:
    whole, parts = moments([*one, *other]), moments(one) + moments(other)
    assert (parts.n, parts.total, parts.squares) == pytest.approx((whole.n, whole.total, whole.squares), abs=1e-6)
    if whole.usable:
        assert parts.variance == pytest.approx(np.var([*one, *other], ddof=1), abs=1e-4)


def test_looking_after_every_batch_finds_a_difference_in_equals_as_seldom_as_it_says() -> None:
    """Bernoulli records of one rate; a z test repeated on the same data is wrong several times as often."""
    hits = np.random.default_rng(0).binomial(BATCH, 0.2, (2, WALKS, LOOKS)).cumsum(axis=2)
    rho = confidence_sequence.rho(0.2 * 0.8 * BATCH * LOOKS / 4, ALPHA)
    found = repeated = 0
    for walk in range(WALKS):
        out = z_out = False
        for look in range(LOOKS):
            n = BATCH * (look + 1)
            one, two = (Moments.of_rate(n, int(hits[variant, walk, look])) for variant in (0, 1))
            seen = difference([Stratum(0.5, one, two)])
            between = confidence_sequence.interval(seen, rho, ALPHA)
            outside = not between.low <= 0 <= between.high
            assert outside == (confidence_sequence.p_value(seen, rho) < ALPHA)
            out |= outside
            z_out |= abs(seen.score) > 1.96 * math.sqrt(seen.variance)
        found, repeated = found + out, repeated + z_out
    error = math.sqrt(ALPHA * (1 - ALPHA) / WALKS)
    assert found / WALKS <= ALPHA + 3 * error
    assert repeated / WALKS > 3 * ALPHA


@given(st.integers(2, 500), st.integers(0, 500), st.integers(2, 500), st.integers(0, 500))
def test_variants_that_change_places_change_the_sign(n: int, hits: int, m: int, others: int) -> None:
    one, two = Moments.of_rate(n, min(n, hits)), Moments.of_rate(m, min(m, others))
    there, back = (difference([Stratum(0.5, *pair)]) for pair in ((one, two), (two, one)))
    first, second = (confidence_sequence.interval(seen, 5.0, ALPHA) for seen in (there, back))
    assert (first.low, first.high) == pytest.approx((-second.high, -second.low))


def test_a_ramp_while_the_world_drifts_does_not_bias_the_difference() -> None:
    """Pooled, the challenger would seem better: it got its records when the world was easier."""
    early = Stratum(0.1, Moments.of_rate(9000, 4500), Moments.of_rate(1000, 500))
    late = Stratum(0.5, Moments.of_rate(5000, 500), Moments.of_rate(5000, 500))
    assert difference([early, late]).value == pytest.approx(0)
    pooled = Stratum(0.5, early.champion + late.champion, early.challenger + late.challenger)
    assert abs(difference([pooled]).value) > 0.1


@pytest.mark.parametrize("rate", [0.002, 0.05, 0.5])
def test_a_guard_alarms_on_equals_as_seldom_as_it_says(rate: float) -> None:
    drawn = np.random.default_rng(1).binomial([[100], [300]], rate, (400, 2, 30))
    ever = [
        max(e_process.path([Batch(300, int(b), 100, int(a)) for a, b in walk.T], 0.0, None)) >= -math.log(ALPHA)
        for walk in drawn
    ]
    assert np.mean(ever) <= ALPHA + 3 * math.sqrt(ALPHA * (1 - ALPHA) / len(ever))


def test_a_guard_sees_a_broken_challenger_soon() -> None:
    assert e_process.worse([Batch(300, 1, 100, 40)] * 3, 0.01) > -math.log(0.001)
    assert e_process.within([Batch(3000, 30, 3000, 30)] * 20, 0.01) > -math.log(ALPHA)


def test_a_variant_that_does_not_get_its_share_is_found_and_one_that_does_is_not() -> None:
    assert sample_ratio.mismatch([(0.1, 9000, 1000), (0.5, 5000, 5000)]) < 0
    assert sample_ratio.mismatch([(0.1, 9000, 1000), (0.5, 5400, 4600)]) > -math.log(0.001)
    assert sample_ratio.mismatch([(0.0, 10, 1)]) == math.inf


def test_a_plan_takes_at_most_half_more_than_one_look_at_the_end() -> None:
    planned = plan(Spread.of_rate(0.2, 0.02), 0.02, [Step(0.5, 1)], per_day=1000)
    assert 0.8 < planned.median / planned.fixed <= 1.5
    assert planned.maximum > planned.median
    assert planned.days == pytest.approx((planned.fixed / 1e3, planned.median / 1e3, planned.maximum / 1e3), rel=1e-3)
    # (z + z)^2 (p (1 - p) + p (1 - p)) / effect^2 records of each variant
    assert planned.fixed == pytest.approx(2 * 7.849 * 2 * 0.16 / 0.02**2, rel=0.1)


EXPERIMENT = Experiment(
    metric="error rate", direction="lower", planned_weight=5000, deviation=0.4, ramp=(Step(0.1, 500), Step(0.5, 1000)),
    minimum=500, maximum=50_000, longest=timedelta(days=30), guards=(("errors", Guard(0.01)),),
)  # fmt: skip


def look(champion: int, challenger: int, failures: int = 0, n: int = 10_000, **changes: object) -> Observed:
    strata = [
        Stratum(0.1, Moments.of_rate(4500, 900), Moments.of_rate(500, 100)),
        Stratum(0.5, Moments.of_rate(n, champion), Moments.of_rate(n, challenger)),
    ]
    batches = [Batch(n, 2, n, failures)]
    known = {"now": START + timedelta(days=2), "started_at": START, "weight": 0.5, "guards": {"errors": batches}}
    return Observed(strata=strata, **{**known, **changes})  # type: ignore[arg-type] # fields by name


@pytest.mark.parametrize(
    ("observed", "action"),
    [
        (look(2000, 2010), "go_on"),
        (look(2000, 1500), "promote"),
        (look(2000, 2500), "withdraw"),
        (look(2000, 1500, failures=900), "withdraw"),
        (look(2000, 2010, now=START + timedelta(days=31)), "ask"),
        (look(2000, 1500, seen=(90_000, 90_000)), "go_on"),
        (look(2000, 20_000), "ask"),
    ],
)
def test_an_experiment_ends_for_a_reason(observed: Observed, action: str) -> None:
    decision = decide(EXPERIMENT, observed)
    assert decision.action == action, decision.reason
    assert decision == decide(EXPERIMENT, observed)
    assert decision.weight == {"promote": 1.0, "withdraw": 0.0}.get(action, 0.5)
    assert decision.reason.endswith(".")


@pytest.mark.parametrize(
    ("weight", "challenger", "failures", "days", "action", "share"),
    [
        (0.1, 1500, 0, 2, "go_on", 0.5),  # better: the rest of the ramp is taken
        (0.1, 2010, 0, 2, "go_on", 0.5),  # undecided: at a half the same records tell more
        (0.1, 1500, 33, 2, "ask", 0.1),  # a guard keeps the share where it is
        (0.1, 1500, 0, 31, "ask", 0.1),
        (0.5, 2010, 0, 2, "ask", 0.5),
    ],
)
def test_many_records_at_a_look_do_not_cut_the_ramp_off(
    weight: float, challenger: int, failures: int, days: int, action: str, share: float
) -> None:
    strata = [Stratum(weight, Moments.of_rate(10_000 * 9, 2000 * 9), Moments.of_rate(10_000, challenger))]
    if weight == 0.5:
        strata = [Stratum(0.5, Moments.of_rate(30_000, 6000), Moments.of_rate(30_000, 3 * challenger))]
    seen = look(0, 0, weight=weight, now=START + timedelta(days=days))
    seen = replace(seen, strata=strata, guards={"errors": [Batch(10_000, 2, 10_000, 110 + failures)]})
    decision = decide(EXPERIMENT, seen)
    assert (decision.action, decision.weight) == (action, share), decision
