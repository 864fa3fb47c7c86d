"""Every decision of the release function, one look each."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from release.logic import STUCK_AFTER, Alarm, Claim, Close, Rest, Start, decide, wanted, worth_describing
from release.state import Attempt, Live, Observation, Package, Result, Stack, Update, version_of

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
GROUP = "arn:aws:sagemaker:ap-northeast-1:111122223333:model-package/dev-flight-delays"


def package(version: int, minutes_ago: int = 10) -> Package:
    return Package(f"{GROUP}/{version}", NOW - timedelta(minutes=minutes_ago), "arn:aws:iam::111122223333:user/ann")


def attempt(version: int, result: Result = "started", number: int = 1, before: str = "", **changes) -> Attempt:
    first = Attempt(
        use_case="flight-delays",
        number=number,
        package=f"{GROUP}/{version}",
        before=before,
        reason="approval",
        trigger="test",
        approved_at=NOW - timedelta(minutes=10),
        approved_by=None,
        claimed_at=NOW - timedelta(minutes=9),
        result=result,
    )
    return replace(first, **changes)


def look(status="UPDATE_COMPLETE", champion=0, candidates=(), attempts=(), approved=None, **more) -> Observation:
    return Observation(
        use_case="flight-delays",
        now=NOW,
        stack=Stack(status, f"{GROUP}/{champion}" if champion else "", "config-1" if champion else None),
        approved=frozenset(p.arn for p in candidates) if approved is None else frozenset(approved),
        candidates=tuple(candidates),
        attempts=tuple(attempts),
        **more,
    )


def test_versions_are_compared_as_numbers():
    assert version_of(f"{GROUP}/10") > version_of(f"{GROUP}/9")
    assert version_of("") == 0


def test_no_stack_no_step():
    seen = replace(look(candidates=[package(1)]), stack=None)
    assert isinstance(decide(seen, "t"), Rest)


@pytest.mark.parametrize("status", ["CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE"])
def test_the_highest_approved_version_is_claimed(status):
    step = decide(look(status, candidates=[package(9), package(10)]), "approval e1")
    assert isinstance(step, Claim)
    assert step.attempt.package == f"{GROUP}/10"
    assert (step.attempt.number, step.attempt.before, step.attempt.reason) == (1, "", "approval")
    assert step.attempt.approved_by == "arn:aws:iam::111122223333:user/ann"
    assert step.attempt.trigger == "approval e1"


def test_what_serves_is_not_claimed_again():
    assert isinstance(decide(look(champion=2, candidates=[package(2), package(1)]), "t"), Rest)


def test_nothing_approved_and_nothing_live_is_rest():
    assert isinstance(decide(look("CREATE_COMPLETE"), "t"), Rest)


def test_rejecting_the_live_version_claims_the_one_before():
    seen = look(champion=3, candidates=[package(2)], attempts=[attempt(3, "succeeded", 7)])
    step = decide(seen, "t")
    assert isinstance(step, Claim)
    assert (step.attempt.package, step.attempt.number, step.attempt.reason) == (f"{GROUP}/2", 8, "rollback")
    assert step.attempt.before == f"{GROUP}/3"


def test_rejecting_the_only_version_keeps_it_and_alarms():
    step = decide(look(champion=1), "t")
    assert isinstance(step, Alarm)
    assert step.metric == "RejectedModelLive"


def test_a_live_approved_version_that_once_failed_is_no_alarm():
    seen = look(champion=1, candidates=[package(1)], attempts=[attempt(1, "failed")])
    assert isinstance(decide(seen, "t"), Rest)


@pytest.mark.parametrize(
    "status", ["CREATE_IN_PROGRESS", "UPDATE_IN_PROGRESS", "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", "DELETE_IN_PROGRESS"]
)
def test_a_stack_in_progress_is_left_alone(status):
    assert isinstance(decide(look(status, candidates=[package(1)]), "t"), Rest)
    assert isinstance(decide(look(status, candidates=[package(1)], attempts=[attempt(1)]), "t"), Rest)


def test_an_update_that_takes_too_long_alarms():
    old = attempt(1, claimed_at=NOW - STUCK_AFTER - timedelta(seconds=1))
    step = decide(look("UPDATE_IN_PROGRESS", attempts=[old]), "t")
    assert isinstance(step, Alarm)
    assert step.metric == "ReleaseBlocked"


@pytest.mark.parametrize("status", ["UPDATE_ROLLBACK_FAILED", "ROLLBACK_COMPLETE", "DELETE_FAILED", "UPDATE_FAILED"])
def test_a_stack_that_takes_no_update_alarms(status):
    step = decide(look(status, candidates=[package(1)], attempts=[attempt(1)]), "t")
    assert isinstance(step, Alarm)
    assert step.metric == "ReleaseBlocked"
    assert status in step.reason


def test_a_failed_version_is_passed_over_until_it_is_approved_again():
    failed = attempt(2, "failed")
    assert wanted([package(2), package(1)], [failed]) == package(1)
    again = package(2, minutes_ago=1)
    assert wanted([again, package(1)], [failed]) == again


def test_approving_again_what_the_stack_names_but_never_served_looks_again():
    failed = attempt(2, "failed")
    again = package(2, minutes_ago=1)
    step = decide(look(champion=2, candidates=[again, package(1)], attempts=[failed]), "t")
    assert isinstance(step, Claim)
    assert (step.attempt.package, step.attempt.reason) == (again.arn, "approval")


def test_only_versions_down_to_the_first_that_never_failed_are_described():
    approved = [f"{GROUP}/{version}" for version in (8, 9, 10, 11)]
    failed = [attempt(11, "failed"), attempt(9, "failed"), attempt(10, "succeeded")]
    assert worth_describing(approved, failed) == [f"{GROUP}/11", f"{GROUP}/10"]
    assert worth_describing([], failed) == []


def test_a_claim_that_never_began_is_started():
    seen = look(candidates=[package(1)], attempts=[attempt(1)], update=Update("none"))
    assert decide(seen, "t") == Start(attempt(1))


def test_a_claim_that_never_began_gives_way_to_a_higher_version():
    seen = look(candidates=[package(2), package(1)], attempts=[attempt(1)], update=Update("none"))
    step = decide(seen, "t")
    assert isinstance(step, Close)
    assert step.result == "superseded"


def test_a_claim_whose_package_was_rejected_is_dropped():
    step = decide(look(attempts=[attempt(1)], update=Update("none")), "t")
    assert isinstance(step, Close)
    assert step.result == "superseded"


def test_a_failed_update_is_closed_with_its_reason():
    seen = look("UPDATE_ROLLBACK_COMPLETE", attempts=[attempt(1)], update=Update("failed", "Endpoint: no capacity"))
    assert decide(seen, "t") == Close(attempt(1), "failed", "Endpoint: no capacity")


def test_an_update_whose_last_event_is_late_is_waited_for():
    assert isinstance(decide(look(attempts=[attempt(1)], update=Update("running")), "t"), Rest)


def test_a_stack_changed_by_others_since_supersedes():
    seen = look(champion=5, attempts=[attempt(1)], update=Update("succeeded"))
    step = decide(seen, "t")
    assert isinstance(step, Close)
    assert step.result == "superseded"


def verified(live: Live | None, outcome="succeeded"):
    return decide(look(champion=1, attempts=[attempt(1)], update=Update(outcome), live=live), "t")


@pytest.mark.parametrize("outcome", ["succeeded", "none"])
def test_a_release_succeeds_when_the_endpoint_serves_what_was_meant(outcome):
    step = verified(Live("InService", "config-1", f"{GROUP}/1"), outcome)
    assert isinstance(step, Close)
    assert step.result == "succeeded"


@pytest.mark.parametrize(
    ("live", "said"),
    [
        (None, "no endpoint"),
        (Live("Failed", "config-1", f"{GROUP}/1"), "Failed"),
        (Live("InService", "config-0", f"{GROUP}/1"), "rolled it back"),
        (Live("InService", "config-1", f"{GROUP}/7"), f"{GROUP}/7"),
        (Live("InService", "config-1", ""), "no model package"),
    ],
)
def test_a_silent_rollback_is_found(live, said):
    step = verified(live)
    assert isinstance(step, Close)
    assert step.result == "failed"
    assert said in step.detail


@pytest.mark.parametrize("status", ["Updating", "Creating", "SystemUpdating", "RollingBack"])
def test_a_moving_endpoint_is_waited_for(status):
    assert isinstance(verified(Live(status, "config-1", f"{GROUP}/1")), Rest)


def test_the_token_is_the_same_for_every_try_and_valid():
    assert attempt(1).token == attempt(1).token
    assert attempt(1, number=2).token != attempt(1).token
    assert attempt(1).token.replace("-", "").isalnum()
