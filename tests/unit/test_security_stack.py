"""Keys, the boundary of every role, and the policy for people, judged by an evaluator of IAM policies."""

import json
from collections.abc import Callable
from typing import Any

import botocore.session
import pytest
from ministack.core.iam_evaluator import EvalContext, evaluate, evaluate_resource_policy, parse_policy_document

from config import environment_names, load_environment
from config.environment import Access

ACCOUNT, REGION = "111122223333", "ap-northeast-1"
OFFICE = "203.0.113.7"
KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/1"
JOBS = ["CreateTrainingJob", "CreateHyperParameterTuningJob", "CreateProcessingJob", "CreateDataQualityJobDefinition"]
SECURE = {
    "sagemaker:volumekmskeyarn": KEY,
    "sagemaker:outputkmskeyarn": KEY,
    "sagemaker:networkisolation": "true",
    "sagemaker:intercontainertrafficencryption": "true",
}


def of_type(template: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    return [resource["Properties"] for resource in template["Resources"].values() if resource["Type"] == kind]


def boundary_of(template: dict[str, Any]) -> dict[str, Any]:
    (policy,) = (p for p in of_type(template, "AWS::IAM::ManagedPolicy") if "ManagedPolicyName" in p)
    return policy


@pytest.fixture
def boundary(templates: dict[str, Any], plain: Callable[[Any], Any]) -> dict[str, Any]:
    document: dict[str, Any] = plain(boundary_of(templates["dev-security"]))["PolicyDocument"]
    return document


def judge(document: dict[str, Any], action: str, resource: str = "*", **context: Any) -> tuple[str, str]:
    """What a role may do that is allowed everything but for the document."""
    everything = parse_policy_document({"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}})
    request = EvalContext(
        f"arn:aws:sts::{ACCOUNT}:assumed-role/dev-x/y",
        "AssumedRole",
        ACCOUNT,
        action,
        resource,
        REGION,
        source_ip=context.pop("source_ip", "198.51.100.1"),
        service_context={key.lower(): value for key, value in context.pop("keys", {}).items()},
    )
    result = evaluate(request, [everything], [parse_policy_document(document)])
    return result.decision, result.matched_sid


@pytest.fixture
def secure(boundary: dict[str, Any]) -> dict[str, Any]:
    """The keys of a request that breaks no rule."""
    allowed = {
        key.lower(): value
        for statement in boundary["Statement"]
        for key, value in statement.get("Condition", {}).get("ForAnyValue:StringNotEquals", {}).items()
    }
    return SECURE | {key: value if isinstance(value, list) else [value] for key, value in allowed.items()}


def test_every_key_rotates_and_stays_or_goes_as_configured(templates: dict[str, Any]) -> None:
    for name in environment_names():
        removal = load_environment(name).retention.removal
        resources = templates[f"{name}-security"]["Resources"].values()
        keys = [resource for resource in resources if resource["Type"] == "AWS::KMS::Key"]
        assert len(keys) == 4
        for key in keys:
            assert key["Properties"]["EnableKeyRotation"] is True
            assert key["DeletionPolicy"] == ("Delete" if removal == "destroy" else "RetainExceptOnCreate")
            assert key["Properties"]["PendingWindowInDays"] == (7 if removal == "destroy" else 30)


@pytest.mark.parametrize(
    ("group", "expected"),
    [
        ("dev-security-FlowLogs-x", "Allow"),
        ("/aws/sagemaker/Endpoints/dev-flight-delays", "Allow"),
        ("dev2-security-FlowLogs-x", "ImplicitDeny"),
        ("prod-security-FlowLogs-x", "ImplicitDeny"),
        ("/aws/sagemaker/Endpoints/prod-flight-delays", "ImplicitDeny"),
    ],
)
def test_the_logs_key_serves_the_log_groups_of_its_environment(
    templates: dict[str, Any], plain: Callable[[Any], Any], group: str, expected: str
) -> None:
    keys = plain(of_type(templates["dev-security"], "AWS::KMS::Key"))
    (policy,) = (key["KeyPolicy"] for key in keys if key["Description"].endswith("log groups"))
    service = f"logs.{REGION}.amazonaws.com"
    context = {"kms:encryptioncontext:aws:logs:arn": f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:{group}"}
    request = EvalContext(service, "Service", ACCOUNT, "kms:GenerateDataKey", KEY, REGION, service_context=context)
    assert evaluate_resource_policy(policy, request, service=service).decision == expected


def test_no_key_is_open_to_everybody(templates: dict[str, Any], plain: Callable[[Any], Any]) -> None:
    for name in environment_names():
        for key in plain(of_type(templates[f"{name}-security"], "AWS::KMS::Key")):
            for statement in key["KeyPolicy"]["Statement"]:
                principal = statement["Principal"]
                assert principal not in ("*", {"AWS": "*"})
                # EventBridge does not say for whom it calls.
                known = principal.get("Service") in (None, "events.amazonaws.com")
                assert known or statement["Condition"]


@pytest.mark.parametrize(
    ("service", "account", "expected"),
    [
        ("events.amazonaws.com", None, "Allow"),  # on the way to a dead-letter queue
        ("cloudwatch.amazonaws.com", ACCOUNT, "Allow"),  # an alarm, to the topic
        ("cloudwatch.amazonaws.com", "999999999999", "ImplicitDeny"),
        ("lambda.amazonaws.com", ACCOUNT, "ImplicitDeny"),  # comes with the function's role
    ],
)
@pytest.mark.parametrize("action", ["kms:GenerateDataKey", "kms:Decrypt"])
def test_the_control_key_serves_alarms_and_events(
    templates: dict[str, Any],
    plain: Callable[[Any], Any],
    service: str,
    account: str | None,
    expected: str,
    action: str,
) -> None:
    keys = plain(of_type(templates["dev-security"], "AWS::KMS::Key"))
    (policy,) = (key["KeyPolicy"] for key in keys if "queues, topics" in key["Description"])
    context = {"aws:sourceaccount": account} if account else {}
    request = EvalContext(service, "Service", ACCOUNT, action, KEY, REGION, service_context=context)
    assert evaluate_resource_policy(policy, request, service=service).decision == expected


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


def test_flow_logs_record_everything_under_the_logs_key(templates: dict[str, Any]) -> None:
    for name in environment_names():
        template = templates[f"{name}-security"]
        (log,) = of_type(template, "AWS::EC2::FlowLog")
        assert (log["ResourceType"], log["TrafficType"]) == ("VPC", "ALL")
        days = [group["RetentionInDays"] for group in of_type(template, "AWS::Logs::LogGroup")]
        assert load_environment(name).network.flow_log_days in days
        assert all("KmsKeyId" in group for group in of_type(template, "AWS::Logs::LogGroup"))


@pytest.fixture(scope="module")
def people(synthesise: Callable[..., dict[str, Any]], plain: Callable[[Any], Any]) -> dict[str, Any]:
    access = Access.model_validate({"allowed_cidrs": ["203.0.113.0/24"]})
    security = synthesise(load_environment("dev").model_copy(update={"access": access}))["dev-security"]
    (policy,) = (p for p in of_type(security, "AWS::IAM::ManagedPolicy") if "ManagedPolicyName" not in p)
    document: dict[str, Any] = plain(policy["PolicyDocument"])
    return {"Statement": [*document["Statement"], {"Effect": "Allow", "Action": "*", "Resource": "*"}]}


@pytest.mark.parametrize(
    ("source_ip", "keys", "expected"),
    [
        (OFFICE, {}, "Allow"),
        ("198.51.100.1", {}, "Deny"),
        ("10.10.0.9", {"aws:SourceVpc": "the vpc"}, "Allow"),
        ("10.10.0.9", {"aws:SourceVpc": "vpc-of-somebody"}, "Deny"),
        ("198.51.100.1", {"aws:ViaAWSService": "true"}, "Allow"),
        ("198.51.100.1", {"aws:ViaAWSService": "false"}, "Deny"),
    ],
)
def test_people_come_from_known_addresses_or_the_vpc(
    people: dict[str, Any], source_ip: str, keys: dict[str, str], expected: str
) -> None:
    (statement,) = (s for s in people["Statement"] if s.get("Sid") == "DenyFromElsewhere")
    vpc = statement["Condition"]["StringNotEqualsIfExists"]["aws:SourceVpc"]
    known = {key: vpc if value == "the vpc" else value for key, value in keys.items()}
    assert judge(people, "sagemaker:ListEndpoints", source_ip=source_ip, keys=known)[0] == expected


def test_without_addresses_people_are_not_restricted(templates: dict[str, Any]) -> None:
    assert "aws:SourceIp" not in json.dumps(templates["dev-security"])
