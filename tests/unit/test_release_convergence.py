"""Whatever order approvals, rejections, stack outcomes and events come in, a release ends where it should.

The world is a small state machine: a registry, a stack that CloudFormation updates or rolls back, a table of attempts.
Events are only "look again", so the machine looks at random times, twice at once, in the middle of each other, and with
crashes between any two calls.
"""

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from release.state import Attempt
from shared.slots import SLOTS
from tests.unit.release_cloud_kit import (
    ANOTHER_LOOK,
    CRASH,
    MOVES,
    NOTHING,
    SCALED,
    STACK_ENDS,
    TROUBLE,
    VERSIONS,
    Cloud,
    arn,
    settle,
)

HEALTH = st.fixed_dictionaries({v: st.sampled_from(["serves", "serves", *TROUBLE]) for v in VERSIONS})
INTERRUPTIONS = (NOTHING, ANOTHER_LOOK, STACK_ENDS, CRASH, MOVES)


class Releases(RuleBasedStateMachine):
    @initialize(health=HEALTH, otherwise=HEALTH)
    def begin(self, health, otherwise):
        self.cloud = Cloud(health, otherwise)
        self.closed: dict[int, Attempt] = {}

    @rule(version=st.sampled_from(VERSIONS), slot=st.sampled_from(["champion", *SLOTS]))
    def approve(self, version, slot):
        self.cloud.approve(version, slot)

    @rule(version=st.sampled_from(VERSIONS))
    def reject(self, version):
        self.cloud.tick()
        self.cloud.approvals.pop(arn(version), None)

    @rule(interruptions=st.lists(st.sampled_from(INTERRUPTIONS), max_size=8))
    def event(self, interruptions):
        self.cloud.interruptions = interruptions
        self.cloud.look_again()
        self.cloud.interruptions = []

    @rule()
    def weights_move_or_come_to_rest(self):
        self.cloud.moving = not self.cloud.moving

    @rule(kind=st.sampled_from(["instances", "serverless"]))
    def the_endpoint_becomes_another(self, kind):
        if kind != self.cloud.kind:
            self.cloud.becomes(kind)

    @rule()
    def cloudformation_is_done(self):
        self.cloud.stack_ends()

    @invariant()
    def attempts_are_numbered_and_at_most_the_last_is_open(self):
        if not hasattr(self, "cloud"):
            return
        attempts = self.cloud.attempts
        assert [attempt.number for attempt in attempts] == list(range(1, len(attempts) + 1))
        assert all(attempt.result != "started" for attempt in attempts[:-1])

    @invariant()
    def what_is_written_stays(self):
        if not hasattr(self, "cloud"):
            return
        for attempt in self.cloud.attempts:
            if attempt.result != "started":
                assert self.closed.setdefault(attempt.number, attempt) == attempt

    def teardown(self):
        if not hasattr(self, "cloud"):
            return
        cloud = self.cloud
        cloud.moving = False
        for _ in range(40):
            cloud.look_again()
            cloud.stack_ends()
        before = (dict(cloud.slots), list(cloud.attempts))
        cloud.look_again()
        assert cloud.updating is None
        assert (cloud.slots, cloud.attempts) == before, "it does not come to rest"
        assert all(attempt.result != "started" for attempt in cloud.attempts)
        assert not any(cloud.scaling.values()), "scaling in stays suspended at rest"
        scales = SCALED if cloud.kind == "instances" else ()
        assert set(cloud.scaling) == {slot for slot in scales if cloud.slots.get(slot)}
        approved = [cloud.package(arn(v)) for v in VERSIONS if arn(v) in cloud.approvals]
        good = [package for package in approved if cloud.will_do(package)]
        best = {package.slot: package.arn for package in sorted(good, key=lambda package: package.rank)}
        if "champion" in best:
            if "challenger" in best:
                best.pop("shadow", None)
            if cloud.kind == "serverless":
                best = {"champion": best["champion"]}
            assert {slot: package for slot, package in cloud.slots.items() if package} == best
            assert cloud.live == cloud.slots
        elif cloud.champion and cloud.champion not in cloud.approvals:
            assert cloud.metrics[-1] == "RejectedModelLive"


TestReleases = Releases.TestCase
TestReleases.settings = settings(
    max_examples=150, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True
)


@pytest.fixture
def cloud():
    return Cloud({1: "serves", 2: "serves", 3: "fails", 4: "serves"})


def test_two_approvals_at_once_end_at_the_highest_with_one_update_each_at_most(cloud):
    cloud.approvals = {arn(1): cloud.tick(), arn(2): cloud.tick()}
    cloud.interruptions = [ANOTHER_LOOK] * 6
    settle(cloud)
    assert cloud.champion == arn(2)
    assert [attempt.package for attempt in cloud.attempts] == [arn(2)]


def test_a_duplicate_of_an_old_approval_changes_nothing(cloud):
    cloud.approvals = {arn(1): cloud.tick()}
    settle(cloud)
    cloud.approvals[arn(2)] = cloud.tick()
    settle(cloud)
    known = list(cloud.attempts)
    for _ in range(5):
        cloud.look_again()
    assert cloud.attempts == known
    assert [(attempt.package, attempt.result) for attempt in known] == [(arn(1), "succeeded"), (arn(2), "succeeded")]


def test_rolling_back_twice_to_the_same_version_works_twice(cloud):
    cloud.approvals = {arn(1): cloud.tick()}
    settle(cloud)
    for _ in range(2):
        cloud.approvals[arn(2)] = cloud.tick()
        settle(cloud)
        del cloud.approvals[arn(2)]
        settle(cloud)
        assert cloud.champion == cloud.serving == arn(1)
    assert [attempt.reason for attempt in cloud.attempts] == [
        "approval",
        "approval",
        "rollback",
        "approval",
        "rollback",
    ]


def test_a_failed_release_is_tried_once_and_again_after_another_approval(cloud):
    cloud.approvals = {arn(1): cloud.tick()}
    settle(cloud)
    cloud.approvals[arn(3)] = cloud.tick()
    settle(cloud)
    assert cloud.serving == arn(1)
    assert [attempt.result for attempt in cloud.attempts] == ["succeeded", "failed"]
    assert cloud.metrics == ["ReleaseSucceeded", "ReleaseFailed"]
    assert cloud.attempts[-1].detail == "Endpoint: no capacity"
    cloud.health[3] = "serves"
    cloud.approvals[arn(3)] = cloud.tick()
    settle(cloud)
    assert cloud.serving == arn(3)


def test_the_last_rejected_model_stays_and_alarms(cloud):
    cloud.approvals = {arn(1): cloud.tick()}
    settle(cloud)
    cloud.approvals = {}
    settle(cloud)
    assert cloud.serving == arn(1)
    assert cloud.metrics[-1] == "RejectedModelLive"


def test_scaling_in_is_held_while_an_update_runs_and_goes_on_after_it(cloud):
    for version in (1, 2, 3):  # the third fails
        cloud.approve(version)
        cloud.look_again()
        assert all(cloud.scaling.values())
        cloud.look_again()
        assert all(cloud.scaling.values())
        settle(cloud)
        assert cloud.scaling == {"champion": False}
    assert [attempt.result for attempt in cloud.attempts] == ["succeeded", "succeeded", "failed"]
    assert [scaling for _, _, scaling in cloud.began] == [{}, {"champion": True}, {"champion": True}]


def test_a_crash_after_the_end_of_an_update_is_healed_by_the_next_look(cloud):
    cloud.approve(1)
    settle(cloud)
    cloud.approve(2)
    cloud.look_again()
    cloud.stack_ends()
    cloud.interruptions = [CRASH, NOTHING, NOTHING, NOTHING]  # look, close, look, hold
    cloud.look_again()
    assert cloud.attempts[-1].result == "succeeded"
    assert cloud.scaling == {"champion": True}
    cloud.look_again()
    assert cloud.scaling == {"champion": False}


def test_what_is_suspended_by_mistake_at_rest_goes_on(cloud):
    cloud.approve(1)
    settle(cloud)
    cloud.scaling["champion"] = True
    cloud.look_again()
    assert cloud.scaling == {"champion": False}


def test_a_slot_is_emptied_after_its_scaling_has_ended(cloud):
    cloud.approve(1)
    settle(cloud)
    cloud.approve(2, "challenger")
    settle(cloud)
    assert cloud.scaling == {"champion": False, "challenger": False}
    del cloud.approvals[arn(2)]
    settle(cloud)
    assert cloud.began[-1] == ("challenger", "", {"champion": True})
    assert cloud.scaling == {"champion": False}
    assert [attempt.result for attempt in cloud.attempts] == ["succeeded"] * 3


@pytest.mark.parametrize("calls", range(1, 11))
def test_a_slot_whose_emptying_was_cut_off_scales_when_it_is_wanted_again(cloud, calls):
    cloud.approve(1)
    settle(cloud)
    cloud.approve(2, "challenger")
    settle(cloud)
    del cloud.approvals[arn(2)]
    cloud.interruptions = [CRASH, *[NOTHING] * calls]
    cloud.look_again()
    cloud.interruptions = []
    cloud.approve(2, "challenger")
    settle(cloud)
    assert cloud.slots["challenger"] == arn(2)
    assert cloud.scaling == {"champion": False, "challenger": False}
