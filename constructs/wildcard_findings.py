"""Excuse wildcards in statements, one finding each, so that a wildcard added later is found again."""

import json
from collections.abc import Hashable, Iterable
from functools import lru_cache
from typing import Any, cast

import aws_cdk as cdk
from aws_cdk import aws_s3 as s3
from constructs import IConstruct

from constructs.statements import Statement

_RULE = "AwsSolutions-IAM5"


def wildcards(
    construct: IConstruct, statements: Iterable[Statement], reason: str, buckets: Iterable[s3.IBucket] = ()
) -> dict[str, str]:
    """Return the findings on the wildcards of these statements, each with the reason, to be acknowledged.

    Args:
        construct: the role or policy that has the statements.
        statements: whose actions and resources may have a `*`.
        reason: why, as a reviewer would accept it.
        buckets: those in the resources; in another stack, they have the name of an export in the finding.
    """
    stack = cdk.Stack.of(construct)
    exports = {}
    for bucket in buckets:
        owner, reference = _home(cast(Hashable, bucket))
        if owner is not stack:
            exports[reference] = _export(cast(Hashable, bucket))
    actions: list[str] = []
    resources: list[str] = []
    for statement in statements:
        actions += statement["Action"]
        resources += statement["Resource"]
    # One call for all of them: each is a round trip to the CDK's JavaScript.
    names = [f"Resource::{_flat(value, exports)}" for value in stack.resolve(resources)]
    texts = [*(f"Action::{action}" for action in actions), *names]
    return {f"{_RULE}[{text}]": reason for text in texts if "*" in text}


@lru_cache(maxsize=64)
def _home(bucket: Any) -> tuple[cdk.Stack, str]:
    stack = cdk.Stack.of(bucket)
    return stack, json.dumps(stack.resolve(bucket.bucket_arn))


@lru_cache(maxsize=64)
def _export(bucket: Any) -> str:
    stack = cdk.Stack.of(bucket)
    return str(stack.resolve(stack.export_value(bucket.bucket_arn))["Fn::ImportValue"])


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
