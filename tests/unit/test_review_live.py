"""`--live`: CloudFormation's own change sets, which are made, read, and always deleted."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.stub import ANY, Stubber

from ops.assembly.model import Assembly, Stack, Template
from ops.errors import OperationError
from ops.review import change_sets
from ops.review.change_sets import ChangeSets
from ops.review.live import cross_checked
from ops.review.model import Action, Review
from tests.unit.review_kit import change, found, review

NAME, REGION = "arn:aws:cloudformation:ap-northeast-1:111122223333:changeSet/a/b", "ap-northeast-1"
DEPLOYED = {
    "StackName": "prod-data",
    "CreationTime": "2026-01-01",
    "StackStatus": "CREATE_COMPLETE",
    "Parameters": [{"ParameterKey": "Kept", "ParameterValue": "1"}],
}


class Stubs:
    """Stubbed clients, each asked for what it is told and nothing else."""

    def __init__(self) -> None:
        self.clients = {
            name: boto3.client(name, region_name=REGION, aws_access_key_id="a", aws_secret_access_key="b")
            for name in ("cloudformation", "s3", "sts")
        }
        self.stubs = {name: Stubber(client) for name, client in self.clients.items()}
        for stub in self.stubs.values():
            stub.activate()

    def client(self, region: str, service: str) -> Any:
        assert region == REGION
        return self.clients[service]

    def answers(self, operation: str, answer: Any, **expected: Any) -> None:
        self.stubs["cloudformation"].add_response(operation, answer, expected or None)

    def begins(self, **template: Any) -> None:
        self.answers("describe_stacks", {"Stacks": [DEPLOYED]}, StackName="prod-data")
        self.answers(
            "create_change_set",
            {"Id": NAME},
            StackName="prod-data",
            ChangeSetName=ANY,
            Capabilities=ANY,
            Parameters=[{"ParameterKey": "Kept", "UsePreviousValue": True}],
            Tags=[{"Key": "t", "Value": "v"}],
            **(template or {"TemplateBody": ANY}),
        )

    def ends(self) -> None:
        self.answers("delete_change_set", {}, ChangeSetName=NAME)


@pytest.fixture
def stubs(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stubs]:
    monkeypatch.setattr(change_sets, "_PAUSE", 0.0)
    made = Stubs()
    yield made
    for stub in made.stubs.values():
        stub.assert_no_pending_responses()


def said(logical_id: str, action: str, replacement: str | None = None) -> dict[str, Any]:
    more = {"Replacement": replacement} if replacement else {}
    return {"Type": "Resource", "ResourceChange": {"Action": action, "LogicalResourceId": logical_id, **more}}


def assembly(folder: Path, padding: int = 0) -> Assembly:
    text = json.dumps({"Resources": {}, "Description": "x" * padding}, indent=1)
    (folder / "data.template.json").write_text(text)
    template = Template({}, {"Parameters": {"Kept": {}, "New": {"Default": "2"}}})
    stack = Stack("prod", "prod-data", template, REGION, {"t": "v"}, file=Path("data.template.json"))
    untouched = Stack("prod", "prod-network", template, REGION, file=Path("none"))
    nested = Stack("prod", "prod-data/Nested", template, REGION, file=Path("none"))
    return Assembly((untouched, stack, nested))


def checked(stubs: Stubs, folder: Path, *changes: Any, padding: int = 0) -> tuple[str, ...]:
    done: Review = review(*(changes or (change(found()),)), remarks=("before",))
    return cross_checked(done, assembly(folder, padding), ChangeSets(folder, stubs.client)).remarks


def test_where_both_agree_that_is_all_there_is_to_say(stubs: Stubs, tmp_path: Path) -> None:
    stubs.begins()
    stubs.answers("describe_change_set", {"Status": "CREATE_PENDING"}, ChangeSetName=NAME)
    stubs.answers("describe_change_set", {"Status": "CREATE_IN_PROGRESS"}, ChangeSetName=NAME)
    first = {"Status": "CREATE_COMPLETE", "Changes": [said("Raw1A2B", "Modify", "True")], "NextToken": "more"}
    stubs.answers("describe_change_set", first, ChangeSetName=NAME)
    second = {"Status": "CREATE_COMPLETE", "Changes": [said("New", "Add"), {"Type": "Hook"}]}
    stubs.answers("describe_change_set", second, ChangeSetName=NAME, NextToken="more")
    stubs.ends()
    remarks = checked(stubs, tmp_path, change(found()), change(logical_id="New", action=Action.ADD))
    assert remarks == (
        "Live: of 1 stack CloudFormation's change sets agree with the templates in 2 resources and differ in 0.",
        "before",
    )


def test_each_difference_is_told(stubs: Stubs, tmp_path: Path) -> None:
    stubs.begins()
    changes = [
        said("Raw1A2B", "Modify", "Conditional"),
        said("ByHand", "Modify", "False"),
        said("New", "Add"),
        said("Old", "Remove"),
    ]
    stubs.answers("describe_change_set", {"Status": "CREATE_COMPLETE", "Changes": changes})
    stubs.ends()
    renamed = change(logical_id="New", action=Action.RENAME, was="prod-data/Old")
    remarks = checked(stubs, tmp_path, change(found()), change(logical_id="Gone", action=Action.REMOVE), renamed)
    assert remarks == (
        "Live: of 1 stack CloudFormation's change sets agree with the templates in 2 resources and differ in 3.",
        "Live: prod-data/ByHand stays as it is by the templates, and is updated by CloudFormation.",
        "Live: prod-data/Gone is removed by the templates, and stays as it is by CloudFormation.",
        "Live: prod-data/Raw1A2B is replaced by the templates, and may be replaced by CloudFormation.",
        "before",
    )


@pytest.mark.parametrize(
    ("reason", "remark"),
    [
        ("The submitted information didn't contain changes. Submit different information.", "and differ in 1."),
        ("No updates are to be performed.", "and differ in 1."),
        ("Template error: wrong", "prod-data was not checked. CloudFormation takes no such change: Template error: wr"),
    ],
)
def test_a_change_set_that_fails_is_deleted_too(reason: str, remark: str, stubs: Stubs, tmp_path: Path) -> None:
    stubs.begins()
    stubs.answers("describe_change_set", {"Status": "FAILED", "StatusReason": reason})
    stubs.ends()
    assert remark in " ".join(checked(stubs, tmp_path))


def test_a_change_set_that_never_comes_is_deleted_too(
    stubs: Stubs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(change_sets, "_SECONDS", -1.0)
    stubs.begins()
    stubs.answers("describe_change_set", {"Status": "CREATE_PENDING"})
    stubs.ends()
    assert "prod-data was not checked. Its change set is not there" in " ".join(checked(stubs, tmp_path))


def test_a_stack_that_is_not_deployed_and_one_that_may_not_be_read_are_told(stubs: Stubs, tmp_path: Path) -> None:
    cloudformation = stubs.stubs["cloudformation"]
    cloudformation.add_client_error("describe_stacks", "ValidationError", "Stack with id prod-data does not exist")
    assert checked(stubs, tmp_path)[1] == (
        "Live: prod-data was not checked. It is not deployed, so that all of it would be new."
    )
    cloudformation.add_client_error("describe_stacks", "AccessDenied", "no")
    assert "The credentials lack this permission" in checked(stubs, tmp_path)[1]


def test_a_large_template_goes_through_the_bucket_of_the_bootstrap_and_away_again(stubs: Stubs, tmp_path: Path) -> None:
    account, bucket = "111122223333", "cdk-hnb659fds-assets-111122223333-ap-northeast-1"
    stubs.stubs["sts"].add_response("get_caller_identity", {"Account": account}, {})
    stubs.stubs["s3"].add_response("put_object", {"VersionId": "1"}, {"Bucket": bucket, "Key": ANY, "Body": ANY})
    stubs.stubs["s3"].add_response("delete_object", {}, {"Bucket": bucket, "Key": ANY, "VersionId": "1"})
    stubs.begins(TemplateURL=ANY)
    stubs.answers("describe_change_set", {"Status": "CREATE_COMPLETE", "Changes": [said("Raw1A2B", "Modify", "True")]})
    stubs.ends()
    assert "differ in 0" in checked(stubs, tmp_path, padding=51_200)[0]


def test_single_templates_have_no_stack_to_ask_about(tmp_path: Path) -> None:
    from ops.review.command import command

    with pytest.raises(OperationError, match="--live needs the names of stacks"):
        command(base_template=tmp_path / "a", head_template=tmp_path / "b", live=True)
