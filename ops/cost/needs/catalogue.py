"""Which types of resources AWS bills, and which it does not. One that is in neither list has no price."""

from collections.abc import Iterable
from typing import Any

from ops.assembly.model import Resource
from ops.cost.model import Need, Part
from ops.cost.needs import functions, machines, network, pipelines, stores, watching
from ops.cost.needs.given import Given, Needs, need

BILLED: dict[str, Needs] = {
    "AWS::Batch::JobDefinition": pipelines.batch_job,
    "AWS::CloudWatch::Alarm": watching.alarm,
    "AWS::CloudWatch::CompositeAlarm": watching.composite_alarm,
    "AWS::CloudWatch::Dashboard": watching.dashboard,
    "AWS::Cognito::UserPool": stores.people,
    "AWS::EC2::FlowLog": network.flow_log,
    "AWS::EC2::VPCEndpoint": network.endpoint,
    "AWS::Events::Rule": functions.rule,
    "AWS::Glue::Job": pipelines.glue_job,
    "AWS::KMS::Key": stores.key,
    "AWS::Lambda::EventSourceMapping": functions.event_source,
    "AWS::S3::Bucket": stores.bucket,
    "AWS::SageMaker::DataQualityJobDefinition": pipelines.look,
    "AWS::SageMaker::EndpointConfig": machines.endpoint,
    "AWS::SageMaker::ModelBiasJobDefinition": pipelines.look,
    "AWS::SageMaker::ModelExplainabilityJobDefinition": pipelines.look,
    "AWS::SageMaker::ModelQualityJobDefinition": pipelines.look,
    "AWS::SageMaker::NotebookInstance": machines.notebook,
    "AWS::SageMaker::Pipeline": pipelines.pipeline,
    "AWS::StepFunctions::StateMachine": pipelines.state_machine,
}
# Nothing is paid for these themselves: for what goes through them the environment pays as a whole (environment.py),
# for others nothing at all. Budgets are free as long as they take no action ("AWS Budgets pricing").
FREE = frozenset(
    {
        "AWS::Batch::ComputeEnvironment",
        "AWS::Batch::JobQueue",
        "AWS::Budgets::Budget",
        "AWS::CDK::Metadata",
        "AWS::Cognito::UserPoolClient",
        "AWS::Cognito::UserPoolDomain",
        "AWS::Cognito::UserPoolGroup",
        "AWS::DynamoDB::Table",
        "AWS::Events::EventBus",
        "AWS::Events::EventBusPolicy",
        "AWS::Glue::Connection",
        "AWS::Glue::SecurityConfiguration",
        "AWS::KMS::Alias",
        "AWS::Lambda::EventInvokeConfig",
        "AWS::Lambda::Function",
        "AWS::Lambda::LayerVersion",
        "AWS::Lambda::Permission",
        "AWS::Lambda::Version",
        "AWS::Logs::LogGroup",
        "AWS::Logs::ResourcePolicy",
        "AWS::S3::BucketPolicy",
        "AWS::SNS::Subscription",
        "AWS::SNS::Topic",
        "AWS::SNS::TopicPolicy",
        "AWS::SQS::Queue",
        "AWS::SQS::QueuePolicy",
        "AWS::SSM::Parameter",
        "AWS::SageMaker::CodeRepository",
        "AWS::SageMaker::Endpoint",
        "AWS::SageMaker::Model",
        "AWS::SageMaker::ModelPackageGroup",
        "AWS::SageMaker::MonitoringSchedule",
        "AWS::SageMaker::NotebookInstanceLifecycleConfig",
        "AWS::SageMaker::Workforce",
        "AWS::SageMaker::Workteam",
    }
)
_FREE_FAMILIES = ("AWS::ApplicationAutoScaling::", "AWS::CloudFormation::", "AWS::IAM::", "Custom::")
_FREE_NETWORK = frozenset(
    f"AWS::EC2::{name}"
    for name in (
        "NetworkAcl",
        "NetworkAclEntry",
        "Route",
        "RouteTable",
        "SecurityGroup",
        "SecurityGroupEgress",
        "SecurityGroupIngress",
        "Subnet",
        "SubnetNetworkAclAssociation",
        "SubnetRouteTableAssociation",
        "VPC",
    )
)


def needs_of(resource: Resource, given: Given) -> Iterable[Need]:
    """Return what a resource needs; one of a type that nobody knows the price of says so."""
    billed = BILLED.get(resource.type)
    if billed is not None:
        properties: Any = given.scene.resolve(resource.properties)
        return billed(resource, properties if isinstance(properties, dict) else {}, given)
    free = resource.type in FREE or resource.type in _FREE_NETWORK or resource.type.startswith(_FREE_FAMILIES)
    return () if free else [need("the resource itself", quantity=1, part=Part.IDLE)]
