"""Properties that keep data from being lost, and get weaker."""

import math
from collections.abc import Iterator

from ops.review.model import Action, Class, Compared, Found, Severity
from ops.review.worse import Row, Rows, Worse
from ops.review.worse import found as worse_found

_HIGH, _MEDIUM, _LOW = Severity.HIGH, Severity.MEDIUM, Severity.LOW
_PITR = "PointInTimeRecoverySpecification"
_DELETABLE = "whoever removes or replaces it by mistake succeeds"
_BACK = "the table cannot be brought back to a moment in the past"


def _protection(path: str = "DeletionProtection") -> Row:
    return Row(path, Worse.OFF, _HIGH, "Deletion protection", _DELETABLE)


_OLDER = "older states cannot be restored, and 0 turns automatic backups off"
_BACKUPS = Row("BackupRetentionPeriod", Worse.LOWER, _HIGH, "What backups are kept", _OLDER, 1, "days")
ROWS: Rows = {
    "AWS::DynamoDB::Table": (
        _protection("DeletionProtectionEnabled"),
        Row(f"{_PITR}.PointInTimeRecoveryEnabled", Worse.OFF, _HIGH, "Point-in-time recovery", _BACK),
        Row(
            f"{_PITR}.RecoveryPeriodInDays",
            Worse.LOWER,
            _MEDIUM,
            "The reach of point-in-time recovery",
            "earlier states cannot be restored",
            35,
            "days",
        ),
        Row(
            "TimeToLiveSpecification.Enabled",
            Worse.ON,
            _MEDIUM,
            "Expiry of items",
            "DynamoDB deletes items whose time is over, also those that are there now",
        ),
    ),
    "AWS::DynamoDB::GlobalTable": (
        _protection("Replicas[Region].DeletionProtectionEnabled"),
        Row(f"Replicas[Region].{_PITR}.PointInTimeRecoveryEnabled", Worse.OFF, _HIGH, "Point-in-time recovery", _BACK),
    ),
    "AWS::RDS::DBInstance": (
        _protection(),
        _BACKUPS,
    ),
    "AWS::RDS::DBCluster": (
        _protection(),
        _BACKUPS,
    ),
    "AWS::Neptune::DBCluster": (
        _protection(),
        _BACKUPS,
    ),
    "AWS::DocDB::DBCluster": (
        _protection(),
        _BACKUPS,
    ),
    "AWS::Cognito::UserPool": (_protection(),),
    "AWS::Logs::LogGroup": (
        _protection("DeletionProtectionEnabled"),
        Row(
            "RetentionInDays",
            Worse.LOWER,
            _MEDIUM,
            "What log events are kept",
            "older ones are deleted soon after the deployment",
            math.inf,
            "days",
        ),
    ),
    "AWS::CloudFormation::Stack": (
        Row(
            "EnableTerminationProtection",
            Worse.OFF,
            _HIGH,
            "Termination protection",
            "whoever deletes the stack by mistake succeeds",
        ),
    ),
    "AWS::EFS::FileSystem": (
        Row(
            "BackupPolicy.Status",
            Worse.OFF,
            _HIGH,
            "Daily backups",
            "files that are deleted or overwritten cannot be brought back",
        ),
    ),
    "AWS::KMS::Key": (
        Row(
            "PendingWindowInDays",
            Worse.LOWER,
            _HIGH,
            "The time in which the key's deletion can be cancelled",
            "less time to notice before what it encrypts is unreadable for good",
            30,
            "days",
        ),
    ),
    "AWS::SQS::Queue": (
        Row(
            "MessageRetentionPeriod",
            Worse.LOWER,
            _MEDIUM,
            "How long messages are kept",
            "those that nobody has taken by then are gone",
            345600,
            "s",
        ),
    ),
    "AWS::Kinesis::Stream": (
        Row(
            "RetentionPeriodHours",
            Worse.LOWER,
            _MEDIUM,
            "How long records are kept",
            "readers that lag or replay miss them",
            24,
            "hours",
        ),
    ),
    "AWS::CloudTrail::EventDataStore": (
        Row(
            "RetentionPeriod", Worse.LOWER, _HIGH, "What audit events are kept", "older ones are deleted", 2557, "days"
        ),
    ),
    "AWS::Backup::BackupPlan": (
        Row(
            "BackupPlan.BackupPlanRule[RuleName].Lifecycle.DeleteAfterDays",
            Worse.LOWER,
            _HIGH,
            "What recovery points are kept",
            "earlier states cannot be restored",
            math.inf,
            "days",
        ),
    ),
    "AWS::Backup::BackupVault": (
        Row(
            "LockConfiguration",
            Worse.GONE,
            _HIGH,
            "The lock of the vault",
            "recovery points can be deleted before their time",
        ),
    ),
    "AWS::ECR::Repository": (
        Row(
            "ImageTagMutability",
            Worse.EARLIER,
            _MEDIUM,
            "Whether tags can be moved",
            "a push overwrites what a tag named",
            "MUTABLE",
            ranks=("MUTABLE", "IMMUTABLE"),
        ),
        Row("EmptyOnDelete", Worse.ON, _HIGH, "Deleting with all images", _DELETABLE),
    ),
    "AWS::SageMaker::FeatureGroup": (
        Row(
            "OfflineStoreConfig", Worse.GONE, _HIGH, "The offline store", "the history of features is no longer written"
        ),
    ),
}
# What keeps copies of other resources' data.
_KEEPERS = {
    "AWS::Backup::BackupPlan": "nothing is backed up by it any more",
    "AWS::Backup::BackupSelection": "what it selects is no longer backed up",
    "AWS::DLM::LifecyclePolicy": "no more snapshots are taken by it",
}


def found(compared: Compared) -> Iterator[Found]:
    """Yield which safeguards get weaker."""
    yield from worse_found(ROWS, Class.DATA_LOSS, compared)
    if compared.before and compared.before.type in _KEEPERS and compared.action is Action.REMOVE:
        says = f"{compared.before.logical_id} is removed: {_KEEPERS[compared.before.type]}"
        yield Found(Class.DATA_LOSS, Severity.HIGH, says)
