"""The private network of an environment."""

from collections.abc import Sequence
from typing import Any

import aws_cdk as cdk
from aws_cdk import aws_ec2 as ec2
from constructs import Construct

from config.environment import Network
from config.interface_services import services
from constructs.interface_endpoints import InterfaceEndpoints
from constructs.placement import Placement
from constructs.private_network import PrivateNetwork


class NetworkStack(cdk.Stack):
    """VPC, gateways, interface endpoints and the security group of jobs; deployed first, destroyed last.

    Args:
        network: of the environment.
        extra_endpoints: interface endpoints beyond the level, for the repositories of notebooks.

    Attributes:
        vpc: isolated subnets only.
        jobs: where jobs, models and notebooks of SageMaker are.
        functions: where functions are, if the level of interface endpoints has what they call.
        default_security_group_id: the group that AWS makes with every VPC; nothing uses it.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        network: Network,
        extra_endpoints: Sequence[str] = (),
        **stack_props: Any,
    ) -> None:
        self._zones = list(network.zones)
        super().__init__(scope, construct_id, **stack_props)
        private = PrivateNetwork(self, "Network", cidr=str(network.cidr), zones=network.zones)
        self.vpc: ec2.IVpc = private.vpc
        self.jobs = Placement(self.vpc, private.job_security_group)
        self.functions = Placement(self.vpc, private.function_security_group)
        self.default_security_group_id = private.vpc.vpc_default_security_group
        InterfaceEndpoints(
            self,
            "InterfaceEndpoints",
            vpc=self.vpc,
            services=services(network.interface_endpoints, extra_endpoints),
            callers=[private.job_security_group, private.function_security_group],
        )
        # Whoever uses them or not: CloudFormation refuses to withdraw an export before those who import it let go.
        for group in (private.job_security_group, private.function_security_group):
            self.export_value(group.security_group_id)

    @property
    def availability_zones(self) -> list[str]:
        """The zones of the configuration: the CDK would ask AWS for them."""
        return self._zones
