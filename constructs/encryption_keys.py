"""One customer-managed key per purpose."""

from aws_cdk import aws_iam as iam
from constructs import Construct

from constructs.arns import Arns
from constructs.asked_once import Key
from constructs.durations import days
from constructs.removal import removal_policy
from constructs.statements import service


class EncryptionKeys(Construct):
    """Keys `data`, `models`, `logs` and `control`, rotated every year.

    IAM policies of the account decide who uses a key; services get what they need and no more, on behalf of this
    account where they say for whom they call.

    Args:
        environment: prefix of the log groups that the logs key serves.
        destroy: whether the keys go with the environment, after AWS's shortest wait of 7 days.
    """

    def __init__(self, scope: Construct, construct_id: str, *, environment: str, destroy: bool) -> None:
        super().__init__(scope, construct_id)
        self._destroy = destroy
        self.data = self._key("Data", f"ML Loop {environment}: raw, labelled, processed and captured data, volumes")
        self.models = self._key("Models", f"ML Loop {environment}: trained models")
        self.logs = self._key("Logs", f"ML Loop {environment}: log groups")
        self.control = self._key("Control", f"ML Loop {environment}: queues, topics and tables of the glue functions")
        arns = Arns.of(scope)
        self.logs.add_to_resource_policy(_log_groups(arns, environment))
        for statement in _events_and_warnings(arns):
            self.control.add_to_resource_policy(statement)

    def _key(self, construct_id: str, description: str) -> Key:
        return Key(
            self,
            construct_id,
            description=description,
            enable_key_rotation=True,
            pending_window=days(7 if self._destroy else 30),
            removal_policy=removal_policy(destroy=self._destroy),
        )


def _log_groups(arns: Arns, environment: str) -> iam.PolicyStatement:
    # Groups are unnamed: CloudFormation begins their names with the stack's, which begins with the environment's.
    groups = arns.arn("logs", "log-group")
    return iam.PolicyStatement(
        sid="LogGroupsOfThisEnvironment",
        principals=[service(f"logs.{arns.region}.amazonaws.com")],
        actions=["kms:Encrypt*", "kms:Decrypt*", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:Describe*"],
        resources=["*"],
        conditions={
            "ArnLike": {
                "kms:EncryptionContext:aws:logs:arn": [f"{groups}:{environment}-*", f"{groups}:/*/{environment}-*"]
            }
        },
    )


def _events_and_warnings(arns: Arns) -> list[iam.PolicyStatement]:
    # What a service needs that sends to an encrypted topic or queue.
    use = ["kms:Decrypt", "kms:GenerateDataKey*"]
    warnings = [
        iam.PolicyStatement(
            sid=f"{sid}OfThisAccount",
            principals=[service(name)],
            actions=use,
            resources=["*"],
            conditions={"StringEquals": {"aws:SourceAccount": arns.account}},
        )
        for sid, name in (("Alarms", "cloudwatch.amazonaws.com"), ("Budgets", "budgets.amazonaws.com"))
    ]
    # EventBridge does not say for whom it calls: with a condition it could not write to the dead-letter queue. The
    # queue's policy names its rules instead. https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html
    events = iam.PolicyStatement(
        sid="EventsToDeadLetters",
        principals=[service("events.amazonaws.com")],
        actions=use,
        resources=["*"],
    )
    return [*warnings, events]
