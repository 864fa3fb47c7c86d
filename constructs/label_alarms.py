"""Alarms on the labelling of one use case."""

from constructs import Construct

from constructs.alarm import Metric, alarm

RUNBOOK = "docs/runbooks/labelling.md"
# Each metric counts findings of the label function (lambda/label/aws.py).
_METRICS = {
    "LabelFailed": "labelling failed, or labels could not be taken in; objects wait for a person",
    "LabelsDoubtful": "workers hardly agree; look at the report before training on these labels",
}


class LabelAlarms(Construct):
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
            )
