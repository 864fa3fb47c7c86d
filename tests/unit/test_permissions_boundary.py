"""The boundary of every role, judged by an evaluator of IAM policies."""

import json
from collections.abc import Callable
from typing import Any

import botocore.session
import pytest

from config import environment_names, load_environment
from tests.unit.boundary_kit import ACCOUNT, KEY, boundary_of, judge, of_type

JOBS = ["CreateTrainingJob", "CreateHyperParameterTuningJob", "CreateProcessingJob", "CreateDataQualityJobDefinition"]
SECURE = {
    "sagemaker:volumekmskeyarn": KEY,
    "sagemaker:outputkmskeyarn": KEY,
    "sagemaker:networkisolation": "true",
    "sagemaker:intercontainertrafficencryption": "true",
}


@pytest.fixture
def boundary(templates: dict[str, Any], plain: Callable[[Any], Any]) -> dict[str, Any]:
    document: dict[str, Any] = plain(boundary_of(templates["dev-security"]))["PolicyDocument"]
    return document


@pytest.fixture
def secure(boundary: dict[str, Any]) -> dict[str, Any]:
    """The keys of a request that breaks no rule."""
    allowed = {
        key.lower(): value
        for statement in boundary["Statement"]
        for key, value in statement.get("Condition", {}).get("ForAnyValue:StringNotEquals", {}).items()
    }
    return SECURE | {key: value if isinstance(value, list) else [value] for key, value in allowed.items()}


def test_one_condition_key_in_each_denial(boundary: dict[str, Any]) -> None:
    denials = [statement for statement in boundary["Statement"] if statement["Effect"] == "Deny"]
    assert len(denials) > 10
    for statement in denials:
        keys = {key for block in statement.get("Condition", {}).values() for key in block}
        assert len(keys) <= 1, statement["Sid"]


def test_every_action_of_the_guardrails_exists(boundary: dict[str, Any]) -> None:
    operations = botocore.session.get_session().get_service_model("sagemaker").operation_names
    for statement in boundary["Statement"]:
        if statement["Effect"] == "Deny":
            actions = statement["Action"] if isinstance(statement["Action"], list) else [statement["Action"]]
            for action in (a.removeprefix("sagemaker:") for a in actions if a.startswith("sagemaker:")):
                start, _, end = action.partition("*")
                assert any(name.startswith(start) and name.endswith(end) for name in operations), action


@pytest.mark.parametrize("action", [*JOBS, "CreateAutoMLJobV2", "CreateModel", "CreateTransformJob"])
def test_a_secure_request_passes(boundary: dict[str, Any], secure: dict[str, Any], action: str) -> None:
    assert judge(boundary, f"sagemaker:{action}", keys=secure)[0] == "Allow"


def test_a_transform_has_no_network_of_its_own(boundary: dict[str, Any]) -> None:
    keys = {"sagemaker:VolumeKmsKeyArn": KEY, "sagemaker:OutputKmsKeyArn": KEY}
    assert judge(boundary, "sagemaker:CreateTransformJob", keys=keys)[0] == "Allow"
    assert judge(boundary, "sagemaker:CreateEndpointConfig", keys={"sagemaker:VolumeKmsKeyArn": KEY})[0] == "Allow"


@pytest.mark.parametrize("action", JOBS)
@pytest.mark.parametrize(
    ("key", "value", "rule"),
    [
        ("sagemaker:volumekmskeyarn", None, "DenyVolumeKey"),
        ("sagemaker:outputkmskeyarn", None, "DenyOutputKey"),
        ("sagemaker:vpcsubnets", None, "DenyNoSubnets"),
        ("sagemaker:vpcsubnets", ["subnet-elsewhere"], "DenyForeignSubnets"),
        ("sagemaker:vpcsecuritygroupids", None, "DenyNoSecurityGroups"),
        ("sagemaker:vpcsecuritygroupids", ["sg-elsewhere"], "DenyForeignSecurityGroups"),
        ("sagemaker:networkisolation", None, "DenyNotIsolated"),
        ("sagemaker:networkisolation", "false", "DenyNotIsolated"),
        ("sagemaker:intercontainertrafficencryption", None, "DenyOpenTraffic"),
        ("sagemaker:intercontainertrafficencryption", "false", "DenyOpenTraffic"),
    ],
)
def test_a_job_with_one_thing_wrong_is_refused(
    boundary: dict[str, Any], secure: dict[str, Any], action: str, key: str, value: Any, rule: str
) -> None:
    keys = {name: kept for name, kept in (secure | {key: value}).items() if kept is not None}
    assert judge(boundary, f"sagemaker:{action}", keys=keys) == ("Deny", rule)


def test_one_foreign_subnet_among_own_ones_is_refused(boundary: dict[str, Any], secure: dict[str, Any]) -> None:
    mixed = secure | {"sagemaker:vpcsubnets": [*secure["sagemaker:vpcsubnets"], "subnet-elsewhere"]}
    assert judge(boundary, "sagemaker:CreateModel", keys=mixed) == ("Deny", "DenyForeignSubnets")


NOTEBOOKS: list[tuple[str, dict[str, Any], tuple[str, str]]] = [
    ("Create", {}, ("Allow", "")),
    ("Create", {"DirectInternetAccess": None}, ("Deny", "DenyInternet")),
    ("Create", {"DirectInternetAccess": "Enabled"}, ("Deny", "DenyInternet")),
    ("Create", {"RootAccess": None}, ("Deny", "DenyRoot")),
    ("Create", {"RootAccess": "Enabled"}, ("Deny", "DenyRoot")),
    ("Create", {"MinimumInstanceMetadataServiceVersion": None}, ("Deny", "DenyOldMetadata")),
    ("Create", {"MinimumInstanceMetadataServiceVersion": "1"}, ("Deny", "DenyOldMetadata")),
    ("Update", {"RootAccess": None, "MinimumInstanceMetadataServiceVersion": None}, ("Allow", "")),
    ("Update", {}, ("Allow", "")),
    ("Update", {"RootAccess": "Enabled"}, ("Deny", "DenyRootLater")),
    ("Update", {"MinimumInstanceMetadataServiceVersion": "1"}, ("Deny", "DenyOldMetadataLater")),
]


@pytest.mark.parametrize("verb", ["Create", "Update"])
def test_nobody_writes_scripts_that_run_as_root(boundary: dict[str, Any], secure: dict[str, Any], verb: str) -> None:
    action = f"sagemaker:{verb}NotebookInstanceLifecycleConfig"
    assert judge(boundary, action, keys=secure) == ("Deny", "DenyRootScripts")
    assert judge(boundary, action.replace(verb, "Describe"), keys=secure)[0] == "Allow"


@pytest.mark.parametrize(("action", "changes", "expected"), NOTEBOOKS)
def test_notebooks_without_internet_root_and_old_metadata(
    boundary: dict[str, Any], secure: dict[str, Any], action: str, changes: dict[str, Any], expected: tuple[str, str]
) -> None:
    safe = {
        "DirectInternetAccess": "Disabled",
        "RootAccess": "Disabled",
        "MinimumInstanceMetadataServiceVersion": "2",
    }
    keys = {f"sagemaker:{key}": value for key, value in (safe | changes).items() if value is not None}
    decision, sid = judge(boundary, f"sagemaker:{action}NotebookInstance", keys=secure | keys)
    assert (decision, sid if decision == "Deny" else "") == expected


@pytest.mark.parametrize(
    "action",
    [
        "iam:CreateRole",
        "iam:PutRolePolicy",
        "iam:AttachRolePolicy",
        "iam:DeleteRolePermissionsBoundary",
        "iam:PutRolePermissionsBoundary",
        "iam:CreatePolicyVersion",
        "iam:UpdateAssumeRolePolicy",
        "iam:CreateUser",
        "kms:ScheduleKeyDeletion",
        "kms:PutKeyPolicy",
        "organizations:LeaveOrganization",
        "ec2:CreateInternetGateway",
        "ec2:RunInstances",
    ],
)
def test_no_role_can_widen_itself_or_leave_the_platform(boundary: dict[str, Any], action: str) -> None:
    assert judge(boundary, action)[0] != "Allow"


@pytest.mark.parametrize("action", ["iam:PassRole", "sts:AssumeRole"])
@pytest.mark.parametrize(
    ("role", "expected"),
    [
        ("dev-flight-delays-training-JobRole-1", "Allow"),
        ("ml-loop/dev/dev-flight-delays-release", "Allow"),
        ("aws-service-role/sagemaker.application-autoscaling.amazonaws.com/x", "Allow"),
        ("prod-flight-delays-training-JobRole-1", "Deny"),
        ("dev2-flight-delays-training-JobRole-1", "Deny"),
        ("ml-loop/prod/prod-flight-delays-release", "Deny"),
        ("Admin", "Deny"),
        ("cdk-hnb659fds-cfn-exec-role", "Deny"),
    ],
)
def test_only_roles_of_the_environment_are_passed_or_taken(
    boundary: dict[str, Any], action: str, role: str, expected: str
) -> None:
    assert judge(boundary, action, f"arn:aws:iam::{ACCOUNT}:role/{role}")[0] == expected


@pytest.mark.parametrize(("tag", "expected"), [("dev", "Allow"), (None, "Allow"), ("prod", "Deny")])
def test_resources_of_other_environments_are_out_of_reach(
    boundary: dict[str, Any], tag: str | None, expected: str
) -> None:
    keys = {"aws:ResourceTag/ml-loop:environment": tag} if tag else {}
    assert judge(boundary, "sagemaker:DeleteEndpoint", keys=keys)[0] == expected


def test_the_boundary_fits_into_a_managed_policy(templates: dict[str, Any], plain: Callable[[Any], Any]) -> None:
    # IAM counts the characters of the document without white space. An id of a subnet has 24, shorter than its export.
    for name in environment_names():
        document = plain(boundary_of(templates[f"{name}-security"])["PolicyDocument"])
        assert len(json.dumps(document, separators=(",", ":"))) <= 6144


def test_every_role_carries_the_boundary(templates: dict[str, Any], plain: Callable[[Any], Any]) -> None:
    for stack, template in templates.items():
        environment = stack.split("-")[0]
        account = load_environment(environment).account or ACCOUNT
        for role in plain(of_type(template, "AWS::IAM::Role")):
            assert role["PermissionsBoundary"] == f"arn:aws:iam::{account}:policy/{environment}-boundary", stack
    assert sum(len(of_type(template, "AWS::IAM::Role")) for template in templates.values()) > 20


def test_roles_of_the_security_stack_wait_for_the_boundary(templates: dict[str, Any]) -> None:
    resources = templates["dev-security"]["Resources"]
    (boundary,) = (name for name, r in resources.items() if r["Properties"].get("ManagedPolicyName"))
    roles = [resource for resource in resources.values() if resource["Type"] == "AWS::IAM::Role"]
    assert len(roles) == 2
    for role in roles:
        assert boundary in role["DependsOn"]
