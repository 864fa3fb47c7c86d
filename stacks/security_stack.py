"""Keys, boundary, policies and flow logs of an environment."""

from typing import Any

import aws_cdk as cdk
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from constructs import Construct

from config.environment import Access
from constructs.encryption_keys import EncryptionKeys
from constructs.flow_logs import FlowLogs
from constructs.people_policy import PeoplePolicy
from constructs.permissions_boundary import PermissionsBoundary
from constructs.sagemaker_guardrails import sagemaker_guardrails


class SecurityStack(cdk.Stack):
    """What every later stack is bound by.

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
        vpc: ec2.IVpc,
        job_security_group: ec2.ISecurityGroup,
        access: Access,
        flow_log_days: int,
        destroy: bool,
        **stack_props: Any,
    ) -> None:
        super().__init__(scope, construct_id, **stack_props)
        subnets = [subnet.subnet_id for subnet in vpc.isolated_subnets]
        groups = [job_security_group.security_group_id]
        boundary = PermissionsBoundary(
            self,
            "Boundary",
            environment=environment,
            guardrails=sagemaker_guardrails(subnets=subnets, security_groups=groups),
        )
        keys = EncryptionKeys(self, "Keys", environment=environment, destroy=destroy)
        flow_logs = FlowLogs(self, "FlowLogs", vpc=vpc, key=keys.logs, days=flow_log_days, destroy=destroy)
        # The boundary is on the role by its name, which orders nothing.
        flow_logs.node.add_dependency(boundary)
        PeoplePolicy(
            self,
            "People",
            guardrails=sagemaker_guardrails(subnets=subnets, security_groups=groups),
            cidrs=[str(cidr) for cidr in access.allowed_cidrs],
            vpc_id=vpc.vpc_id,
        )
        self.data_key: kms.IKey = keys.data
        self.models_key: kms.IKey = keys.models
        self.logs_key: kms.IKey = keys.logs
        self.control_key: kms.IKey = keys.control
        self.boundary: iam.IManagedPolicy = boundary.policy
