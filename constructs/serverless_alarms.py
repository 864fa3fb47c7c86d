"""Alarms on what a serverless endpoint runs out of."""

from constructs import Construct

from constructs.alarm import Bound, Metric, alarm
from constructs.endpoint_alarms import bound_to_variant, endpoint_alarm_names
from constructs.release_alarms import RUNBOOK

KINDS = ("Concurrency", "Memory")
_PERCENT = 90  # of the memory, above which the next request may end the container


class ServerlessAlarms(Construct):
    """Concurrency and memory of one variant, beside the alarms of every endpoint; they exist while the variant does.

    How long containers take to start is no trouble of its own: `ModelSetupTime` says it. The metrics are those of
    "Alarms and logs for tracking metrics from serverless endpoints", developer guide, which lists all that there are.

    Attributes:
        names: the alarms', for policies and dashboards.

    Args:
        stack_name: name of the stack that the alarms are in.
        endpoint_name: endpoint that is watched.
        variant_name: variant that is watched.
        condition: logical id of the one under which the variant exists.
        topic_arn: who is told.
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
    ) -> None:
        super().__init__(scope, construct_id)
        of_variant = {"EndpointName": endpoint_name, "VariantName": variant_name}
        names = endpoint_alarm_names(stack_name, variant_name, KINDS)
        concurrency = alarm(
            self,
            "Concurrency",
            name=names["Concurrency"],
            description=f"{endpoint_name} answers as many requests at once as it may, and refuses others. "
            f"{RUNBOOK}#{variant_name}alarmsconcurrency",
            # Executions by the maximum: a share, 1 at the most.
            metric=Metric(
                "AWS/SageMaker", "ServerlessConcurrentExecutionsUtilization", of_variant, "Maximum", seconds=60
            ),
            topic_arn=topic_arn,
            bound=Bound(1, periods=5, breaching=3),
        )
        memory = alarm(
            self,
            "Memory",
            name=names["Memory"],
            description=f"{endpoint_name} uses more than {_PERCENT} % of its memory. "
            f"{RUNBOOK}#{variant_name}alarmsmemory",
            metric=Metric("/aws/sagemaker/Endpoints", "MemoryUtilization", of_variant, "Maximum", seconds=60),
            topic_arn=topic_arn,
            bound=Bound(_PERCENT, "GreaterThanThreshold", periods=5, breaching=2),
        )
        self.names = list(names.values())
        for kind, resource in {"Concurrency": concurrency, "Memory": memory}.items():
            bound_to_variant(resource, f"{variant_name.capitalize()}Alarms{kind}", condition)
