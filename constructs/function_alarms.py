"""Alarms that every function has."""

from constructs import Construct

from constructs.alarm import Metric, alarm


class FunctionAlarms(Construct):
    """One alarm on errors and one on throttles, each at the first.

    Args:
        function_name: what is watched.
        name: what people call it.
        alarms: what the alarms' names begin with.
        topic_arn: who is told.
        runbook: what says what to do, under a heading of its own.

    Attributes:
        names: of the alarms.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        function_name: str,
        name: str,
        alarms: str,
        topic_arn: str,
        runbook: str,
    ) -> None:
        super().__init__(scope, construct_id)
        self.names: list[str] = []
        heading = f"the-{name.replace(' ', '-')}-function-has-errors-or-is-throttled"
        for kind in ("Errors", "Throttles"):
            alarm(
                self,
                kind,
                name=f"{alarms}{kind}",
                description=f"The {name} function has {kind.lower()}. {runbook}#{heading}",
                metric=Metric("AWS/Lambda", kind, {"FunctionName": function_name}),
                topic_arn=topic_arn,
            )
            self.names.append(f"{alarms}{kind}")
