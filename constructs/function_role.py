"""The role of a function of the platform."""

from collections.abc import Iterable, Mapping, Sequence

from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from constructs import Construct

from constructs.findings import acknowledge
from constructs.statements import Statement, document, service
from constructs.wildcard_findings import wildcards

_INLINE = {"NIST.800.53.R5-IAMNoInlinePolicy": "Policies of one role, read and reviewed with it."}


def function_role(
    scope: Construct,
    *,
    description: str,
    policies: Mapping[str, Sequence[Statement]],
    why: str,
    buckets: Iterable[s3.IBucket] = (),
) -> iam.Role:
    """Return the role that Lambda gives a function, `Resource` of `scope`, its findings acknowledged.

    Args:
        scope: the construct that says what the function may do.
        description: whose role it is.
        policies: statements by the name of their policy.
        why: reason for wildcards in them, as a reviewer would accept it.
        buckets: those in their resources.
    """
    role = iam.Role(
        scope,
        "Resource",
        description=description,
        assumed_by=service("lambda.amazonaws.com"),
        inline_policies={name: document(statements) for name, statements in policies.items()},
    )
    every = [statement for statements in policies.values() for statement in statements]
    acknowledge(role, lambda: wildcards(role, every, why, buckets) | _INLINE)
    return role
