"""The alarm on the batch transforms of one use case."""

from aws_cdk import aws_cloudwatch as cloudwatch
from constructs import Construct

RUNBOOK = "docs/runbooks/batch-transform.md"


class BatchAlarm(Construct):
    """Alarms when a run failed as often as it is tried: its files wait until a person helps.

    Args:
        environment: of the use case.
        use_case: as names of resources spell it.
        topic_arn: who is told.
    """

    def __init__(self, scope: Construct, construct_id: str, *, environment: str, use_case: str, topic_arn: str) -> None:
        super().__init__(scope, construct_id)
        cloudwatch.CfnAlarm(
            self,
            "Resource",
            alarm_description=f"{environment}, {use_case}: a batch transform failed; its files wait. {RUNBOOK}",
            namespace="MlLoop",
            metric_name="BatchFailed",
            dimensions=[{"name": "Environment", "value": environment}, {"name": "UseCase", "value": use_case}],
            statistic="Sum",
            period=300,
            threshold=1,
            comparison_operator="GreaterThanOrEqualToThreshold",
            evaluation_periods=1,
            treat_missing_data="notBreaching",
            alarm_actions=[topic_arn],
        )
