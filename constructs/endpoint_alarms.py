"""Alarms on what an endpoint's callers see."""

from functools import partial

from aws_cdk import aws_cloudwatch as cloudwatch
from constructs import Construct

from constructs.alarm import Bound, Metric, alarm
from constructs.conditional import exists_if


class EndpointAlarms(Construct):
    """Errors and slow answers of one variant; they exist while the endpoint does.

    Attributes:
        refs: the alarms' names, as references.
        names: what these names begin with, for policies.

    Args:
        stack_name: name of the stack that the alarms are in.
        endpoint_name: endpoint that is watched.
        variant_name: variant that is watched.
        condition: logical id of the one under which the variant exists.
        topic_arn: who is told.
        latency_ms: the slowest one in a hundred answers may take this long, milliseconds.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        stack_name: str,
        endpoint_name: str,
        variant_name: str,
        condition: str,
        topic_arn: str,
        latency_ms: int = 1000,
    ) -> None:
        super().__init__(scope, construct_id)
        # Minutes, since an update of the endpoint watches these alarms for ten or so.
        metric = partial(
            Metric,
            "AWS/SageMaker",
            dimensions={"EndpointName": endpoint_name, "VariantName": variant_name},
            seconds=60,
        )
        errors = alarm(
            self,
            "Errors",
            description=f"{endpoint_name} answers with errors of its own (5XX). docs/runbooks/release.md",
            metric=metric("Invocation5XXErrors"),
            topic_arn=topic_arn,
            bound=Bound(periods=5, breaching=2),
        )
        latency = alarm(
            self,
            "Latency",
            description=f"{endpoint_name} is slow: p99 above {latency_ms} ms. docs/runbooks/release.md",
            metric=metric("ModelLatency", statistic="p99"),
            topic_arn=topic_arn,
            # The metric is in microseconds.
            bound=Bound(latency_ms * 1000, "GreaterThanThreshold", periods=5, breaching=3),
        )
        self.refs: list[dict[str, str]] = []
        self.names: list[str] = []
        for kind, resource in {"Errors": errors, "Latency": latency}.items():
            logical_id = bound_to_variant(resource, f"{variant_name.capitalize()}Alarms{kind}", condition)
            self.refs.append({"Ref": logical_id})
            self.names.append(named_by_cloudformation(stack_name, logical_id))


def bound_to_variant(resource: cloudwatch.CfnAlarm, logical_id: str, condition: str) -> str:
    """Let an alarm exist as long as its variant does, and return its logical id.

    The id is given, since asking for one takes three round trips to the CDK's JavaScript.
    """
    exists_if(resource, condition)
    resource.override_logical_id(logical_id)
    return logical_id


def named_by_cloudformation(stack_name: str, logical_id: str) -> str:
    """Return how the name of an unnamed alarm begins: stack, logical id, and then a random ending."""
    return f"{stack_name}-{logical_id}"
