"""Alarms on the releases of one use case."""

from constructs import Construct

from constructs.alarm import Bound, Metric, alarm

# Each metric counts findings of the release function; docs/runbooks/release.md says what to do.
_METRICS = {
    "ReleaseFailed": "A release failed; the model before it serves on",
    "ReleaseBlocked": "Releases are blocked: the serving stack needs a person",
    "RejectedModelLive": "The live model is no longer approved, and there is no approved one to put in its place",
}


class ReleaseAlarms(Construct):
    """One alarm per kind of trouble. They exist before the first release, since that one may fail too.

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
                description=f"{environment}, {use_case}: {text}. docs/runbooks/release.md",
                metric=Metric("MlLoop", name, {"Environment": environment, "UseCase": use_case}),
                topic_arn=topic_arn,
                # Trouble that stays is counted again by the hourly look, so the alarm stays as long.
                bound=Bound(periods=15, breaching=1),
            )
