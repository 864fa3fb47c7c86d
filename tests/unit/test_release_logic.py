"""Every decision of the release function about one slot, one look each."""

from dataclasses import replace
from datetime import timedelta

import pytest

from release.logic import STUCK_AFTER, decide
from release.proof import answered
from release.state import Asked, Live, Standing, Update, version_of
from release.steps import Alarm, Ask, Claim, Close, Rest, Start
from release.wanted import wanted
from shared.slots import SLOTS
from tests.unit.release_logic_kit import GROUP, NOW, arn, attempt, look, package


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


@pytest.mark.parametrize("approved_since", [False, True])
def test_what_served_since_its_approval_is_not_asked_again(approved_since: bool):
    """Not by its ARN alone: the versions of a group that was deleted and made again begin at 1 again."""
    now, before = attempt(1, number=2), attempt(1, "succeeded")
    if approved_since:
        before = replace(before, approved_at=now.approved_at - timedelta(days=1))
    live = Live("InService", "config-1", {"champion": arn(1)})
    seen = look(champion=1, candidates=[package(1)], attempts=[now, before], update=Update("succeeded"), live=live)
    step = decide(seen, "t")
    assert isinstance(step, Ask if approved_since else Close)


@pytest.mark.parametrize(("kind", "served_as"), [("serverless", "instances"), ("instances", "serverless")])
@pytest.mark.parametrize("known", [True, False])
def test_what_served_on_another_kind_of_endpoint_is_asked_again(kind, served_as, known: bool):
    now, before = attempt(1, number=2, kind=kind), attempt(1, "succeeded", kind=served_as if known else "")
    live = Live("InService", "config-1", {"champion": arn(1)})
    seen = look(champion=1, candidates=[package(1)], attempts=[now, before], update=Update("succeeded"), live=live)
    assert isinstance(decide(seen, "t"), Ask if known else Close)  # of older records nothing is known


@pytest.mark.parametrize("kind", ["serverless", "instances"])
def test_what_failed_on_another_kind_of_endpoint_is_tried(kind):
    failed = attempt(1, "failed", kind="serverless")
    seen = look(candidates=[package(1)], attempts=[failed])
    assert seen.stack is not None
    missing = frozenset(SLOTS[1:]) if kind == "serverless" else frozenset()
    step = decide(replace(seen, stack=replace(seen.stack, missing=missing)), "t")
    if kind == "serverless":
        assert step == Rest("nothing approved is left to release")
    else:
        assert isinstance(step, Claim)
        assert (step.attempt.package, step.attempt.kind, step.attempt.number) == (arn(1), "instances", 2)


@pytest.mark.parametrize(
    ("standing", "minutes", "expected"),
    [
        (None, 0, "starts"),
        (Standing("InService", {"champion": 0.5}), 0, "starts"),
        (Standing("Updating"), 0, "rests: the endpoint is Updating"),
        (Standing("SystemUpdating"), 0, "rests: the endpoint is SystemUpdating"),
        (Standing("Updating"), 200, "ReleaseBlocked: the endpoint is Updating since"),
        (Standing("Failed"), 0, "ReleaseBlocked: the endpoint is Failed"),
    ],
)
def test_an_update_begins_only_where_sagemaker_takes_it(standing: Standing | None, minutes: int, expected: str):
    one = attempt(2, number=2, claimed_at=NOW - timedelta(minutes=minutes))
    seen = look(champion=1, candidates=[package(2), package(1)], attempts=[one], update=Update("none"))
    step = decide(replace(seen, standing=standing), "t")
    if isinstance(step, Start):
        assert expected == "starts"
    else:
        assert isinstance(step, Alarm | Rest)
        how = step.metric if isinstance(step, Alarm) else "rests"
        assert f"{how}: {step.reason}".startswith(expected)


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
