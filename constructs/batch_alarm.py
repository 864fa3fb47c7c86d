"""The alarm on the batch transforms of one use case."""

from constructs import Construct

from constructs.alarm import Metric, alarm

RUNBOOK = "docs/runbooks/batch-transform.md"


class BatchAlarm(Construct):
    """Alarms when a run failed as often as it is tried: its files wait until a person helps.

    Args:
        environment: of the use case.
        use_case: as names of resources spell it.
        topic_arn: who is told.
    """

    def __init__(self, scope: Construct, construct_id: str, *, environment: str, use_case: str, topic_arn: str) -> None:
        super().__init__(scope, construct_id)
        alarm(
            self,
            "Resource",
            description=f"{environment}, {use_case}: a batch transform failed; its files wait. {RUNBOOK}",
            metric=Metric("MlLoop", "BatchFailed", {"Environment": environment, "UseCase": use_case}),
            topic_arn=topic_arn,
        )
