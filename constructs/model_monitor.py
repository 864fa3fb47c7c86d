"""What watches an endpoint's captured requests, whichever service does it."""

from typing import Protocol

from constructs import Construct

from constructs.monitor_alarms import MonitorAlarms, Watched


class MonitorBackend(Protocol):
    """Looks at captures on a schedule, each variant by itself.

    Whatever it is, its figures end in CloudWatch's namespace MlLoop, with the dimensions Environment, UseCase, Endpoint
    and Variant: of each monitor `<monitor>_violations`, and `captured_records`.
    """

    def bind(self, scope: Construct) -> None:
        """Make its resources in a scope."""


class ModelMonitor(Construct):
    """A backend, and the alarms on what it finds.

    Args:
        watched: whose captures.
        backend: looks at them.
        topic_arn: who is told.

    Attributes:
        drift_alarms: what the model is asked, or why it answers as it does, has changed.
        quality_alarms: its answers have got worse.
        alarms: names of all.
    """

    def __init__(
        self, scope: Construct, construct_id: str, *, watched: Watched, backend: MonitorBackend, topic_arn: str
    ) -> None:
        super().__init__(scope, construct_id)
        backend.bind(self)
        alarms = MonitorAlarms(self, "Alarms", watched=watched, topic_arn=topic_arn)
        self.drift_alarms = alarms.of(("data_quality", "explainability"))
        self.quality_alarms = alarms.of(("model_quality",))
        self.alarms = alarms.names
