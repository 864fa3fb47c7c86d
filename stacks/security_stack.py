"""Keys, boundary, policies and flow logs of an environment."""

from typing import Any

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from constructs import Construct

from config.environment import Access, Retention
from constructs.closed_default_group import ClosedDefaultGroup
from constructs.encrypted_log_group import EncryptedLogGroup
from constructs.encryption_keys import EncryptionKeys
from constructs.flow_logs import FlowLogs
from constructs.people_policy import PeoplePolicy
from constructs.permissions_boundary import PermissionsBoundary
from constructs.sagemaker_guardrails import sagemaker_guardrails
from stacks.network_stack import NetworkStack


class SecurityStack(cdk.Stack):
    """What every later stack is bound by.

    Args:
        open_models: whether models of any use case may run outside the network.

    Attributes:
        data_key, models_key, logs_key, control_key: one customer-managed key per purpose.
        boundary: the managed policy `<environment>-boundary`; the stage puts it on every role.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        environment: str,
        network: NetworkStack,
        access: Access,
        retention: Retention,
        flow_log_days: int,
        open_models: bool,
        **stack_props: Any,
    ) -> None:
        super().__init__(scope, construct_id, **stack_props)
        destroy = retention.destroys
        subnets = network.jobs.subnet_ids
        groups = [network.jobs.security_group_id]
        boundary = PermissionsBoundary(
            self,
            "Boundary",
            environment=environment,
            guardrails=sagemaker_guardrails(subnets=subnets, security_groups=groups, open_models=open_models),
        )
        keys = EncryptionKeys(self, "Keys", environment=environment, destroy=destroy)
        flow_logs = FlowLogs(self, "FlowLogs", vpc=network.vpc, key=keys.logs, days=flow_log_days, destroy=destroy)
        log_group = EncryptedLogGroup(
            self, "DefaultGroupLogs", key=keys.logs, days=retention.log_days, destroy=destroy
        ).log_group
        default_group = ClosedDefaultGroup(
            self, "DefaultGroup", security_group_id=network.default_security_group_id, log_group=log_group
        )
        # The boundary is on the roles by its name, which orders nothing.
        flow_logs.node.add_dependency(boundary)
        default_group.node.add_dependency(boundary)
        # People make no open models: CloudFormation does, for a release.
        PeoplePolicy(
            self,
            "People",
            guardrails=sagemaker_guardrails(subnets=subnets, security_groups=groups),
            cidrs=[str(cidr) for cidr in access.allowed_cidrs],
            vpc_id=network.vpc.vpc_id,
        )
        self.data_key: kms.IKey = keys.data
        self.models_key: kms.IKey = keys.models
        self.logs_key: kms.IKey = keys.logs
        self.control_key: kms.IKey = keys.control
        self.boundary: iam.IManagedPolicy = boundary.policy
