"""Alarms on the releases of one use case."""

from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_sns as sns
from constructs import Construct

from constructs.durations import minutes

# Each metric counts findings of the release function; docs/runbooks/release.md says what to do.
_METRICS = {
    "ReleaseFailed": "A release failed; the model before it serves on",
    "ReleaseBlocked": "Releases are blocked: the serving stack needs a person",
    "RejectedModelLive": "The live model is no longer approved, and there is no approved one to put in its place",
}


class ReleaseAlarms(Construct):
    """One alarm per kind of trouble. They exist before the first release, since that one may fail too."""

    def __init__(
        self, scope: Construct, construct_id: str, *, environment: str, use_case: str, topic: sns.ITopic
    ) -> None:
        super().__init__(scope, construct_id)
        period, tell = minutes(5), actions.SnsAction(topic)
        for name, text in _METRICS.items():
            alarm = cloudwatch.Alarm(
                self,
                name,
                alarm_description=f"{environment}, {use_case}: {text}. docs/runbooks/release.md",
                # Trouble that stays is counted again by the hourly look, so the alarm stays as long.
                metric=cloudwatch.Metric(
                    namespace="MlLoop",
                    metric_name=name,
                    dimensions_map={"Environment": environment, "UseCase": use_case},
                    statistic="Sum",
                    period=period,
                ),
                threshold=1,
                comparison_operator=cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
                evaluation_periods=15,
                datapoints_to_alarm=1,
                treat_missing_data=cloudwatch.TreatMissingData.NOT_BREACHING,
            )
            alarm.add_alarm_action(tell)
