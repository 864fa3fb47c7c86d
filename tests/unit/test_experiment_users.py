"""Experiments whose users keep a variant: decided by users, however many requests each of them sends."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.experiment_users import RECORDS, Requests, UserWorld, walk
from experiment.bandit import Bandit
from experiment.decision import decide
from experiment.plan import Spread, design_effect, plan
from experiment.reading import UnreadableError, read
from experiment.state import Observed
from experiment.strata import Stratum, difference
from experiment.sums import Moments
from experiment.terms import Experiment, Step
from experiment.users import Users
from tests.unit.experiment_cloud_kit import terms
from tests.unit.experiment_hours_kit import begun, hour, outcomes, record, run, world
from tests.unit.experiment_trial_kit import trial
from tests.unit.test_experiment_statistics import START

ALPHA, EXPERIMENTS, LOOKS = 0.05, 200, 15
SHARES = [(0.05, 0, 5), (0.2, 5, 10), (0.5, 10, 15)]
PLAN = Experiment(
    metric="error rate", direction="lower", planned_weight=1000, deviation=0.4, ramp=(Step(0.05, 1), Step(0.5, 1)),
    minimum=50, maximum=10**9, longest=timedelta(days=30),
)  # fmt: skip


def looks(seen: Requests, row: int) -> Iterator[list[Stratum[Moments]]]:
    """Yield the strata of one simulated experiment at each look."""
    user, hit, point = seen.user[row], seen.hit[row], seen.point[row]
    for look in range(1, LOOKS + 1):
        strata = []
        for share, begin, end in SHARES:
            here = slice(begin * RECORDS, min(end, look) * RECORDS)
            if begin >= look:
                break
            to = point[user[here]] < share
            some = [user[here][to == challenger] for challenger in (False, True)]
            hits = [int(hit[here][to == challenger].sum()) for challenger in (False, True)]
            rates = [Moments.of_rate(len(of), errs) for of, errs in zip(some, hits, strict=True)]
            strata.append(Stratum(share, *rates, clusters=(len(set(some[0])), len(set(some[1])))))
        yield strata


def test_users_with_many_requests_who_move_along_a_ramp_decide_falsely_as_seldom_as_alpha_says() -> None:
    """Heavy tails: were requests taken for independent, a look at any time would be wrong several times as often."""
    seen = UserWorld("", 1.5, 0.3, ramp=True).simulate(EXPERIMENTS, LOOKS, 0)
    found, decisions = walk(seen, SHARES), {"users": 0, "records": 0}
    for row in range(EXPERIMENTS):
        over: set[str] = set()
        for look, strata in enumerate(looks(seen, row)):
            assert difference(strata).score == pytest.approx(found.score[row, look], abs=1e-9)
            least = int(found.least[row, look])
            users = Users(float(found.variance[row, look]), least, least, 0, ((0, 0),) * len(strata))
            alone = Observed(START, START, strata[-1].share, strata=strata)
            plain = replace(PLAN, ratio_alpha=1e-12)  # users with many requests are no random shares of them
            for name, observed in (("users", replace(alone, users=users)), ("records", alone)):
                numbers = decide(plain, observed).numbers
                outside = numbers["gain_low"] is not None and not numbers["gain_low"] < 0 < numbers["gain_high"]
                if outside and least >= PLAN.minimum:
                    over.add(name)
        decisions = {name: count + (name in over) for name, count in decisions.items()}
    assert decisions["users"] / EXPERIMENTS <= ALPHA
    assert decisions["records"] / EXPERIMENTS >= 3 * ALPHA


STRATA = [Stratum(0.5, Moments.of_rate(10_000, 2000), Moments.of_rate(10_000, 1500), clusters=(3000, 3000))]
ALONE = difference(STRATA).variance


def look(users: Users | None, strata: Any = STRATA) -> Any:
    return Observed(START, START, 0.5, strata=strata, users=users)


def users(together: float, champion: int = 3000, challenger: int = 3000, nobody: int = 0) -> Users:
    return Users(together * ALONE, champion, challenger, nobody, ((champion, challenger),))


@pytest.mark.parametrize(
    ("known", "action", "says"),
    [
        (users(1), "promote", "is better"),
        (users(40), "go_on", "with 3000 and 3000 users"),
        (users(1, 40, 49), "go_on", "with 40 and 49 users"),  # enough records, of too few users
        (users(1, 3000, 2000), "ask", "do not get their shares of the users"),
        (users(math.nan), "ask", "a variance between users of nan"),
        (users(1, nobody=-1), "ask", "a negative number of users: -1"),
    ],
)
def test_it_is_decided_by_users(known: Users, action: str, says: str) -> None:
    found = decide(replace(PLAN, ramp=(Step(0.5, 1),)), look(known))
    assert (found.action, says in found.reason) == (action, True), found.reason


def test_a_look_says_how_many_users_there_are_and_what_their_requests_tell() -> None:
    numbers = decide(PLAN, look(users(40, nobody=7))).numbers
    assert {name: numbers[name] for name in ("champion_users", "challenger_users", "records_of_nobody")} == {
        "champion_users": 3000, "challenger_users": 3000, "records_of_nobody": 7,
    }  # fmt: skip
    assert numbers["design_effect"] == pytest.approx(40)
    assert numbers["score_variance"] == pytest.approx(40 * ALONE)
    assert "design_effect" not in decide(PLAN, look(None)).numbers


def test_a_stretch_with_one_user_of_a_variant_counts_for_nothing() -> None:
    one = replace(STRATA[0], clusters=(3000, 1))
    assert difference([one]).weight == 0
    assert difference([one, STRATA[0]]) == difference(STRATA)


@given(st.integers(2, 10_000), st.floats(0, 1), st.floats(1, 50))
def test_fewer_records_that_tell_as_much_have_the_same_mean(n: int, rate: float, factor: float) -> None:
    whole = Moments.of_rate(n, round(rate * n))
    fewer = whole.thinned(factor)
    assert n / factor - 1 < fewer.n <= n / factor + 1e-6
    if fewer.usable:
        assert fewer.value == pytest.approx(whole.value)
        assert fewer.value_variance >= whole.value_variance * (1 - 1e-9)
    assert Moments().thinned(factor) == Moments()


def test_thompson_sampling_is_less_sure_where_requests_come_together() -> None:
    bandit = Bandit(rate=True, mean=None, deviation=0.4, floor=0.05, tolerance=0.001, seed=1)
    sure, less = (bandit.advice(STRATA, higher_is_better=False, design_effect=together) for together in (1.0, 100.0))
    assert sure is not None
    assert less is not None
    assert sure.probability > 0.999
    assert 0.99 > less.probability > 0.5
    thompson = run("better", assignment="sticky", method="thompson")
    assert record(thompson).result == "promoted"


def test_an_experiment_with_sticky_users_comes_to_its_end_later_the_more_their_requests_are_alike() -> None:
    assert record(run("better", assignment="sticky")).result == "promoted"
    together = begun(world("better"), assignment="sticky")
    together.together = 30.0
    for number in range(1, 13):
        hour(together, number, [])
    assert set(outcomes(together)) == {"go_on"}
    assert {wanted["assignment"] for wanted in together.requests.values()} == {"sticky"}


@pytest.mark.parametrize("missing", ["users", "clusters", "first"])
def test_sums_without_users_decide_nothing_where_users_keep_a_variant(missing: str) -> None:
    counts = {"captured": 9, "invalid": 0}
    both, n = {"champion": 3, "challenger": 4}, {"n": 9, "total": 1.0, "squares": 1.0}
    stratum: dict[str, Any] = {"share": 0.5, "champion": n, "challenger": n, "clusters": both, "first": both}
    document: dict[str, Any] = {
        "experiment": trial().name, "metric": "error_rate", "strata": [stratum],
        "users": {"variance": 2.0, "of_nobody": 1, **both},
        "counts": {"champion": counts, "challenger": counts},
    }  # fmt: skip
    sticky = trial(terms={"assignment": "sticky"})
    assert read(document, sticky).users == Users(2.0, 3, 4, 1, ((3, 4),))
    assert read(document, trial()).users is None

    def without(part: Mapping[str, Any]) -> dict[str, Any]:
        return {name: value for name, value in part.items() if name != missing}

    with pytest.raises(UnreadableError, match=missing):
        read({**without(document), "strata": [without(stratum)]}, sticky)


@pytest.mark.parametrize(("per_user", "correlation"), [(0.5, 0.1), (math.nan, 0.1), (3, -0.1), (3, 1.1)])
def test_a_design_effect_that_cannot_be_is_refused(per_user: float, correlation: float) -> None:
    with pytest.raises(ValueError, match="1 or more, and 0 to 1"):
        design_effect(per_user, correlation)


def test_a_plan_takes_as_many_times_more_records_as_the_design_effect_says() -> None:
    assert [design_effect(*known) for known in ((1, 0.5), (11, 0), (11, 0.1))] == [1, 1, 2]
    spread, ramp = Spread.of_rate(0.2, 0.02), [Step(0.5, 1)]
    alone, together = (plan(spread.times(factor), 0.02, ramp) for factor in (1, 3))
    assert together.maximum == pytest.approx(3 * alone.maximum, rel=1e-3)
    assert together.planned_weight * together.deviation**2 == pytest.approx(
        9 * alone.planned_weight * alone.deviation**2
    )


def test_shares_of_users_are_judged_not_those_of_their_records() -> None:
    assert terms(assignment="sticky").experiment().ratio_alpha == terms().experiment().ratio_alpha
    few = Stratum(0.5, Moments.of_rate(9000, 900), Moments.of_rate(3000, 300), clusters=(1500, 1500))
    assert decide(PLAN, look(Users(ALONE, 1500, 1500, 0, ((1500, 1500),)), [few])).action == "go_on"
    assert decide(PLAN, look(None, [few])).action == "ask"
    assert np.isfinite(decide(PLAN, look(None, [few])).numbers["ratio_log_e"])
