"""Which resources have boxes, what those are called, and which workload they are part of."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from ops.assembly.model import Resource
from ops.diagram.model import Workload

# Part of a use case or environment that a stack deploys -> the workload of what is in it; all others: control.
PARTS = {
    "data": Workload.COLLECT,
    "labeling": Workload.COLLECT,
    "workbench": Workload.PREPARE,
    "preparation": Workload.PREPARE,
    "training": Workload.TRAIN,
    "serving": Workload.DEPLOY,
    "batch": Workload.DEPLOY,
    "experiment": Workload.WATCH,
    "monitoring": Workload.WATCH,
    "loop": Workload.WATCH,
    "dashboard": Workload.WATCH,
}
# Types with a box for each resource, and what one is called.
SINGLE = {
    "AWS::Lambda::Function": "function",
    "AWS::StepFunctions::StateMachine": "state machine",
    "AWS::SageMaker::Endpoint": "endpoint",
    "AWS::SageMaker::ModelPackageGroup": "model package group",
    "AWS::SageMaker::NotebookInstance": "notebook",
    "AWS::SageMaker::MonitoringSchedule": "monitoring schedule",
    "AWS::SageMaker::Workteam": "team",
    "AWS::Glue::Job": "Glue job",
    "AWS::Batch::JobQueue": "Batch queue",
    "AWS::S3::Bucket": "bucket",
}
# Types whose resources share a box: its name, its workload, and what one is called. The first of a box is its title.
SHARED = {
    "AWS::CloudWatch::Alarm": ("alarms", Workload.WATCH, "alarm"),
    "AWS::CloudWatch::CompositeAlarm": ("alarms", Workload.WATCH, "alarm"),
    "AWS::SNS::Topic": ("alarms", Workload.WATCH, "topic"),
    "AWS::CloudWatch::Dashboard": ("alarms", Workload.WATCH, "dashboard"),
    "AWS::Budgets::Budget": ("alarms", Workload.WATCH, "budget"),
    "AWS::Events::Rule": ("events", Workload.CONTROL, "rule"),
    "AWS::Scheduler::Schedule": ("events", Workload.CONTROL, "schedule"),
    "AWS::SQS::Queue": ("events", Workload.CONTROL, "queue"),
    "AWS::DynamoDB::Table": ("records", Workload.CONTROL, "table"),
}
NOUNS = [*dict.fromkeys(noun for _, _, noun in SHARED.values()), "dead-letter queue"]
# What a box is called whatever the code calls its members.
NAMES = {
    "model package group": "registry",
    "monitoring schedule": "monitoring schedule",
    "team": "team",
}
# What a box is -> its picture; any other is a job's.
ICONS = {
    "alarms": "bell",
    "events": "bolt",
    "records": "table",
    "bucket": "bucket",
    "function": "function",
    "endpoint": "endpoint",
    "model package group": "layers",
    "notebook": "book",
    "team": "person",
}
# What belongs to another resource, or is drawn as a wall, a door or a key; all else has a box, whatever it is.
_BELONGS = (
    "AWS::ApplicationAutoScaling::",
    "AWS::Batch::ComputeEnvironment",
    "AWS::Batch::JobDefinition",
    "AWS::CDK::",
    "AWS::CloudFormation::",
    "AWS::Cognito::UserPoolGroup",
    "AWS::EC2::",
    "AWS::Glue::Connection",
    "AWS::Glue::SecurityConfiguration",
    "AWS::IAM::",
    "AWS::KMS::",
    "AWS::Lambda::EventInvokeConfig",
    "AWS::Lambda::EventSourceMapping",
    "AWS::Lambda::LayerVersion",
    "AWS::Lambda::Permission",
    "AWS::Lambda::Version",
    "AWS::Logs::",
    "AWS::S3::BucketPolicy",
    "AWS::SNS::Subscription",
    "AWS::SNS::TopicPolicy",
    "AWS::SQS::QueuePolicy",
    "AWS::SSM::Parameter",
    "AWS::SageMaker::CodeRepository",
    "AWS::SageMaker::DataQualityJobDefinition",
    "AWS::SageMaker::EndpointConfig",
    "AWS::SageMaker::Model",
    "AWS::SageMaker::NotebookInstanceLifecycleConfig",
    "Custom::",
)
_WHOLE = ("AWS::SageMaker::ModelPackageGroup", "AWS::SageMaker::MonitoringSchedule")
_IN_SUBNETS = ("VpcConfig", "SubnetId", "SubnetIds", "Subnets", "VpcConnectionConfig")


def belongs(type_: str) -> bool:
    """Tell whether resources of a type have no box of their own."""
    return type_.startswith(_BELONGS) and type_ not in _WHOLE


def in_subnets(value: Any) -> bool:
    """Tell whether properties put something into subnets."""
    if isinstance(value, Mapping):
        return any(value.get(key) for key in _IN_SUBNETS) or any(in_subnets(item) for item in value.values())
    return isinstance(value, list) and any(in_subnets(item) for item in value)


def counted(nouns: Iterable[str]) -> list[str]:
    """Return what there is, with how many, in the order of first sight: `2 topics`."""
    return [f"{times} {noun}{'s' if times > 1 else ''}" for noun, times in Counter(nouns).items()]


def noun_of(resource: Resource) -> str:
    """Return what a resource that has no word of its own is called: the end of its type, `UserPool`."""
    return resource.type.rsplit("::", 1)[-1]
