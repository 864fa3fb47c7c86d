"""Alarms on what an endpoint's callers see."""

import aws_cdk as cdk
from constructs import Construct

from constructs.alarm import Bound, Metric, alarm


class EndpointAlarms(Construct):
    """Errors and slow answers of one variant; they exist while the endpoint does.

    Args:
        endpoint_name: endpoint that is watched.
        variant_name: variant that is watched.
        condition: under which the endpoint exists.
        topic_arn: who is told.
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
        topic_arn: str,
        latency_ms: int = 1000,
    ) -> None:
        super().__init__(scope, construct_id)
        dimensions = {"EndpointName": endpoint_name, "VariantName": variant_name}
        errors = alarm(
            self,
            "Errors",
            description=f"{endpoint_name} answers with errors of its own (5XX). docs/runbooks/release.md",
            metric=Metric("AWS/SageMaker", "Invocation5XXErrors", dimensions),
            topic_arn=topic_arn,
            bound=Bound(periods=3, breaching=2),
        )
        latency = alarm(
            self,
            "Latency",
            description=f"{endpoint_name} is slow: p99 above {latency_ms} ms. docs/runbooks/release.md",
            metric=Metric("AWS/SageMaker", "ModelLatency", dimensions, "p99"),
            topic_arn=topic_arn,
            # The metric is in microseconds.
            bound=Bound(latency_ms * 1000, "GreaterThanThreshold", periods=3),
        )
        self.names: list[str] = []
        stack = cdk.Stack.of(self)
        for resource in (errors, latency):
            resource.cfn_options.condition = condition
            # CloudFormation's name of an unnamed alarm: stack, logical id, random ending.
            self.names.append(f"{stack.stack_name}-{stack.resolve(resource.logical_id)}")
