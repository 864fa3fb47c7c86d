"""How many instances a policy wants, and when a scheduled action changes the bounds."""

import pytest

from local_cloud.autoscaling.tracking import Tracked, wanted


def seen(instances: int, value: float | None, **more: bool) -> Tracked:
    return Tracked(instances, 2, 6, value, 100, **{"high": False, "low": False, **more})


@pytest.mark.parametrize(
    ("found", "count"),
    [
        (seen(2, 150, high=True), 3),
        (seen(2, 201, high=True), 5),
        (seen(2, 900, high=True), 6),
        (seen(6, 900, high=True), 6),
        (seen(2, 150), 2),
        (seen(2, 150, high=True, out_held=True), 2),
        (seen(4, 50, low=True), 2),
        (seen(6, 51, low=True), 4),
        (seen(4, 1, low=True), 2),
        (seen(4, 50), 4),
        (seen(4, 50, low=True, in_held=True), 4),
        (seen(4, None, low=True), 4),
        (seen(4, 50, low=True, high=True), 4),
    ],
)
def test_instances_follow_the_metric_within_their_bounds(found: Tracked, count: int) -> None:
    assert wanted(found) == count
