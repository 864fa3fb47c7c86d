"""Room and time that functions, queues, tables and jobs have: less of it, or none."""

import math
from collections.abc import Iterator

from ops.review.interruption.sizes import smaller
from ops.review.model import Class, Compared, Found, Severity
from ops.review.values import at, shown
from ops.review.worse import Row, Worse
from ops.review.worse import found as worse_found

_HIGH, _MEDIUM, _LOW = Severity.HIGH, Severity.MEDIUM, Severity.LOW
_FUNCTION, _SCALING = "AWS::Lambda::Function", "AWS::ApplicationAutoScaling::ScalableTarget"
_TABLE, _BATCH = "AWS::DynamoDB::Table", "AWS::Batch::ComputeEnvironment"
_THROTTLED = "what comes faster is throttled"
_EVENTS = ("DISABLED", "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS", "ENABLED")

ROWS = (
    Row(_FUNCTION, "Timeout", Worse.LOWER, _MEDIUM, "The function's time", "what takes longer is cut off", 3, "s"),
    Row(
        _FUNCTION,
        "MemorySize",
        Worse.LOWER,
        _MEDIUM,
        "The function's memory",
        "what needs more fails, and its share of a processor falls with it",
        128,
        "MB",
    ),
    Row(
        _FUNCTION,
        "ReservedConcurrentExecutions",
        Worse.LOWER,
        _MEDIUM,
        "How often the function runs at once",
        "what comes then is throttled, and with 0 it never runs",
        math.inf,
    ),
    Row(
        _FUNCTION,
        "EphemeralStorage.Size",
        Worse.LOWER,
        _MEDIUM,
        "The function's disk",
        "what writes more fails",
        512,
        "MB",
    ),
    Row(
        "AWS::Lambda::Alias",
        "ProvisionedConcurrencyConfig.ProvisionedConcurrentExecutions",
        Worse.LOWER,
        _MEDIUM,
        "What is kept warm",
        "more calls wait for a cold start",
        0,
    ),
    Row(
        "AWS::Lambda::EventSourceMapping",
        "Enabled",
        Worse.OFF,
        _HIGH,
        "Taking from its queue or stream",
        "messages wait until they expire",
        True,
    ),
    Row(
        "AWS::Lambda::EventSourceMapping",
        "ScalingConfig.MaximumConcurrency",
        Worse.LOWER,
        _LOW,
        "How many take from the queue at once",
        "messages wait longer",
        math.inf,
    ),
    Row(
        "AWS::Events::Rule",
        "State",
        Worse.EARLIER,
        _HIGH,
        "The rule",
        "its targets no longer hear of its events",
        "ENABLED",
        ranks=_EVENTS,
    ),
    Row(
        "AWS::Scheduler::Schedule",
        "State",
        Worse.OFF,
        _HIGH,
        "The schedule",
        "its target is no longer called",
        "ENABLED",
    ),
    Row("AWS::Events::Rule", "Targets", Worse.FEWER, _HIGH, "The number of targets", "some no longer hear of its events"),
    Row(
        _SCALING,
        "MinCapacity",
        Worse.LOWER,
        _MEDIUM,
        "The least capacity",
        "less is there when load comes suddenly, and with one instance none is left when it fails",
    ),
    Row(_SCALING, "MaxCapacity", Worse.LOWER, _MEDIUM, "The most capacity", "peaks above it get errors"),
    Row(
        "AWS::ApplicationAutoScaling::ScalingPolicy",
        "TargetTrackingScalingPolicyConfiguration.TargetValue",
        Worse.HIGHER,
        _LOW,
        "The load at which capacity is added",
        "it is added later",
    ),
    Row(_TABLE, "ProvisionedThroughput.ReadCapacityUnits", Worse.LOWER, _MEDIUM, "What can be read in a second", _THROTTLED),
    Row(_TABLE, "ProvisionedThroughput.WriteCapacityUnits", Worse.LOWER, _MEDIUM, "What can be written in a second", _THROTTLED),
    Row(
        _TABLE,
        "BillingMode",
        Worse.EARLIER,
        _MEDIUM,
        "The table's capacity",
        "it no longer follows the load, " + _THROTTLED,
        "PROVISIONED",
        ranks=("PROVISIONED", "PAY_PER_REQUEST"),
    ),
    Row("AWS::Kinesis::Stream", "ShardCount", Worse.LOWER, _MEDIUM, "The number of shards", _THROTTLED),
    Row(_BATCH, "ComputeResources.MaxvCpus", Worse.LOWER, _MEDIUM, "The most processors", "jobs wait longer"),
    Row(_BATCH, "State", Worse.OFF, _HIGH, "The compute environment", "its queues have nothing to run jobs on", "ENABLED"),
    Row("AWS::Batch::JobQueue", "State", Worse.OFF, _HIGH, "The queue", "jobs can no longer be submitted to it", "ENABLED"),
    Row("AWS::ECS::Service", "DesiredCount", Worse.LOWER, _MEDIUM, "The number of tasks", "less room for requests"),
    Row("AWS::AutoScaling::AutoScalingGroup", "MinSize", Worse.LOWER, _MEDIUM, "The least instances", "less room for load"),
    Row("AWS::RDS::DBInstance", "MultiAZ", Worse.OFF, _HIGH, "The standby in a second zone", "nothing takes over when the zone fails"),
    Row("AWS::KMS::Key", "Enabled", Worse.OFF, _HIGH, "The key", "nobody can read or write what it encrypts", True),
    Row(
        "AWS::EC2::VPCEndpoint",
        "PrivateDnsEnabled",
        Worse.OFF,
        _HIGH,
        "The service's usual name inside the network",
        "callers that use it leave the network, or find no way",
    ),
)
_INSTANCES = {
    "AWS::SageMaker::NotebookInstance": ("InstanceType", "the notebook is stopped and started again"),
    "AWS::RDS::DBInstance": ("DBInstanceClass", "the database is down for minutes while it moves"),
}


def found(compared: Compared) -> Iterator[Found]:
    """Yield what has less room or time."""
    yield from worse_found(ROWS, Class.INTERRUPTION, compared)
    before, after = compared.before, compared.after
    if before is None or after is None or after.type not in _INSTANCES:
        return
    path, why = _INSTANCES[after.type]
    was, becomes = at(before, path), at(after, path)
    if was is not None and becomes is not None and was != becomes:
        less = ", which is smaller" if smaller(was, becomes) else ""
        text = f"{path} goes from {shown(was)} to {shown(becomes)}{less}: {why}"
        yield Found(Class.INTERRUPTION, Severity.MEDIUM, text, (f"Properties.{path}",))
