"""Commands about experiments whose users keep a variant: what is planned, and what is said."""

import json
from pathlib import Path
from typing import Any

import pytest

from experiment.events import Start, parse
from experiment.records import _text
from experiment.trial import Look
from ops.experiment.together import Together
from ops.target import OperationError
from tests.unit.experiment_cloud_kit import Cloud
from tests.unit.experiment_hours_kit import begun, hour, record, world
from tests.unit.test_ops_experiment_commands import Platform, ops, platform

__all__ = ["platform"]


@pytest.fixture
def sticky(platform: Platform) -> Platform:
    terms = platform.target.use_case.experiment
    assert terms is not None
    wanted = terms.model_copy(update={"assignment": "sticky", "minimum": 1000})
    platform.target.__dict__["use_case"] = platform.target.use_case.model_copy(update={"experiment": wanted})
    return platform


def looked() -> Cloud:
    """Two looks at an experiment whose users' requests are alike."""
    cloud = begun(world("equal"), assignment="sticky")
    cloud.together = 4.0
    for number in (1, 2):
        hour(cloud, number, [])
    return cloud


def kept(platform: Platform, cloud: Cloud) -> None:
    looks = [one for _, one in sorted(cloud.record.items()) if isinstance(one, Look)]
    platform.outputs()
    for found in ([record(cloud)], looks):
        platform.table.add_response("query", {"Items": [{"record": {"S": _text(one)}} for one in found]})


def test_a_plan_takes_what_the_newest_experiment_found_else_what_is_given_else_says_that_it_knows_nothing(
    sticky: Platform,
) -> None:
    kept(sticky, looked())
    found = Together.given(sticky.target, None)
    assert [found.effect, found.per_user] == pytest.approx([4, 1])
    assert "as in experiment 2026" in found.about
    given = Together.given(sticky.target, "12:0.1")
    assert [given.effect, given.per_user] == pytest.approx([2.1, 12])
    sticky.outputs()
    sticky.table.add_response("query", {"Items": []})
    assert "Give --users" in Together.given(sticky.target, None).about
    sticky.stacks.add_client_error("describe_stacks", "ValidationError", "does not exist")
    assert Together.given(sticky.target, None).effect == 1


def test_random_requests_do_not_come_together(platform: Platform) -> None:
    assert Together.given(platform.target, None) == Together()
    with pytest.raises(OperationError, match="for users who keep a variant"):
        Together.given(platform.target, "12:0.1")


@pytest.mark.parametrize("users", ["12", "a:b", "0.5:0.1", "3:1.5", "nan:0.1", "1:2:3"])
def test_users_that_cannot_be_are_refused(users: str, sticky: Platform) -> None:
    with pytest.raises(OperationError, match=r"--users: found '.*'; allowed are requests of a user"):
        Together.given(sticky.target, users)


def planned(done: Any) -> int:
    assert done.exception is None, done.output
    [line] = [line for line in done.output.splitlines() if "the maximum" in line and "%" in line]
    return int(line.split("│")[2].replace(",", ""))


def test_a_plan_and_a_start_take_so_many_times_more_records(sticky: Platform) -> None:
    one, other = (
        ops("plan", "--deviation", "0.4", "--per-day", "1000", "--users", users) for users in ("21:0", "21:0.2")
    )
    assert planned(other) > 3 * planned(one)
    assert "A design effect of 5.00, as given." in other.output
    sticky.answers({"experiment": "e1", "rest": "weights move"})
    done = ops("start", "--deviation", "0.4", "--by", "ann", "--users", "21:0.2", "--effect", "5")
    assert done.exception is None, done.output
    asked = parse(json.loads(sticky.asked[0]["Payload"]))
    assert isinstance(asked, Start)
    assert asked.start.deviation == pytest.approx(0.4 * 5**0.5)
    # Each variant needs 1,000 users, of which the challenger has few while its share is a tenth.
    ramp = 500 / 0.1 + (21_000 - 500) / 0.5
    assert asked.start.maximum == pytest.approx(1.1 * ramp, abs=1)
    assert asked.start.tolerance == 5


def test_status_says_how_many_users_there_are_and_what_their_requests_tell(platform: Platform) -> None:
    platform.keeps(looked())
    said = " ".join(ops("status").output.split())
    assert "users 1,790 / 199; design effect 4.00 last: Nothing is decided yet, with 1790 and 199 users" in said


def test_so_does_a_report(platform: Platform, tmp_path: Path) -> None:
    platform.keeps(looked())
    done = ops("report", "--to", str(tmp_path / "page.html"))
    assert done.exception is None, done.output
    page = (tmp_path / "page.html").read_text()
    for text in ("<b>4.00</b><span>design effect", "users, champion / challenger", "500 users of each variant"):
        assert text in page
    assert "Records whose user is not known: 0" in page
