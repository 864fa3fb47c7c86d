"""Excuse wildcards in statements, one finding each, so that a wildcard added later is found again."""

import json
from collections.abc import Iterable
from typing import Any

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from constructs import IConstruct

from constructs.findings import acknowledge

_RULE = "AwsSolutions-IAM5"


def acknowledge_wildcards(
    construct: IConstruct, statements: Iterable[iam.PolicyStatement], reason: str, buckets: Iterable[s3.IBucket] = ()
) -> None:
    """Acknowledge the wildcards of these statements on a construct and below it.

    Args:
        construct: the role or policy that has the statements.
        statements: whose actions and resources may have a `*`.
        reason: why, as a reviewer would accept it.
        buckets: those in the resources; in another stack, they have the name of an export in the finding.
    """
    stack = cdk.Stack.of(construct)
    exports = dict(_exports(stack, buckets))
    findings: dict[str, str] = {}
    for statement in statements:
        actions = [f"Action::{action}" for action in statement.actions]
        resources = [f"Resource::{_flat(stack.resolve(name), exports)}" for name in statement.resources]
        findings |= {f"{_RULE}[{text}]": reason for text in actions + resources if "*" in text}
    acknowledge(construct, findings)


def _exports(stack: cdk.Stack, buckets: Iterable[s3.IBucket]) -> Iterable[tuple[str, str]]:
    for bucket in buckets:
        owner = cdk.Stack.of(bucket)
        if owner is not stack:
            reference = json.dumps(stack.resolve(bucket.bucket_arn))
            yield reference, owner.resolve(owner.export_value(bucket.bucket_arn))["Fn::ImportValue"]


def _flat(value: Any, exports: dict[str, str]) -> str:
    """Return a resolved value as cdk-nag spells it in a finding."""
    if isinstance(value, str):
        return value
    exported = exports.get(json.dumps(value))
    if exported:
        return exported
    (function, argument), *_ = value.items()
    if function == "Fn::Join":
        return str(argument[0]).join(_flat(part, exports) for part in argument[1])
    if function == "Fn::GetAtt":
        return f"<{'.'.join(argument)}>"
    return f"<{argument}>" if function == "Ref" else str(argument)
