"""An evaluator of IAM policies for the documents of the security stack."""

from typing import Any

from ministack.core.iam_evaluator import EvalContext, evaluate, parse_policy_document

ACCOUNT, REGION = "111122223333", "ap-northeast-1"
OFFICE = "203.0.113.7"
KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/1"


def of_type(template: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    return [resource["Properties"] for resource in template["Resources"].values() if resource["Type"] == kind]


def boundary_of(template: dict[str, Any]) -> dict[str, Any]:
    (policy,) = (p for p in of_type(template, "AWS::IAM::ManagedPolicy") if "ManagedPolicyName" in p)
    return policy


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
