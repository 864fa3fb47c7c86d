"""A review held against the change sets of a deployed stack."""

import json
from pathlib import Path
from typing import Any

from ops.review import reviewing
from ops.review.change_sets import ChangeSets
from ops.review.live import cross_checked

STACK, BUCKET, TOPIC = "review-live", "AWS::S3::Bucket", "AWS::SNS::Topic"


def written(folder: Path, resources: dict[str, Any]) -> Path:
    """A cloud assembly of one stack."""
    folder.mkdir()
    template = {"Resources": {name: {"Type": kind, "Properties": more} for name, (kind, more) in resources.items()}}
    (folder / "live.template.json").write_text(json.dumps(template))
    properties = {"templateFile": "live.template.json", "stackName": STACK}
    place = "aws://000000000000/ap-northeast-1"
    stack = {"type": "aws:cloudformation:stack", "environment": place, "properties": properties}
    (folder / "manifest.json").write_text(json.dumps({"version": "1", "artifacts": {"Live": stack}}))
    return folder


def deploy(operation: Any, folder: Path) -> None:
    operation(StackName=STACK, TemplateBody=(folder / "live.template.json").read_text())


def test_change_sets_agree_say_what_was_done_meanwhile_and_leave_nothing(client: Any, tmp_path: Path) -> None:
    cloudformation = client("cloudformation")
    base = written(tmp_path / "base", {"Told": (TOPIC, {"DisplayName": "a"}), "Old": (TOPIC, {})})
    head = written(tmp_path / "head", {"Told": (TOPIC, {"DisplayName": "b"}), "Data": (BUCKET, {})})
    between = written(tmp_path / "between", {"Told": (TOPIC, {"DisplayName": "b"}), "Old": (TOPIC, {})})
    deploy(cloudformation.create_stack, base)
    cloudformation.get_waiter("stack_create_complete").wait(StackName=STACK, WaiterConfig={"Delay": 1})
    sides = reviewing.assemblies(base, head)
    done, sets = reviewing.reviewed(*sides), ChangeSets(head, lambda region, service: client(service))
    said = "Live: of 1 stack CloudFormation's change sets agree with the templates in"
    assert cross_checked(done, sides[1], sets).remarks[:1] == (f"{said} 3 resources and differ in 0.",)
    deploy(cloudformation.update_stack, between)
    cloudformation.get_waiter("stack_update_complete").wait(StackName=STACK, WaiterConfig={"Delay": 1})
    assert cross_checked(done, sides[1], sets).remarks[:2] == (
        f"{said} 2 resources and differ in 1.",
        f"Live: {STACK}/Told is updated by the templates, and stays as it is by CloudFormation.",
    )
    assert cloudformation.list_change_sets(StackName=STACK)["Summaries"] == []
    cloudformation.delete_stack(StackName=STACK)
