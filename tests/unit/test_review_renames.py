"""Resources under another logical id or in another stack, and changes that several environments share."""

from dataclasses import replace
from typing import Any

import pytest

from ops.assembly.model import Assembly, Stack, Template
from ops.review.comparing import review
from ops.review.model import Action, Change, Class, Found, Severity
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
    def side(inside: str, *names: str) -> Stack:
        queues = {
            f"{inside}{place}": resource("SQS::Queue", {"Retention": 14}, path=f"{inside}/{name}/Dlq/Resource")
            for place, name in enumerate(names)
        }
        return stack("dev-control", queues)

    assert renames(side("Old", "Batch", "Label", "Retrain"), side("New", "Retrain", "Batch", "Label")) == {
        "dev-control/Old0": "dev-control/New1",
        "dev-control/Old1": "dev-control/New2",
        "dev-control/Old2": "dev-control/New0",
    }


def test_where_nothing_says_the_path_the_name_before_the_hash_counts() -> None:
    same = resource("SQS::Queue", {"Retention": 14})
    base = stack("dev-control", {"Batch1A2B3C4D": same, "Label5E6F7A8B": same})
    head = stack("dev-control", {"Label00000000": same, "Retrain99999999": same})
    assert renames(base, head) == {
        "dev-control/Batch1A2B3C4D": "dev-control/Retrain99999999",
        "dev-control/Label5E6F7A8B": "dev-control/Label00000000",
    }


def test_what_is_renamed_stays_so_where_it_refers_to_what_is_replaced() -> None:
    def side(block: str, name: str) -> Stack:
        subnet = resource("EC2::Subnet", {"VpcId": {"Ref": "Vpc"}})
        return stack("dev-network", {"Vpc": resource("EC2::VPC", {"CidrBlock": block}), name: subnet})

    found = changes(side("10.0.0.0/16", "Old"), side("10.1.0.0/16", "New"))
    assert {name: one.action.value for name, one in found.items()} == {"Vpc": "replace", "New": "rename"}


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
            {"Topic": resource("SNS::Topic", {"DisplayName": f"/{name.capitalize()}/ml-loop-{name}/{value}"})},
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


def test_an_account_that_an_environment_is_bound_to_is_its_own() -> None:
    def side(value: int) -> list[Stack]:
        return [
            Stack(
                name,
                f"{name}-data",
                stack(resources={"Topic": resource("SNS::Topic", {"DisplayName": [value, account, words]})}).template,
                region=region,
                account=bound,
            )
            for name, bound, account, region, words in (
                ("dev", "", {"Ref": "AWS::AccountId"}, "ap-northeast-1", f"${{AWS::Region}} {value}"),
                ("prod", "111122223333", "111122223333", "us-east-1", f"us-east-1 {value}"),
                ("test", "111122223333", "444455556666", "us-east-1", f"us-east-1 {value}"),
            )
        ]

    base = side(1)
    head = [replace(one, template=two.template) for one, two in zip(base, side(2), strict=True)]
    assert [one.environments for one in reviewed(base, head).changes] == [("dev", "prod", "test")]
    gone = [replace(one, template=Template()) for one in base]
    added = reviewed(gone, base).changes
    assert [one.environments for one in added if one.type == "AWS::SNS::Topic"] == [("dev", "prod", "test")]
    whole = [replace(one, template=_only_account(one)) for one in base]
    changed = reviewed(whole, base).changes
    assert [one.environments for one in changed if one.type == "AWS::SNS::Topic"] == [("dev", "prod"), ("test",)]


def _only_account(one: Stack) -> Template:
    topic = one.template.resources["Topic"]
    return Template({"Topic": replace(topic, properties={"DisplayName": [1, "", topic.properties["DisplayName"][2]]})})


@pytest.mark.parametrize("word", ["x{}", "{}y"])
def test_a_name_within_a_word_is_no_name_of_an_environment(word: str) -> None:
    def side(value: int) -> list[Stack]:
        return [
            stack(
                f"{name}-data",
                {"Topic": resource("SNS::Topic", {"DisplayName": f"{word.format(name)}/{value}"})},
                environment=name,
            )
            for name in ("dev", "prod")
        ]

    assert [one.environments for one in reviewed(side(1), side(2)).changes] == [("dev",), ("prod",)]


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


def test_stacks_that_are_gone() -> None:
    here = stack("dev-data", {"Queue": resource("SQS::Queue", {"A": 1})})
    gone = reviewed([here], [])
    assert [(one.action.value, one.stack) for one in gone.changes if one.type == "AWS::SQS::Queue"] == [
        ("remove", "dev-data")
    ]
    assert "dev-data is gone from the assembly" in gone.remarks[0]


@pytest.mark.parametrize(
    ("there", "says"),
    [
        ({"account": "222222222222"}, "from account 111111111111 to account 222222222222"),
        ({"region": "eu-west-1"}, "from region us-east-1 to region eu-west-1"),
    ],
)
def test_a_stack_that_moves_is_one_finding(there: dict[str, Any], says: str) -> None:
    here = stack("dev-data", {"Raw": resource("S3::Bucket", {"BucketName": "raw"}), "Queue": resource("SQS::Queue")})
    here = replace(here, account="111111111111", region="us-east-1")
    found = reviewed([here], [replace(here, **there)])
    assert {one.action.value for one in found.changes} == {"add"}  # nothing happens to what was there
    told = [one for change in found.changes for one in change.found if one.kind is Class.DATA_LOSS]
    assert len(told) == 1 and says in told[0].text and told[0].severity is Severity.MEDIUM
    assert not any("is gone" in remark for remark in found.remarks)
    for place in (replace(here, account="", region=""), replace(here, account="")):
        assert reviewed([place], [here]).changes == ()  # of whoever deploys: may well be the same


def test_a_stack_that_says_it_belongs_to_another_environment_is_judged_by_both() -> None:
    def labelled(environment: str, **more: Any) -> Stack:
        return Stack(environment, "prod-data", stack("x", {"Raw": resource("S3::Bucket", **more)}).template)

    base, head = labelled("prod", DeletionPolicy="Retain"), labelled("dev", DeletionPolicy="Delete")
    found = review(_of([base]), _of([head]))
    [change] = found.changes
    assert (change.action, set(change.environments)) == (Action.UPDATE, {"prod", "dev"})
    assert Class.DATA_LOSS in change.classes
    assert "prod-data says that it belongs to dev, and belonged to prod" in found.remarks[0]


def test_data_in_a_stack_that_has_another_name_is_left_behind() -> None:
    kept = {"Raw": resource("S3::Bucket", {"BucketName": "raw"}, DeletionPolicy="Retain")}
    found = review(_of([stack("dev-data", kept)]), _of([stack("dev-store", kept)]))
    [moved] = [one for one in found.changes if one.type == "AWS::S3::Bucket"]
    assert moved.action is Action.RENAME and Class.DATA_LOSS in moved.classes


def test_a_bucket_under_another_id_of_which_a_part_differs_is_not_one_that_goes_and_one_that_comes() -> None:
    def bucket(prefix: str, **more: Any) -> dict[str, Any]:
        logging = {"LogFilePrefix": prefix}
        kept = {"VersioningConfiguration": {"Status": "Enabled"}, "LoggingConfiguration": logging, **more}
        return resource("S3::Bucket", kept, DeletionPolicy="Retain", UpdateReplacePolicy="Retain")

    base = stack("prod-data", {"Raw": bucket("raw/"), "Logs": bucket("logs/")})
    head = stack("prod-data", {"RawData": bucket("rawdata/"), "Logs": bucket("logs/")})
    [moved] = review(_of([base]), _of([head])).changes
    assert (moved.action, moved.was) == (Action.RENAME, "prod-data/Raw")
    [lost] = [one for one in moved.found if one.kind is Class.DATA_LOSS]
    assert lost.severity is Severity.MEDIUM and "the new one begins empty" in lost.text
    other = stack("prod-data", {"Raw": resource("S3::Bucket", {"BucketName": "a"}), "Logs": bucket("logs/")})
    assert renames(base, other) == {}
