"""Monitoring by SageMaker Model Monitor: what has the monitor function look at what its schedules found."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from constructs import Construct

from constructs.arns import Arns
from constructs.look_rule import endpoint_came_to_rest
from constructs.look_terms import LookTerms
from constructs.monitor_alarms import Watched


class NativeMonitorLooks:
    """The rules that have the monitor function look. As `MonitorBackend` of `ModelMonitor`.

    The schedules themselves stand in the serving stack, since they follow the champion's parameter.

    Args:
        looks: on what terms.
        watched: by which monitors.
    """

    def __init__(self, looks: LookTerms, watched: Watched) -> None:
        self._looks, self._watched = looks, watched

    def bind(self, scope: Construct) -> None:
        """Make the rules.

        A model package's event has its baselines laid where its monitors will look for them, minutes before there are
        any; the others have executions read. Whatever is lost, the next hour makes up for.
        """
        looks, arns, rule = self._looks, Arns.of(scope), partial(self._looks.rule, scope)
        # Named as constructs/native_monitor.py does.
        names = [f"{looks.endpoint}-{monitor.replace('_', '-')}" for monitor in self._watched.monitors]
        schedules = [arns.arn("sagemaker", f"monitoring-schedule/{name}") for name in names]
        rule("Hourly", "an hour has passed", schedule_expression="rate(1 hour)")
        rule("Over", "SageMaker has looked at captured requests", event_pattern=_job_is_over(schedules))
        rule("Endpoint", "its endpoint came to rest", event_pattern=endpoint_came_to_rest(looks.endpoint))
        rule("Package", "a model package has changed", event_pattern=_package_changed(looks.endpoint))


def _job_is_over(schedules: list[str]) -> Mapping[str, Any]:
    return {
        "source": ["aws.sagemaker"],
        "detail-type": ["SageMaker Processing Job State Change"],
        "detail": {
            "ProcessingJobStatus": ["Completed", "Failed", "Stopped"],
            "MonitoringScheduleArn": schedules,
        },
    }


def _package_changed(group: str) -> Mapping[str, Any]:
    return {
        "source": ["aws.sagemaker"],
        "detail-type": ["SageMaker Model Package State Change"],
        "detail": {"ModelPackageGroupName": [group]},
    }
