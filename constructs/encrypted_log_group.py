"""A log group under a customer-managed key, for a stated time."""

from typing import cast

import aws_cdk as cdk
from aws_cdk import aws_kms as kms
from aws_cdk import aws_logs as logs
from constructs import Construct


class EncryptedLogGroup(Construct):
    """A log group, unnamed unless a service writes to a name of its own choice.

    Args:
        key: encrypts it; its policy must allow CloudWatch Logs.
        days: how long records are kept, one of CloudWatch's values.
        destroy: whether it goes with the environment.
        name: the name that the service writes to.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        key: kms.IKey,
        days: int,
        destroy: bool,
        name: str | None = None,
    ) -> None:
        super().__init__(scope, construct_id)
        self.log_group = logs.LogGroup(
            self,
            "Resource",
            log_group_name=name,
            encryption_key=key,
            removal_policy=cdk.RemovalPolicy.DESTROY if destroy else cdk.RemovalPolicy.RETAIN,
        )
        # The configuration speaks of days, the L2 of names for them.
        cast(logs.CfnLogGroup, self.log_group.node.default_child).retention_in_days = days
