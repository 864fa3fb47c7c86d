"""ARNs as text: `format_arn` and each property of a stack cost a round trip to the CDK's JavaScript."""

from collections.abc import Hashable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, cast

import aws_cdk as cdk
from constructs import IConstruct

# Of whatever stack they stand in.
PARTITION = cdk.Aws.PARTITION
ROLES = f"arn:{PARTITION}:iam::{cdk.Aws.ACCOUNT_ID}:role"


@dataclass(frozen=True)
class Arns:
    """Where a stack is deployed, as values or tokens."""

    partition: str
    region: str
    account: str

    @classmethod
    def of(cls, construct: IConstruct) -> "Arns":
        """Return those of a stack, or of the stack that a construct is in."""
        stack = construct if isinstance(construct, cdk.Stack) else cdk.Stack.of(construct)
        return _of(cast(Hashable, stack))

    def arn(self, service: str, resource: str) -> str:
        """Return the ARN of a resource such as `subnet/*` in the stack's own region and account."""
        return f"arn:{self.partition}:{service}:{self.region}:{self.account}:{resource}"


@lru_cache(maxsize=1)
def _of(stack: Any) -> Arns:
    # A stack is built before the next one is begun, so that its constructs share one reading: of an ARN, which says all
    # three at once.
    _, partition, _, region, account, _ = stack.format_arn(service="any", resource="thing").split(":")
    return Arns(partition, region, account)
