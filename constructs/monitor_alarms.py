"""Alarms on what the monitors of one use case find of its champion, and on the monitors themselves."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar

from aws_cdk import aws_cloudwatch as cloudwatch
from constructs import Construct

from constructs.alarm import Bound, Metric, alarm
from constructs.finding_alarms import UNTIL_IT_ENDS, FindingAlarms
from constructs.variant_slot import CHAMPION

RUNBOOK = "docs/runbooks/monitoring.md"
# A window's figures come once: until the next one's they hold.
_LAST_WINDOW = Bound(missing="ignore")
_NOTHING = Bound(threshold=0, operator="LessThanOrEqualToThreshold", missing="ignore")
# The function says it at every look, hourly at least. Three hours without a word is trouble of its own.
_OVERDUE = Bound(periods=3, breaching=1, missing="missing")
_HOUR = 3600


@dataclass(frozen=True)
class Watched:
    """An endpoint whose captures are looked at.

    Attributes:
        environment: its name.
        use_case: as names of resources spell it.
        endpoint: the endpoint's name.
        monitors: `data_quality`, `model_quality`, `bias`, `explainability`, as far as they are wanted.
        variant: whose figures ring alarms; `all` where variants are not told apart.
    """

    environment: str
    use_case: str
    endpoint: str
    monitors: tuple[str, ...]
    variant: str = CHAMPION


class _Runs(FindingAlarms):
    """Trouble with the monitors themselves."""

    # Counted by the monitor function (lambda/monitor/aws.py).
    findings: ClassVar = {"MonitorFailed": "A look at captured requests failed"}
    runbook = RUNBOOK
    bound = UNTIL_IT_ENDS


class MonitorAlarms(Construct):
    """One alarm per monitor, at the champion's first violation in a window; on no captures, failed and missing runs.

    Args:
        watched: whose captures.
        topic_arn: who is told.

    Attributes:
        violations: by monitor.
        names: of all these alarms.
    """

    _FOUND: ClassVar = {
        "data_quality": ("DataQualityViolations", "What the champion is asked differs from what it was trained on"),
        "model_quality": ("ModelQualityViolations", "The champion is right less often than in its evaluation"),
        "bias": ("BiasViolations", "The champion treats groups of records less alike than in its evaluation"),
        "explainability": ("ExplainabilityViolations", "The champion answers for other reasons than in its evaluation"),
    }

    def __init__(self, scope: Construct, construct_id: str, *, watched: Watched, topic_arn: str) -> None:
        super().__init__(scope, construct_id)
        self._watched, self._topic_arn = watched, topic_arn
        self.names: list[str] = []
        self.violations = {
            monitor: self._of_champion(name, text, f"{monitor}_violations")
            for monitor, (name, text) in self._FOUND.items()
            if monitor in watched.monitors
        }
        if "data_quality" in watched.monitors:
            text = "Nothing was captured of the champion in a whole window"
            self._of_champion("NoCaptures", text, "captured_records", _NOTHING, "Maximum")
        own = {"Environment": watched.environment, "UseCase": watched.use_case}
        self._alarm(
            "MonitorOverdue",
            "Two windows have ended and nothing has looked at them, or nothing says so any more",
            Metric("MlLoop", "MonitorOverdue", own, "Maximum", _HOUR),
            _OVERDUE,
        )
        runs = _Runs(self, "Runs", environment=watched.environment, use_case=watched.use_case, topic_arn=topic_arn)
        self.names += runs.names

    def of(self, monitors: Iterable[str]) -> tuple[cloudwatch.CfnAlarm, ...]:
        """Return the alarms of some monitors, as far as they are wanted."""
        return tuple(self.violations[monitor] for monitor in monitors if monitor in self.violations)

    def _of_champion(
        self, name: str, text: str, metric: str, bound: Bound = _LAST_WINDOW, statistic: str = "Maximum"
    ) -> cloudwatch.CfnAlarm:
        # The dimensions that the function publishes under (lambda/monitor/published.py).
        dimensions = {
            "Environment": self._watched.environment,
            "UseCase": self._watched.use_case,
            "Endpoint": self._watched.endpoint,
            "Variant": self._watched.variant,
        }
        return self._alarm(name, text, Metric("MlLoop", metric, dimensions, statistic), bound)

    def _alarm(self, name: str, text: str, metric: Metric, bound: Bound) -> cloudwatch.CfnAlarm:
        environment, use_case = self._watched.environment, self._watched.use_case
        self.names.append(f"{environment}-{use_case}-{name}")
        return alarm(
            self,
            name,
            name=self.names[-1],
            description=f"{environment}, {use_case}: {text}. {RUNBOOK}#{name.lower()}",
            metric=metric,
            topic_arn=self._topic_arn,
            bound=bound,
        )
