"""Keys, flow logs and the policy for people, judged by an evaluator of IAM policies."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from ministack.core.iam_evaluator import EvalContext, evaluate_resource_policy

from config import environment_names, load_environment
from config.environment import Access
from tests.unit.boundary_kit import ACCOUNT, KEY, OFFICE, REGION, judge, of_type


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
        ("budgets.amazonaws.com", ACCOUNT, "Allow"),  # spending, to the same topic
        ("budgets.amazonaws.com", "999999999999", "ImplicitDeny"),
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
