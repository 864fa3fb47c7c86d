"""Alarms that every function has."""

from constructs import Construct

from constructs.alarm import Metric, alarm


class FunctionAlarms(Construct):
    """One alarm on errors and one on throttles, each at the first.

    Args:
        function_name: what is watched.
        name: what people call it.
        topic_arn: who is told.
        runbook: what says what to do.
    """

    def __init__(
        self, scope: Construct, construct_id: str, *, function_name: str, name: str, topic_arn: str, runbook: str
    ) -> None:
        super().__init__(scope, construct_id)
        for kind in ("Errors", "Throttles"):
            alarm(
                self,
                kind,
                description=f"The {name} function has {kind.lower()}. {runbook}",
                metric=Metric("AWS/Lambda", kind, {"FunctionName": function_name}),
                topic_arn=topic_arn,
            )
