"""Resources under another logical id or in another stack, and changes that several environments share."""

from typing import Any

import pytest

from ops.assembly.model import Assembly, Stack
from ops.review.comparing import review
from ops.review.model import Change, Class, Found, Severity
from tests.unit.review_side_kit import changes, resource, reviewed, stack


def renames(base: Any, head: Any) -> dict[str, str]:
    return {one.was: f"{one.stack}/{one.logical_id}" for one in reviewed(base, head).changes if one.action == "rename"}


def test_a_bucket_under_another_id_is_the_same_bucket_and_so_is_what_differs_besides() -> None:
    base = stack("dev-data", {"Raw1A2B3C4D": resource("S3::Bucket", {"Tags": [], "BucketName": "raw"})})
    head = stack("dev-data", {"Store5E6F7A8B": resource("S3::Bucket", {"Tags": [], "BucketName": "raw"})})
    (found,) = reviewed(base, head).changes
    assert (found.action, found.was, found.logical_id) == ("rename", "dev-data/Raw1A2B3C4D", "Store5E6F7A8B")
    assert found.properties == ()
    tagged = resource("S3::Bucket", {"BucketName": "other"}, path="Raw/Resource")
    (found,) = reviewed(
        stack("dev-data", {"A": {**tagged, "Properties": {"BucketName": "raw"}}}), stack("dev-data", {"B": tagged})
    ).changes
    assert found.action == "rename"
    assert [(one.path, one.updates.value) for one in found.properties] == [("Properties.BucketName", "replace")]


def test_what_moves_to_another_stack_of_its_environment_says_so() -> None:
    table = resource("DynamoDB::Table", {"KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}]})
    base = [stack("dev-data", {"Runs": table}), stack("dev-control"), stack("prod-control", environment="prod")]
    head = [stack("dev-data"), stack("dev-control", {"Runs": table}), stack("prod-control", environment="prod")]
    assert renames(base, head) == {"dev-data/Runs": "dev-control/Runs"}
    (found,) = [one for one in review(_of(base), _of(head)).changes if one.action == "rename"]
    assert any("moves here from another stack" in one.text and "dev-data/Runs" in one.text for one in found.found)
    away = [stack("dev-data"), stack("dev-control"), stack("prod-control", {"Runs": table}, environment="prod")]
    assert renames(base, away) == {}


def _of(side: list[Stack]) -> Assembly:
    return Assembly(tuple(side))


def test_references_to_a_neighbour_that_moved_along_are_the_same() -> None:
    def side(queue: str) -> Stack:
        alarm = {"Dimensions": [{"Name": "Queue", "Value": {"Fn::GetAtt": [queue, "QueueName"]}}], "Threshold": 1}
        return stack(
            "dev-data",
            {
                queue: resource("SQS::Queue", {"DelaySeconds": 3}),
                f"{queue}Alarm": resource("CloudWatch::Alarm", alarm),
            },
        )

    assert renames(side("Old"), side("New")) == {
        "dev-data/Old": "dev-data/New",
        "dev-data/OldAlarm": "dev-data/NewAlarm",
    }


def test_of_several_alike_each_finds_the_one_with_most_of_its_path() -> None:
    def side(inside: str) -> Stack:
        queues = {
            f"{inside}{name}Dlq": resource("SQS::Queue", {"Retention": 14}, path=f"{inside}/{name}/Dlq/Resource")
            for name in ("Batch", "Retrain", "Label")
        }
        return stack("dev-control", queues)

    assert renames(side("Functions"), side("Glue")) == {
        f"dev-control/Functions{name}Dlq": f"dev-control/Glue{name}Dlq" for name in ("Batch", "Retrain", "Label")
    }


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (resource("S3::Bucket", {"A": 1}), resource("S3::Bucket", {"A": 2})),
        (resource("S3::Bucket"), resource("S3::Bucket")),  # nothing that tells them from any other
        (resource("S3::Bucket", {"A": 1}), resource("SQS::Queue", {"A": 1})),
    ],
)
def test_what_has_nothing_in_common_is_removed_and_added(before: dict[str, Any], after: dict[str, Any]) -> None:
    found = changes(stack("dev-data", {"Old": before}), stack("dev-data", {"New": after}))
    assert {name: one.action.value for name, one in found.items()} == {"Old": "remove", "New": "add"}


def test_parts_of_templates_are_not_renamed() -> None:
    base, head = (
        stack("dev-data", {"A": resource("SNS::Topic")}, Parameters={name: {"Type": "String"}}) for name in "XY"
    )
    assert {name: one.action.value for name, one in changes(base, head).items()} == {"X": "remove", "Y": "add"}


def _everywhere(**values: Any) -> list[Stack]:
    return [
        stack(
            f"{name}-data",
            {"Topic": resource("SNS::Topic", {"TopicName": f"ml-loop-{name}", "Signature": value, "Dev": f"x{name}y"})},
            environment=name,
        )
        for name, value in values.items()
    ]


def test_what_is_the_same_in_several_environments_is_one_change() -> None:
    base = _everywhere(dev=1, staging=1, prod=1)
    (found,) = reviewed(base, _everywhere(dev=2, staging=2, prod=2)).changes
    assert found.environments == ("dev", "prod", "staging")
    assert (found.stack, found.logical_id) == ("dev-data", "Topic")
    apart = reviewed(base, _everywhere(dev=2, staging=2, prod=3)).changes
    assert [one.environments for one in apart] == [("dev", "staging"), ("prod",)]
    added = reviewed([], _everywhere(dev=1, prod=1)).changes
    assert [(one.environments, one.type) for one in added] == [
        (("dev", "prod"), "AWS::CloudFormation::Stack"),
        (("dev", "prod"), "AWS::SNS::Topic"),
    ]


def test_what_is_not_as_dangerous_everywhere_is_not_folded() -> None:
    def look(compared: Any) -> list[Found]:
        severity = Severity.HIGH if compared.head.environment == "prod" else Severity.LOW
        return [Found(Class.EXPOSURE, severity, f"{compared.head.name} is open")]

    base, head = _of(_everywhere(dev=1, staging=1, prod=1)), _of(_everywhere(dev=2, staging=2, prod=2))
    found: list[Change] = list(review(base, head, (look,)).changes)
    assert [(one.environments, one.severity) for one in found] == [
        (("prod",), Severity.HIGH),
        (("dev", "staging"), Severity.LOW),
    ]


def test_stacks_that_come_go_or_move_to_another_region() -> None:
    here = stack("dev-data", {"Queue": resource("SQS::Queue", {"A": 1})})
    gone = reviewed([here], [])
    assert [(one.action.value, one.stack) for one in gone.changes if one.type == "AWS::SQS::Queue"] == [
        ("remove", "dev-data")
    ]
    assert "dev-data is gone from the assembly" in gone.remarks[0]
    there = Stack("dev", "dev-data", here.template, region="us-east-1")
    moved = [one for one in reviewed([here], [there]).changes if one.type == "AWS::SQS::Queue"]
    assert [one.action.value for one in moved] == ["rename"]
