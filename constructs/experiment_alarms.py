"""Alarms on the experiments of one use case."""

from constructs import Construct

from constructs.alarm import Bound, Metric, alarm

RUNBOOK = "docs/runbooks/experiments.md"
# Each metric counts findings of the experiment function (lambda/experiment/steps.py).
_METRICS = {
    "ExperimentAsks": "An experiment asks a person to decide",
    "ExperimentWithoutSums": "Looks at an experiment get no sums of outcomes; its guards are still watched",
    "ExperimentBlocked": "An experiment waits: its endpoint is not in service",
}


class ExperimentAlarms(Construct):
    """One alarm per kind of trouble.

    Args:
        environment: of the use case.
        use_case: as names of resources spell it.
        topic_arn: who is told.
    """

    def __init__(self, scope: Construct, construct_id: str, *, environment: str, use_case: str, topic_arn: str) -> None:
        super().__init__(scope, construct_id)
        for name, text in _METRICS.items():
            alarm(
                self,
                name,
                description=f"{environment}, {use_case}: {text}. {RUNBOOK}",
                metric=Metric("MlLoop", name, {"Environment": environment, "UseCase": use_case}),
                topic_arn=topic_arn,
                # Trouble that stays is counted again by the next look, so the alarm stays as long.
                bound=Bound(periods=15, breaching=1),
            )
