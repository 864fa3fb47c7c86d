"""Alarms on what a function finds of one use case."""

from collections.abc import Mapping
from typing import ClassVar

from constructs import Construct

from constructs.alarm import Bound, Metric, alarm

# For trouble that stays: the next look counts it again, so the alarm stays as long.
UNTIL_IT_ENDS = Bound(periods=15, breaching=1)


class FindingAlarms(Construct):
    """One alarm per kind of finding, which the function counts in CloudWatch's namespace MlLoop.

    They exist before the first finding, since the first run may fail too.

    Args:
        environment: of the use case.
        use_case: as names of resources spell it.
        topic_arn: who is told.

    Attributes:
        findings: the metric's name, and what it tells people.
        runbook: what says what to do, each finding under a heading of its name.
        bound: when an alarm rings.
        names: of the alarms.
    """

    findings: ClassVar[Mapping[str, str]]
    runbook: ClassVar[str]
    bound: ClassVar[Bound] = Bound()

    def __init__(self, scope: Construct, construct_id: str, *, environment: str, use_case: str, topic_arn: str) -> None:
        super().__init__(scope, construct_id)
        self.names = [f"{environment}-{use_case}-{name}" for name in self.findings]
        for name, text in self.findings.items():
            alarm(
                self,
                name,
                name=f"{environment}-{use_case}-{name}",
                description=f"{environment}, {use_case}: {text}. {self.runbook}#{name.lower()}",
                metric=Metric("MlLoop", name, {"Environment": environment, "UseCase": use_case}),
                topic_arn=topic_arn,
                bound=self.bound,
            )
