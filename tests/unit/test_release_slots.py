"""Which slot changes next, and to what: the decisions of the release function about several of them."""

from dataclasses import replace
from datetime import timedelta

import pytest

from release.logic import decide
from release.state import Live, Observation, Update
from release.steps import Ask, Claim, Close, Rest
from release.wanted import wanted
from tests.unit.release_logic_kit import NOW, arn, attempt, look, package


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
