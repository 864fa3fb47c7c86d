"""A release to an endpoint that is being changed, has become another kind, or has no weight where it needs some."""

import pytest

from tests.unit.release_cloud_kit import MOVES, NOTHING, Cloud, arn, settle


@pytest.fixture
def cloud():
    return Cloud({1: "serves", 2: "serves", 3: "fails", 4: "serves"})


def test_an_attempt_of_a_kind_that_the_endpoint_is_no_more_is_made_anew():
    cloud = Cloud(
        {1: "fails", 2: "serves", 3: "serves", 4: "serves"}, {1: "serves", 2: "fails", 3: "fails", 4: "fails"}
    )
    cloud.approve(1)
    cloud.moving, cloud.live = True, {"champion": arn(4)}  # so that the attempt waits
    cloud.look_again()
    assert (cloud.attempts[-1].kind, cloud.attempts[-1].result) == ("instances", "started")
    cloud.becomes("serverless")
    cloud.moving = False
    settle(cloud)
    assert [(attempt.kind, attempt.result) for attempt in cloud.attempts] == [
        ("instances", "superseded"),
        ("serverless", "succeeded"),
    ]
    cloud.becomes("instances")
    settle(cloud)
    assert [attempt.result for attempt in cloud.attempts[2:]] == ["failed"]
    assert cloud.champion == ""


def test_a_release_waits_for_an_endpoint_that_moves(cloud):
    cloud.approvals = {arn(1): cloud.tick()}
    settle(cloud)
    cloud.moving, cloud.approvals[arn(2)] = True, cloud.tick()
    settle(cloud)
    assert (cloud.champion, cloud.attempts[-1].result, len(cloud.began)) == (arn(1), "started", 1)
    cloud.moving = False
    settle(cloud)
    assert [attempt.result for attempt in cloud.attempts] == ["succeeded", "succeeded"]
    assert (cloud.champion, cloud.metrics.count("ReleaseFailed")) == (arn(2), 0)


def test_a_release_that_sagemaker_refuses_for_an_endpoint_that_began_to_move_is_begun_once_more(cloud):
    cloud.approvals = {arn(1): cloud.tick()}
    settle(cloud)
    cloud.approvals[arn(2)] = cloud.tick()
    cloud.interruptions = [MOVES, *[NOTHING] * 5]  # between the last look and the update
    cloud.look_again()
    assert (cloud.updating is not None, cloud.refused) == (True, True)
    cloud.stack_ends()
    cloud.look_again()
    assert [attempt.result for attempt in cloud.attempts] == ["succeeded", "superseded", "started"]
    assert "in-progress endpoint" in cloud.attempts[1].detail
    cloud.moving = False
    settle(cloud)
    assert (cloud.champion, cloud.metrics.count("ReleaseFailed")) == (arn(2), 0)


@pytest.mark.parametrize("slot", ["champion", None])
def test_a_champion_without_weight_is_not_left_alone(cloud, slot):
    """Somebody gave the challenger all requests by hand; then it is promoted, or rejected."""
    cloud.approve(1)
    cloud.approve(2, "challenger")
    settle(cloud)
    cloud.weights = {"champion": 0.0, "challenger": 1.0}
    if slot:
        cloud.approve(2, slot)
    else:
        del cloud.approvals[arn(2)]
    settle(cloud)
    assert (cloud.slots["challenger"], cloud.metrics[-1]) == (arn(2), "ReleaseBlocked")
    cloud.weights = {"champion": 1.0, "challenger": 1.0}
    settle(cloud)
    assert (cloud.slots["challenger"], cloud.live.get("challenger", "")) == ("", "")
    assert (cloud.champion, cloud.attempts[-1].result) == (arn(2 if slot else 1), "succeeded")
