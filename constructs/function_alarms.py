"""Alarms that every function has."""

from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_sns as sns
from constructs import Construct

from constructs.durations import minutes


class FunctionAlarms(Construct):
    """One alarm on errors and one on throttles, each at the first.

    Args:
        function: what is watched.
        name: what people call it.
        topic: who is told.
        runbook: what says what to do.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        function: lambda_.IFunction,
        name: str,
        topic: sns.ITopic,
        runbook: str,
    ) -> None:
        super().__init__(scope, construct_id)
        period, tell = minutes(5), actions.SnsAction(topic)
        for kind, metric in {
            "Errors": function.metric_errors(period=period),
            "Throttles": function.metric_throttles(period=period),
        }.items():
            alarm = cloudwatch.Alarm(
                self,
                kind,
                alarm_description=f"The {name} function has {kind.lower()}. {runbook}",
                metric=metric,
                threshold=1,
                comparison_operator=cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
                evaluation_periods=1,
                treat_missing_data=cloudwatch.TreatMissingData.NOT_BREACHING,
            )
            alarm.add_alarm_action(tell)
