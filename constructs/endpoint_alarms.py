"""Alarms on what an endpoint's callers see."""

from collections.abc import Sequence
from functools import partial

from aws_cdk import aws_cloudwatch as cloudwatch
from constructs import Construct

from constructs.alarm import Bound, Metric, alarm
from constructs.conditional import exists_if
from constructs.release_alarms import RUNBOOK

KINDS = ("Errors", "Latency")


class EndpointAlarms(Construct):
    """Errors and slow answers of one variant; they exist while the endpoint does.

    Attributes:
        refs: the alarms' names, as references.
        names: the same as text, for policies and dashboards.

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
        names = endpoint_alarm_names(stack_name, variant_name)
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
            name=names["Errors"],
            description=f"{variant_name} of {endpoint_name} answers with errors of its own (5XX). "
            f"{RUNBOOK}#{variant_name}alarmserrors",
            metric=metric("Invocation5XXErrors"),
            topic_arn=topic_arn,
            bound=Bound(periods=5, breaching=2),
        )
        latency = alarm(
            self,
            "Latency",
            name=names["Latency"],
            description=f"{variant_name} of {endpoint_name} is slow: p99 above {latency_ms} ms. "
            f"{RUNBOOK}#{variant_name}alarmslatency",
            metric=metric("ModelLatency", statistic="p99"),
            topic_arn=topic_arn,
            # The metric is in microseconds.
            bound=Bound(latency_ms * 1000, "GreaterThanThreshold", periods=5, breaching=3),
        )
        self.names = list(names.values())
        self.refs: list[dict[str, str]] = []
        for kind, resource in {"Errors": errors, "Latency": latency}.items():
            logical_id = bound_to_variant(resource, f"{variant_name.capitalize()}Alarms{kind}", condition)
            self.refs.append({"Ref": logical_id})


def bound_to_variant(resource: cloudwatch.CfnAlarm, logical_id: str, condition: str) -> str:
    """Let an alarm exist as long as its variant does, and return its logical id.

    The id is given, since asking for one takes three round trips to the CDK's JavaScript.
    """
    exists_if(resource, condition)
    resource.override_logical_id(logical_id)
    return logical_id


def endpoint_alarm_names(stack_name: str, variant_name: str, kinds: Sequence[str] = KINDS) -> dict[str, str]:
    """Return the names of a variant's alarms, by their kind."""
    return {kind: f"{stack_name}-{variant_name.capitalize()}Alarms{kind}" for kind in kinds}
