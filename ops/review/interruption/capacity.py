"""Room and time that functions, queues, tables and jobs have: less of it, or none."""

import math
from collections.abc import Iterator

from ops.review.model import Class, Compared, Found, Severity
from ops.review.sizes import smaller
from ops.review.values import at, shown
from ops.review.worse import Row, Rows, Worse
from ops.review.worse import found as worse_found

_HIGH, _MEDIUM, _LOW = Severity.HIGH, Severity.MEDIUM, Severity.LOW
_FUNCTION, _SCALING = "AWS::Lambda::Function", "AWS::ApplicationAutoScaling::ScalableTarget"
_TABLE, _BATCH = "AWS::DynamoDB::Table", "AWS::Batch::ComputeEnvironment"
_AT_ONCE = "ReservedConcurrentExecutions"
_THROTTLED = "what comes faster is throttled"
_EVENTS = ("DISABLED", "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS", "ENABLED")

ROWS: Rows = {
    "AWS::SageMaker::NotebookInstance": (
        Row("VolumeSizeInGB", Worse.LOWER, _MEDIUM, "The volume", "SageMaker refuses to shrink it", 5, "GB"),
    ),
    _FUNCTION: (
        Row("Timeout", Worse.LOWER, _MEDIUM, "The function's time", "what takes longer is cut off", 3, "s"),
        Row(
            "MemorySize",
            Worse.LOWER,
            _MEDIUM,
            "The function's memory",
            "what needs more fails, and its share of a processor falls with it",
            128,
            "MB",
        ),
        Row(
            _AT_ONCE,
            Worse.LOWER,
            _MEDIUM,
            "How often the function runs at once",
            "what comes then is throttled",
            math.inf,
        ),
        Row("EphemeralStorage.Size", Worse.LOWER, _MEDIUM, "The function's disk", "what writes more fails", 512, "MB"),
    ),
    "AWS::Lambda::Alias": (
        Row(
            "ProvisionedConcurrencyConfig.ProvisionedConcurrentExecutions",
            Worse.LOWER,
            _MEDIUM,
            "What is kept warm",
            "more calls wait for a cold start",
            0,
        ),
    ),
    "AWS::Lambda::EventSourceMapping": (
        Row("Enabled", Worse.OFF, _HIGH, "Taking from its queue or stream", "messages wait until they expire", True),
        Row(
            "ScalingConfig.MaximumConcurrency",
            Worse.LOWER,
            _LOW,
            "How many take from the queue at once",
            "messages wait longer",
            math.inf,
        ),
    ),
    "AWS::Events::Rule": (
        Row(
            "State",
            Worse.EARLIER,
            _HIGH,
            "The rule",
            "its targets no longer hear of its events",
            "ENABLED",
            ranks=_EVENTS,
        ),
        Row("Targets", Worse.FEWER, _HIGH, "The number of targets", "some no longer hear of its events"),
    ),
    "AWS::Scheduler::Schedule": (
        Row("State", Worse.OFF, _HIGH, "The schedule", "its target is no longer called", "ENABLED"),
    ),
    _SCALING: (
        Row(
            "MinCapacity",
            Worse.LOWER,
            _MEDIUM,
            "The least capacity",
            "less is there when load comes suddenly, and with one instance none is left when it fails",
        ),
        Row("MaxCapacity", Worse.LOWER, _MEDIUM, "The most capacity", "peaks above it get errors"),
    ),
    "AWS::ApplicationAutoScaling::ScalingPolicy": (
        Row(
            "TargetTrackingScalingPolicyConfiguration.TargetValue",
            Worse.HIGHER,
            _LOW,
            "The load at which capacity is added",
            "it is added later",
        ),
    ),
    _TABLE: (
        Row(
            "ProvisionedThroughput.ReadCapacityUnits", Worse.LOWER, _MEDIUM, "What can be read in a second", _THROTTLED
        ),
        Row(
            "ProvisionedThroughput.WriteCapacityUnits",
            Worse.LOWER,
            _MEDIUM,
            "What can be written in a second",
            _THROTTLED,
        ),
        Row(
            "BillingMode",
            Worse.EARLIER,
            _MEDIUM,
            "The table's capacity",
            "it no longer follows the load, " + _THROTTLED,
            "PROVISIONED",
            ranks=("PROVISIONED", "PAY_PER_REQUEST"),
        ),
    ),
    "AWS::Kinesis::Stream": (Row("ShardCount", Worse.LOWER, _MEDIUM, "The number of shards", _THROTTLED),),
    _BATCH: (
        Row("ComputeResources.MaxvCpus", Worse.LOWER, _MEDIUM, "The most processors", "jobs wait longer"),
        Row("State", Worse.OFF, _HIGH, "The compute environment", "its queues have nothing to run jobs on", "ENABLED"),
    ),
    "AWS::Batch::JobQueue": (
        Row("State", Worse.OFF, _HIGH, "The queue", "jobs can no longer be submitted to it", "ENABLED"),
    ),
    "AWS::ECS::Service": (Row("DesiredCount", Worse.LOWER, _MEDIUM, "The number of tasks", "less room for requests"),),
    "AWS::AutoScaling::AutoScalingGroup": (
        Row("MinSize", Worse.LOWER, _MEDIUM, "The least instances", "less room for load"),
    ),
    "AWS::RDS::DBInstance": (
        Row("MultiAZ", Worse.OFF, _HIGH, "The standby in a second zone", "nothing takes over when the zone fails"),
    ),
    "AWS::KMS::Key": (Row("Enabled", Worse.OFF, _HIGH, "The key", "nobody can read or write what it encrypts", True),),
    "AWS::EC2::VPCEndpoint": (
        Row(
            "PrivateDnsEnabled",
            Worse.OFF,
            _HIGH,
            "The service's usual name inside the network",
            "callers that use it leave the network, or find no way",
        ),
    ),
}
_INSTANCES = {
    "AWS::SageMaker::NotebookInstance": ("InstanceType", "the notebook is stopped and started again"),
    "AWS::RDS::DBInstance": ("DBInstanceClass", "the database is down for minutes while it moves"),
}


def found(compared: Compared) -> Iterator[Found]:
    """Yield what has less room or time."""
    yield from worse_found(ROWS, Class.INTERRUPTION, compared)
    before, after = compared.before, compared.after
    if after and after.type == _FUNCTION and at(after, _AT_ONCE) == 0 != at(before, _AT_ONCE):
        text = "The function never runs from now on: none of it may run at once"
        yield Found(Class.INTERRUPTION, Severity.HIGH, text, (f"Properties.{_AT_ONCE}",))
    if before is None or after is None or after.type not in _INSTANCES:
        return
    path, why = _INSTANCES[after.type]
    was, becomes = at(before, path), at(after, path)
    if was is not None and becomes is not None and was != becomes:
        less = ", which is smaller" if smaller(was, becomes) else ""
        text = f"{path} goes from {shown(was)} to {shown(becomes)}{less}: {why}"
        yield Found(Class.INTERRUPTION, Severity.MEDIUM, text, (f"Properties.{path}",))
