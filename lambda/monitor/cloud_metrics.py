"""Metrics of monitoring, in CloudWatch."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from monitor import published
from monitor.events import Monitor
from monitor.published import Place
from monitor.state import Run
from shared.metrics import NAMESPACE

_AT_ONCE = 500  # PutMetricData takes 1000, and 1 MB: names of columns can be long
_OLDEST = timedelta(days=13)  # PutMetricData takes two weeks


class CloudMetrics:
    """What monitors found, where alarms and dashboards look."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def publish(
        self, measured: list[dict[str, Any]], run: Run, place: Place, features: int, *, at: datetime, now: datetime
    ) -> None:
        """Publish what a run measured as of a time, of as many columns as `features`; what is too old is left out."""
        if now - at < _OLDEST:
            self._put(published.data(measured, run, place, features, at))

    def say_nothing_found(
        self, monitors: Iterable[Monitor], use_case: str, variant: str, place: Place, at: datetime
    ) -> None:
        """Publish of a variant that no monitor has found a violation."""
        self._put(published.nothing_found(monitors, use_case, variant, place, at))

    def _put(self, data: Iterable[Mapping[str, Any]]) -> None:
        every = list(data)
        for first in range(0, len(every), _AT_ONCE):
            self._client.put_metric_data(Namespace=NAMESPACE, MetricData=every[first : first + _AT_ONCE])
