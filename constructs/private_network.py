"""A VPC without any way to the internet."""

from collections.abc import Sequence
from typing import cast

from aws_cdk import aws_ec2 as ec2
from constructs import Construct

from constructs.arns import Arns
from constructs.findings import acknowledge
from constructs.gateway_policies import allow_dynamodb, allow_s3

_ZONES = "Named in the environment's file: synthesis must not depend on what AWS would answer, and zones must not move."


class PrivateNetwork(Construct):
    """Isolated subnets, one per zone, with the free gateways to S3 and DynamoDB, and a security group for jobs.

    Each subnet takes a quarter of the range, so that a zone can be added without moving the others.

    Args:
        cidr: private IPv4 range, /16 to /24.
        zones: one to three availability zones. Named, so that synthesis asks nobody.
    """

    def __init__(self, scope: Construct, construct_id: str, *, cidr: str, zones: Sequence[str]) -> None:
        super().__init__(scope, construct_id)
        self.vpc = ec2.Vpc(
            self,
            "Resource",
            ip_addresses=ec2.IpAddresses.cidr(cidr),
            availability_zones=list(zones),
            nat_gateways=0,
            create_internet_gateway=False,
            # The rules of the default group are removed in the security stack: that takes a role, and every role
            # needs the permissions boundary, which is deployed after the network.
            restrict_default_security_group=False,
            subnet_configuration=[
                ec2.SubnetConfiguration(
                    name="isolated",
                    subnet_type=ec2.SubnetType.PRIVATE_ISOLATED,
                    cidr_mask=int(cidr.split("/")[1]) + 2,
                )
            ],
        )
        s3 = self.vpc.add_gateway_endpoint("S3", service=ec2.GatewayVpcEndpointAwsService.S3)
        arns = Arns.of(scope)
        for statement in allow_s3(arns):
            s3.add_to_policy(statement)
        dynamodb = self.vpc.add_gateway_endpoint("DynamoDb", service=ec2.GatewayVpcEndpointAwsService.DYNAMODB)
        dynamodb.add_to_policy(allow_dynamodb(arns))
        self.job_security_group = self._job_security_group()
        self.function_security_group = self._function_security_group()
        self._acknowledge()

    def _acknowledge(self) -> None:
        acknowledge(
            self.vpc,
            {
                "CloudFormation-Validate::W3010": _ZONES,
                "AwsSolutions-VPC7": "Flow logs are in the security stack: they need its key and its boundary.",
                "NIST.800.53.R5-VPCFlowLogsEnabled": "Flow logs are in the security stack, which has key and boundary.",
                "NIST.800.53.R5-VPCDefaultSecurityGroupClosed": "A custom resource in the security stack takes "
                "all rules from the default group; the check cannot see that in a template.",
            },
        )
        for subnet in self.vpc.isolated_subnets:
            cast(ec2.CfnSubnet, subnet.node.default_child).add_metadata(
                "cfn-lint", {"config": {"ignore_checks": ["W3010"]}}
            )
        acknowledge(
            self.job_security_group,
            {
                "NIST.800.53.R5-EC2RestrictedCommonPorts": "The source is the group itself: containers of one job talk "
                "on the ports of their framework, and nothing else is a member.",
            },
        )

    def _job_security_group(self) -> ec2.SecurityGroup:
        group = ec2.SecurityGroup(
            self,
            "JobSecurityGroup",
            vpc=self.vpc,
            description="Jobs, models and notebooks of SageMaker: each other, and AWS services over TLS",
            allow_all_outbound=False,
        )
        # Encrypted traffic between the containers of a job is ESP and UDP 500 beside the algorithm's own ports.
        group.add_ingress_rule(group, ec2.Port.all_traffic(), "Containers of one job")
        group.add_egress_rule(group, ec2.Port.all_traffic(), "Containers of one job")
        # No route leads out of an isolated subnet but those of the gateways, so "anywhere" is the VPC, S3 and DynamoDB;
        # the ids of their prefix lists differ by region and only a call to AWS would tell them.
        group.add_egress_rule(ec2.Peer.any_ipv4(), ec2.Port.tcp(443), "S3, DynamoDB and interface endpoints over TLS")
        return group

    def _function_security_group(self) -> ec2.SecurityGroup:
        group = ec2.SecurityGroup(
            self,
            "FunctionSecurityGroup",
            vpc=self.vpc,
            description="Functions inside the network: AWS services over TLS",
            allow_all_outbound=False,
        )
        group.add_egress_rule(ec2.Peer.any_ipv4(), ec2.Port.tcp(443), "DynamoDB and interface endpoints over TLS")
        return group
