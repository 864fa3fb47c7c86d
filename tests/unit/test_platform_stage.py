"""How the stacks of an environment come together."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from config import environment_names, load_environment, load_use_case

ROOT = Path(__file__).resolve().parents[2]
# CloudFormation gives them no property for tags.
WITHOUT_TAGS = {
    # The CDK has no tags for it; CloudFormation gives it the stack's.
    "AWS::ApplicationAutoScaling::ScalableTarget",
    "AWS::ApplicationAutoScaling::ScalingPolicy",
    "AWS::EC2::SecurityGroupEgress",
    "AWS::EC2::SecurityGroupIngress",
    "AWS::EC2::SubnetRouteTableAssociation",
    "AWS::IAM::ManagedPolicy",
    "AWS::IAM::Policy",
    "AWS::Lambda::EventInvokeConfig",
    "AWS::Lambda::Permission",
    "AWS::S3::BucketPolicy",
    "AWS::SNS::TopicPolicy",
    "AWS::SQS::QueuePolicy",
    "Custom::ClosedDefaultSecurityGroup",
    "Custom::S3AutoDeleteObjects",
}
# The CDK makes the function that empties buckets, and its role, without tags.
UNTAGGED = "CustomS3AutoDeleteObjects"
OWN_TAGS = {"ml-loop:environment", "ml-loop:owner", "ml-loop:cost-center"}


@pytest.fixture(scope="module")
def prod(assembly_folder: Path) -> dict[str, Any]:
    manifest: dict[str, Any] = json.loads((assembly_folder / "assembly-Prod" / "manifest.json").read_text())
    return manifest


def stacks(manifest: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {
        artifact["properties"]["stackName"]: artifact
        for artifact in manifest["artifacts"].values()
        if artifact["type"] == "aws:cloudformation:stack"
    }


def test_stacks_are_named_after_environment_and_use_case(templates: dict[str, Any]) -> None:
    expected = set()
    for name in environment_names():
        parts = ["network", "security", "data", "control", "dashboard"]
        parts += ["workbench"] if load_environment(name).notebooks else []
        for use_case in load_environment(name).use_cases:
            loaded = load_use_case(use_case)
            more = [part for part in ("batch", "experiment") if getattr(loaded, part)]
            more += ["monitoring"] if loaded.monitor else []
            more += ["loop"] if loaded.retrain else []
            more += ["labeling"] if loaded.label else []
            parts += [f"{loaded.slug}-{part}" for part in ("training", "serving", *more)]
        expected |= {f"{name}-{part}" for part in parts}
    assert set(templates) == expected


def test_synthesis_asks_aws_for_nothing(prod: dict[str, Any]) -> None:
    assert "missing" not in prod


def test_termination_protection_is_on_where_configured(prod: dict[str, Any]) -> None:
    assert load_environment("prod").termination_protection
    assert all(stack["properties"]["terminationProtection"] for stack in stacks(prod).values())


def test_the_boundary_comes_before_every_role(prod: dict[str, Any]) -> None:
    ids = {name: key for key, a in prod["artifacts"].items() for name in [a.get("properties", {}).get("stackName")]}
    for name, stack in stacks(prod).items():
        if name not in ("prod-network", "prod-security"):
            assert ids["prod-security"] in stack["dependencies"], name
    assert ids["prod-network"] in stacks(prod)["prod-security"]["dependencies"]


def test_tags_are_on_all_that_can_have_them(templates: dict[str, Any]) -> None:
    for name, template in templates.items():
        for logical_id, resource in template["Resources"].items():
            properties = resource.get("Properties", {})
            tags = properties.get("Tags", properties.get("ResourceTags"))  # a budget's
            if tags is None:
                assert resource["Type"] in WITHOUT_TAGS or logical_id.startswith(UNTAGGED), f"{name}: {logical_id}"
                continue
            keys = set(tags) if isinstance(tags, dict) else {tag["Key"] for tag in tags}
            assert keys >= OWN_TAGS, f"{name}: {logical_id}"
            if name.endswith(("-training", "-serving", "-batch")):
                assert "ml-loop:use-case" in keys, f"{name}: {logical_id}"


def test_stacks_are_small_however_many_use_cases_there_are(
    templates: dict[str, Any], synthesise: Callable[..., dict[str, Any]]
) -> None:
    sizes = {name: len(template["Resources"]) for name, template in templates.items()}
    assert max(sizes.values()) <= 250
    local = load_environment("local")
    more = synthesise(local.model_copy(update={"use_cases": (*local.use_cases, "digit_clusters")}))
    shared = {name for name in more if name in sizes}
    assert len(shared) < len(more)
    assert {name: len(more[name]["Resources"]) for name in shared} == {name: sizes[name] for name in shared}


def test_what_one_stack_gives_others_does_not_depend_on_who_takes_it(
    templates: dict[str, Any], synthesise: Callable[..., dict[str, Any]]
) -> None:
    # CloudFormation does not let an export go as long as another stack imports it, and the producer is deployed first.
    prod = load_environment("prod")
    network = prod.network.model_copy(update={"interface_endpoints": "minimal"})
    less = synthesise(prod.model_copy(update={"use_cases": (), "notebooks": (), "network": network}))
    for name, template in less.items():
        exported = {output["Export"]["Name"] for output in exports(templates[name])}
        assert exported == {output["Export"]["Name"] for output in exports(template)}, name


def exports(template: dict[str, Any]) -> list[dict[str, Any]]:
    return [output for output in template.get("Outputs", {}).values() if "Export" in output]


def run_app(tmp_path: Path, chosen: str) -> "subprocess.CompletedProcess[str]":
    # As the CLI hands over `-c environments=...`.
    given = {"CDK_CONTEXT_JSON": json.dumps({"environments": chosen}), "CDK_OUTDIR": str(tmp_path)}
    command = [sys.executable, str(ROOT / "app.py")]
    return subprocess.run(command, cwd=ROOT, env=os.environ | given, capture_output=True, text=True, check=False)


def test_environments_can_be_chosen(tmp_path: Path) -> None:
    ran = run_app(tmp_path, "prod, dev")
    assert ran.returncode == 0, ran.stderr
    assert {path.name for path in tmp_path.glob("assembly-*")} == {"assembly-Prod", "assembly-Dev"}


def test_an_unknown_environment_is_an_error_for_people(tmp_path: Path) -> None:
    ran = run_app(tmp_path, "dve")
    assert ran.returncode == 1
    assert "environments/dve.yaml" in ran.stderr
    assert "known environments: dev, local, prod, staging" in ran.stderr
    assert "Traceback" not in ran.stderr
    assert list(tmp_path.glob("assembly-*")) == []
