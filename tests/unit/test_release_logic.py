"""Every decision of the release function, one look each."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from release.logic import STUCK_AFTER, decide
from release.proof import answered
from release.state import Asked, Attempt, Live, Observation, Package, Result, Stack, Update, version_of
from release.steps import Alarm, Ask, Claim, Close, Rest, Start
from release.wanted import wanted
from shared.slots import Slot

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
GROUP = "arn:aws:sagemaker:ap-northeast-1:111122223333:model-package/dev-flight-delays"


def package(version: int, minutes_ago: int = 10, **changes) -> Package:
    at = NOW - timedelta(minutes=minutes_ago)
    return replace(Package(f"{GROUP}/{version}", at, "arn:aws:iam::111122223333:user/ann"), **changes)


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


def arn(version: int) -> str:
    return f"{GROUP}/{version}" if version else ""


def look(
    status="UPDATE_COMPLETE", champion=0, candidates=(), attempts=(), approved=None, challenger=0, shadow=0, **more
) -> Observation:
    slots: dict[Slot, str] = {"champion": arn(champion), "challenger": arn(challenger), "shadow": arn(shadow)}
    return Observation(
        use_case="flight-delays",
        now=NOW,
        stack=Stack(status, slots, "config-1" if champion else None),
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
    assert wanted([package(2), package(1)], [failed]) == {"champion": package(1)}
    again = package(2, minutes_ago=1)
    assert wanted([again, package(1)], [failed]) == {"champion": again}


def test_approving_again_what_the_stack_names_but_never_served_looks_again():
    failed = attempt(2, "failed")
    again = package(2, minutes_ago=1)
    step = decide(look(champion=2, candidates=[again, package(1)], attempts=[failed]), "t")
    assert isinstance(step, Claim)
    assert (step.attempt.package, step.attempt.reason) == (again.arn, "approval")


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
    return decide(
        look(champion=1, candidates=[package(1)], attempts=[attempt(1)], update=Update(outcome), live=live), "t"
    )


@pytest.mark.parametrize("outcome", ["succeeded", "none"])
def test_a_model_that_serves_is_asked_and_the_release_ends_as_it_answers(outcome):
    step = verified(Live("InService", "config-1", {"champion": f"{GROUP}/1"}), outcome)
    assert step == Ask(attempt(1), None, "serves with configuration config-1")
    good = answered(step, Asked("answered", "it answered"))
    assert (good.result, good.detail) == ("succeeded", "serves with configuration config-1; it answered")
    assert answered(step, Asked("unasked", "no sample")).result == "succeeded"
    bad = answered(step, Asked("failed", "the champion answers with an error"))
    assert (bad.result, bad.detail) == ("failed", "the champion answers with an error")


@pytest.mark.parametrize(
    ("before", "is_asked"),
    [
        ([], True),
        ([attempt(1, "succeeded", 1)], False),
        ([attempt(2, "succeeded", 1), attempt(1, "failed", 2)], True),
        ([attempt(1, "failed", 1), attempt(1, "succeeded", 2), attempt(1, "superseded", 3)], False),
        ([attempt(1, "succeeded", 1, slot="challenger")], True),
    ],
)
def test_what_served_in_the_slot_before_is_not_asked(before, is_asked):
    attempts = [attempt(1, number=9), *before[::-1]]
    live = Live("InService", "config-1", {"champion": arn(1)})
    seen = look(champion=1, candidates=[package(1)], attempts=attempts, update=Update("succeeded"), live=live)
    step = decide(seen, "t")
    if is_asked:
        assert isinstance(step, Ask)
    else:
        assert isinstance(step, Close)
        assert (step.result, "was not asked" in step.detail) == ("succeeded", True)


def test_a_shadow_is_not_asked_and_the_champion_beside_it_without_a_name():
    live = Live("InService", "config-1", {"champion": arn(1), "shadow": arn(2)})
    shadow, champion = attempt(2, slot="shadow"), attempt(1)
    step = decide(look(champion=1, shadow=2, attempts=[shadow], update=Update("succeeded"), live=live), "t")
    assert step == Close(shadow, "succeeded", "serves with configuration config-1; a shadow cannot be asked")
    seen = look(champion=1, shadow=2, attempts=[champion], update=Update("succeeded"), live=live)
    assert decide(replace(seen, approved=frozenset([arn(1)])), "t") == Ask(
        champion, None, "serves with configuration config-1"
    )


def test_what_was_rejected_meanwhile_is_not_asked_and_gives_way():
    live = Live("InService", "config-1", {"champion": arn(1)})
    step = decide(look(champion=1, attempts=[attempt(1)], update=Update("succeeded"), live=live), "t")
    assert isinstance(step, Close)
    assert (step.result, "not approved any more" in step.detail) == ("succeeded", True)


def test_a_slot_that_is_emptied_is_not_asked():
    one = attempt(0, slot="challenger", package="")
    live = Live("InService", "config-1", {"champion": arn(1)})
    step = decide(look(champion=1, attempts=[one], update=Update("succeeded"), live=live), "t")
    assert step == Close(one, "succeeded", "serves with configuration config-1")


@pytest.mark.parametrize("slot", ["champion", "challenger"])
def test_what_takes_a_model_away_that_failed_says_why(slot):
    failed = attempt(2, "failed", slot=slot, detail="the model answers with an error")
    second = package(2, slot=slot, why="trained with May")
    slots = {"champion": 1, slot: 2}
    step = decide(look(candidates=[package(1), second], attempts=[failed], **slots), "t")
    assert isinstance(step, Claim)
    assert step.attempt.reason == {"champion": "rollback", "challenger": "withdrawal"}[slot]
    assert (step.attempt.slot, step.attempt.before) == (slot, arn(2))
    assert step.attempt.why == "it failed: the model answers with an error"


@pytest.mark.parametrize(
    ("live", "said"),
    [
        (None, "no endpoint"),
        (Live("Failed", "config-1", {"champion": f"{GROUP}/1"}), "Failed"),
        (Live("InService", "config-0", {"champion": f"{GROUP}/1"}), "rolled it back"),
        (Live("InService", "config-1", {"champion": f"{GROUP}/7"}), f"{GROUP}/7"),
        (Live("InService", "config-1", {"champion": ""}), "no model package"),
    ],
)
def test_a_silent_rollback_is_found(live, said):
    step = verified(live)
    assert isinstance(step, Close)
    assert step.result == "failed"
    assert said in step.detail


@pytest.mark.parametrize("status", ["Updating", "Creating", "SystemUpdating", "RollingBack"])
def test_a_moving_endpoint_is_waited_for(status):
    assert isinstance(verified(Live(status, "config-1", {"champion": f"{GROUP}/1"})), Rest)


def claimed(seen: Observation) -> tuple[str, str, str, str]:
    step = decide(seen, "t")
    assert isinstance(step, Claim), step
    one = step.attempt
    return one.slot, one.package, one.reason, one.shift


def test_what_is_meant_for_a_slot_last_is_wanted_there_whatever_its_version():
    older = package(1, meant_at=NOW)
    assert wanted([older, package(2, meant_at=NOW - timedelta(days=1))], []) == {"champion": older}


def test_another_champion_comes_by_guardrails_unless_the_one_before_may_ring_them():
    approved = [package(3), package(2)]
    assert claimed(look(champion=2, candidates=approved)) == ("champion", arn(3), "approval", "guarded")
    assert claimed(look(candidates=approved)) == ("champion", arn(3), "approval", "at_once")
    assert claimed(look(champion=4, candidates=approved)) == ("champion", arn(3), "rollback", "at_once")
    silent = attempt(4, "failed")
    stays = [package(4, 11), *approved]
    assert claimed(look(champion=4, candidates=stays, attempts=[silent])) == ("champion", arn(3), "rollback", "at_once")


@pytest.mark.parametrize("slot", ["challenger", "shadow"])
def test_a_second_slot_is_filled_beside_a_champion_and_emptied_when_nothing_is_meant_for_it(slot):
    champion, second = package(1), package(2, slot=slot)
    assert claimed(look(champion=1, candidates=[champion, second])) == (slot, arn(2), "approval", "at_once")
    assert isinstance(decide(look(candidates=[second]), "t"), Rest)
    assert isinstance(decide(look(champion=1, candidates=[champion, second], **{slot: 2}), "t"), Rest)
    assert claimed(look(champion=1, candidates=[champion], **{slot: 2})) == (slot, "", "withdrawal", "at_once")


def test_the_champion_comes_first_and_another_challenger_after_the_one_before_is_gone():
    champion, challenger = package(1), package(3, slot="challenger")
    both = [champion, challenger]
    assert claimed(look(candidates=both))[0] == "champion"
    assert claimed(look(champion=1, challenger=2, candidates=both)) == ("challenger", "", "withdrawal", "at_once")


def test_a_promoted_challenger_becomes_champion_by_guardrails_and_then_leaves_its_slot():
    promoted = package(2, meant_at=NOW)
    seen = look(champion=1, challenger=2, candidates=[package(1), promoted])
    assert claimed(seen) == ("champion", arn(2), "promotion", "guarded")
    after = look(champion=2, challenger=2, candidates=[package(1), promoted])
    assert claimed(after) == ("challenger", "", "promotion", "at_once")


def test_a_shadow_waits_for_the_challenger_to_go():
    three = [package(1), package(2, slot="shadow", meant_at=NOW), package(3, slot="challenger")]
    assert claimed(look(champion=1, candidates=three))[0] == "challenger"
    assert claimed(look(champion=1, shadow=2, candidates=three)) == ("shadow", "", "withdrawal", "at_once")
    assert claimed(look(champion=1, candidates=three[:2]))[0] == "shadow"


def test_what_is_meant_for_no_slot_is_left_alone():
    assert isinstance(decide(look(champion=1, candidates=[package(1), package(2, slot=None)]), "t"), Rest)


def test_a_failure_in_one_slot_says_nothing_about_another():
    failed = attempt(2, "failed", slot="challenger")
    seen = look(champion=1, candidates=[package(1), package(2, meant_at=NOW)], attempts=[failed])
    assert claimed(seen)[:2] == ("champion", arn(2))
    again = look(champion=1, candidates=[package(1), package(2, slot="challenger")], attempts=[failed])
    assert isinstance(decide(again, "t"), Rest)


def test_a_slot_that_could_not_be_emptied_is_tried_again_in_an_hour():
    failed = attempt(0, "failed", slot="challenger", package="", finished_at=NOW - timedelta(minutes=30))
    seen = look(champion=1, challenger=2, candidates=[package(1)], attempts=[failed])
    assert isinstance(decide(seen, "t"), Rest)
    assert claimed(replace(seen, now=NOW + timedelta(minutes=25)))[:2] == ("challenger", "")


def test_a_silent_rollback_of_a_second_slot_is_found():
    one = attempt(2, slot="challenger")
    both = {"champion": arn(1), "challenger": arn(2)}
    seen = look(champion=1, challenger=2, attempts=[one], approved=[arn(2)], update=Update("succeeded"))
    good = decide(replace(seen, live=Live("InService", "config-1", both)), "t")
    assert good == Ask(one, "challenger", "serves with configuration config-1")
    bad = decide(replace(seen, live=Live("InService", "config-1", {"champion": arn(1)})), "t")
    assert isinstance(bad, Close)
    assert (bad.result, "challenger of the endpoint is no model" in bad.detail) == ("failed", True)


def test_the_token_is_the_same_for_every_try_and_valid():
    assert attempt(1).token == attempt(1).token
    assert attempt(1, number=2).token != attempt(1).token
    assert attempt(1).token.replace("-", "").isalnum()
