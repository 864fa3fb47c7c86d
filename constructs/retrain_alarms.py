"""Alarms on the loop of one use case."""

from constructs import Construct

from constructs.alarm import Bound, Metric, alarm

RUNBOOK = "docs/runbooks/retraining.md"
# Each metric counts findings of the retrain function (lambda/retrain/aws.py).
_METRICS = {
    "RetrainFailed": "A training of the loop failed",
    "RetrainRefused": "A model that the loop trained does not pass its gate",
    "RetrainBudgetSpent": "The loop has turned as often as it may; what has happened since waits",
}


class RetrainAlarms(Construct):
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
                # Trouble that stays is counted again by the next look, an hour later at most.
                bound=Bound(periods=15, breaching=1),
            )
