"""Alarms on what an endpoint's callers see."""

import aws_cdk as cdk
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_sns as sns
from constructs import Construct

from constructs.durations import minutes


class EndpointAlarms(Construct):
    """Errors and slow answers of one variant; they exist while the endpoint does.

    Args:
        endpoint_name: endpoint that is watched.
        variant_name: variant that is watched.
        condition: under which the endpoint exists.
        topic: who is told.
        latency_ms: the slowest one in a hundred answers may take this long, milliseconds.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        endpoint_name: str,
        variant_name: str,
        condition: cdk.CfnCondition,
        topic: sns.ITopic,
        latency_ms: int = 1000,
    ) -> None:
        super().__init__(scope, construct_id)
        dimensions = {"EndpointName": endpoint_name, "VariantName": variant_name}
        errors = cloudwatch.Alarm(
            self,
            "Errors",
            alarm_description=f"{endpoint_name} answers with errors of its own (5XX). docs/runbooks/release.md",
            metric=_metric("Invocation5XXErrors", dimensions, "Sum"),
            threshold=1,
            comparison_operator=cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
            evaluation_periods=3,
            datapoints_to_alarm=2,
            treat_missing_data=cloudwatch.TreatMissingData.NOT_BREACHING,
        )
        latency = cloudwatch.Alarm(
            self,
            "Latency",
            alarm_description=f"{endpoint_name} is slow: p99 above {latency_ms} ms. docs/runbooks/release.md",
            metric=_metric("ModelLatency", dimensions, "p99"),
            threshold=latency_ms * 1000,  # the metric is in microseconds
            comparison_operator=cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD,
            evaluation_periods=3,
            treat_missing_data=cloudwatch.TreatMissingData.NOT_BREACHING,
        )
        self.names: list[str] = []
        stack, tell = cdk.Stack.of(self), actions.SnsAction(topic)
        for alarm in (errors, latency):
            alarm.add_alarm_action(tell)
            resource = alarm.node.default_child
            assert isinstance(resource, cloudwatch.CfnAlarm)  # noqa: S101 - narrows a type
            resource.cfn_options.condition = condition
            # CloudFormation's name of an unnamed alarm: stack, logical id, random ending.
            self.names.append(f"{stack.stack_name}-{stack.resolve(resource.logical_id)}")


def _metric(name: str, dimensions: dict[str, str], statistic: str) -> cloudwatch.Metric:
    return cloudwatch.Metric(
        namespace="AWS/SageMaker",
        metric_name=name,
        dimensions_map=dimensions,
        statistic=statistic,
        period=minutes(5),
    )
