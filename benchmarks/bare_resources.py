"""The resources of the peer: L2s of the CDK that say no more than a plain application would.

What can be encrypted has the stage's key, `enforce_ssl` makes the resource policies, a policy has one statement, an
alarm tells the stage's topic.
"""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import aws_cdk as cdk
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_cognito as cognito
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sqs as sqs
from aws_cdk import aws_ssm as ssm

ZONES = ("ap-northeast-1a", "ap-northeast-1c", "ap-northeast-1d")


class Shared:
    """What the stacks of one stage share."""

    key: kms.Key
    topic: sns.Topic
    vpc: ec2.Vpc
    group: ec2.SecurityGroup
    function: lambda_.Function


def _vpc(shared: Shared, stack: cdk.Stack, name: str, zones: int) -> None:
    subnets = ec2.SubnetConfiguration(name="isolated", subnet_type=ec2.SubnetType.PRIVATE_ISOLATED)
    shared.vpc = ec2.Vpc(
        stack,
        name,
        availability_zones=list(ZONES[:zones]),
        subnet_configuration=[subnets],
        restrict_default_security_group=False,
    )
    shared.vpc.add_gateway_endpoint("S3", service=ec2.GatewayVpcEndpointAwsService.S3)
    shared.vpc.add_gateway_endpoint("DynamoDb", service=ec2.GatewayVpcEndpointAwsService.DYNAMODB)


def _group(shared: Shared, stack: cdk.Stack, name: str) -> None:
    shared.group = ec2.SecurityGroup(stack, name, vpc=shared.vpc, allow_all_outbound=False)


def _ingress(shared: Shared, _: cdk.Stack, name: str) -> None:
    # Of its own port, or it would be no second rule.
    shared.group.add_ingress_rule(shared.group, ec2.Port.tcp(int(name.removeprefix("Resource"))))


def _egress(shared: Shared, _: cdk.Stack, name: str) -> None:
    shared.group.add_egress_rule(shared.group, ec2.Port.tcp(int(name.removeprefix("Resource"))))


def _endpoint(shared: Shared, stack: cdk.Stack, name: str) -> None:
    service = ec2.InterfaceVpcEndpointAwsService.KMS
    ec2.InterfaceVpcEndpoint(stack, name, vpc=shared.vpc, service=service, security_groups=[shared.group], open=False)


def _flow_log(shared: Shared, stack: cdk.Stack, name: str) -> None:
    group = logs.LogGroup(stack, f"{name}Group", encryption_key=shared.key)
    destination = ec2.FlowLogDestination.to_cloud_watch_logs(group)
    ec2.FlowLog(stack, name, resource_type=ec2.FlowLogResourceType.from_vpc(shared.vpc), destination=destination)


def _key(shared: Shared, stack: cdk.Stack, name: str) -> None:
    shared.key = kms.Key(stack, name, enable_key_rotation=True)


def _topic(shared: Shared, stack: cdk.Stack, name: str) -> None:
    shared.topic = sns.Topic(stack, name, master_key=shared.key, enforce_ssl=True)


def _log_group(shared: Shared, stack: cdk.Stack, name: str) -> None:
    logs.LogGroup(stack, name, encryption_key=shared.key)


def _queue(shared: Shared, stack: cdk.Stack, name: str) -> None:
    sqs.Queue(stack, name, encryption_master_key=shared.key, enforce_ssl=True)


def _table(shared: Shared, stack: cdk.Stack, name: str) -> None:
    key = dynamodb.Attribute(name="id", type=dynamodb.AttributeType.STRING)
    dynamodb.Table(stack, name, partition_key=key, encryption_key=shared.key)


def _bucket(shared: Shared, stack: cdk.Stack, name: str, emptied: bool) -> None:
    removal = cdk.RemovalPolicy.DESTROY if emptied else cdk.RemovalPolicy.RETAIN
    s3.Bucket(
        stack,
        name,
        encryption_key=shared.key,
        enforce_ssl=True,
        versioned=True,
        auto_delete_objects=emptied,
        removal_policy=removal,
    )


def _function(shared: Shared, stack: cdk.Stack, name: str, retries: int | None) -> None:
    shared.function = lambda_.Function(
        stack,
        name,
        runtime=lambda_.Runtime.PYTHON_3_14,
        handler="measure.run",
        code=lambda_.Code.from_asset(str(Path(__file__).parent), exclude=["__pycache__"]),
        retry_attempts=retries,
    )


def _rule(shared: Shared, stack: cdk.Stack, name: str) -> None:
    schedule = events.Schedule.rate(cdk.Duration.hours(1))
    events.Rule(stack, name, schedule=schedule, targets=[targets.LambdaFunction(shared.function)])


def _rule_alone(_: Shared, stack: cdk.Stack, name: str) -> None:
    events.Rule(stack, name, schedule=events.Schedule.rate(cdk.Duration.hours(1)))


def _messages(shared: Shared, stack: cdk.Stack, name: str) -> None:
    queue = f"arn:aws:sqs:ap-northeast-1:111122223333:{name}"
    lambda_.EventSourceMapping(stack, name, target=shared.function, event_source_arn=queue)


def _dashboard(_: Shared, stack: cdk.Stack, name: str) -> None:
    cloudwatch.Dashboard(stack, name)


def _parameter(_: Shared, stack: cdk.Stack, name: str) -> None:
    ssm.StringParameter(stack, name, string_value=name)


def _people(_: Shared, stack: cdk.Stack, name: str) -> None:
    pool = cognito.UserPool(stack, name)
    pool.add_domain("Domain", cognito_domain=cognito.CognitoDomainOptions(domain_prefix="peer"))
    pool.add_client("Client")


def _alarm(shared: Shared, stack: cdk.Stack, name: str) -> None:
    metric = cloudwatch.Metric(namespace="Peer", metric_name=name)
    alarm = cloudwatch.Alarm(stack, name, metric=metric, threshold=1, evaluation_periods=1)
    alarm.add_alarm_action(actions.SnsAction(shared.topic))


def _role(_: Shared, stack: cdk.Stack, name: str) -> None:
    policy = iam.PolicyDocument(statements=[_statement(name)])
    service = iam.ServicePrincipal("sagemaker.amazonaws.com")
    iam.Role(stack, name, assumed_by=service, inline_policies={"Read": policy})


def _role_with_policy(_: Shared, stack: cdk.Stack, name: str) -> None:
    iam.Role(stack, name, assumed_by=iam.ServicePrincipal("sagemaker.amazonaws.com")).add_to_policy(_statement(name))


def _managed_policy(_: Shared, stack: cdk.Stack, name: str) -> None:
    iam.ManagedPolicy(stack, name, statements=[_statement(name)])


def _statement(name: str) -> iam.PolicyStatement:
    return iam.PolicyStatement(actions=["s3:GetObject"], resources=[f"arn:aws:s3:::peer/{name}/*"])


def _network(zones: int) -> tuple[str, ...]:
    per_zone = ("AWS::EC2::Subnet", "AWS::EC2::RouteTable", "AWS::EC2::SubnetRouteTableAssociation")
    return ("AWS::EC2::VPC", *per_zone * zones, "AWS::EC2::VPCEndpoint", "AWS::EC2::VPCEndpoint")


_ROLE, _POLICY, _LOGS, _FUNCTION = "AWS::IAM::Role", "AWS::IAM::Policy", "AWS::Logs::LogGroup", "AWS::Lambda::Function"
_BUCKET, _EMPTIED = ("AWS::S3::Bucket", "AWS::S3::BucketPolicy"), "Custom::S3AutoDeleteObjects"

# What is made together, and how; the first that a stack has left to make is taken.
MAKERS: dict[tuple[str, ...], Callable[[Shared, cdk.Stack, str], None]] = {
    **{_network(zones): partial(_vpc, zones=zones) for zones in (3, 2, 1)},
    ("AWS::EC2::SecurityGroup",): _group,
    ("AWS::EC2::SecurityGroupIngress",): _ingress,
    ("AWS::EC2::SecurityGroupEgress",): _egress,
    ("AWS::EC2::VPCEndpoint",): _endpoint,
    ("AWS::KMS::Key",): _key,
    ("AWS::EC2::FlowLog", _LOGS, _ROLE, _POLICY): _flow_log,
    ("AWS::SNS::Topic", "AWS::SNS::TopicPolicy"): _topic,
    ("AWS::SQS::Queue", "AWS::SQS::QueuePolicy"): _queue,
    ("AWS::DynamoDB::Table",): _table,
    # The first in a stack brings the CDK's function with it.
    (*_BUCKET, _EMPTIED, _ROLE, _FUNCTION): partial(_bucket, emptied=True),
    (*_BUCKET, _EMPTIED): partial(_bucket, emptied=True),
    _BUCKET: partial(_bucket, emptied=False),
    (_ROLE, _FUNCTION, _LOGS, "AWS::Lambda::EventInvokeConfig"): partial(_function, retries=1),
    (_ROLE, _FUNCTION, _LOGS): partial(_function, retries=None),
    (_LOGS,): _log_group,
    ("AWS::Events::Rule", "AWS::Lambda::Permission"): _rule,
    ("AWS::Events::Rule",): _rule_alone,
    ("AWS::Lambda::EventSourceMapping",): _messages,
    ("AWS::CloudWatch::Dashboard",): _dashboard,
    ("AWS::SSM::Parameter",): _parameter,
    ("AWS::Cognito::UserPool", "AWS::Cognito::UserPoolDomain", "AWS::Cognito::UserPoolClient"): _people,
    ("AWS::CloudWatch::Alarm",): _alarm,
    (_ROLE, _POLICY): _role_with_policy,
    (_ROLE,): _role,
    ("AWS::IAM::ManagedPolicy",): _managed_policy,
}
