"""A training job's metrics: found in its lines by regular expressions, kept for the job and for CloudWatch."""

import re
import threading
import time
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from local_cloud.sagemaker.errors import validation_error

_NAMESPACE = "/aws/sagemaker/TrainingJobs"
_BATCH = 500  # PutMetricData takes 1000 values


def compile_definitions(definitions: list[dict[str, str]]) -> dict[str, re.Pattern[str]]:
    """Compile MetricDefinitions; SageMakerError if one is no regular expression with a group."""
    compiled = {}
    for definition in definitions:
        try:
            pattern = re.compile(definition["Regex"])
        except re.error as error:
            raise validation_error(
                f"MetricDefinitions {definition['Name']}: {definition['Regex']!r} is no regular expression: {error}."
            ) from error
        if not pattern.groups:
            raise validation_error(
                f"MetricDefinitions {definition['Name']}: {definition['Regex']!r} has no group in parentheses, which "
                "is what the value is read from."
            )
        compiled[definition["Name"]] = pattern
    return compiled


class Metrics:
    """Collects values while the job runs; `history` is what early stopping of tuning looks at."""

    def __init__(self, definitions: dict[str, re.Pattern[str]]) -> None:
        self._definitions = definitions
        self._lock = threading.Lock()
        self._values: list[tuple[str, float, float]] = []

    def look_at(self, line: str) -> None:
        """Take the values out of a line."""
        for name, pattern in self._definitions.items():
            match = pattern.search(line)
            if match is None:
                continue
            try:
                # AWS's own expressions take what is not blank, and the tab that ends a value is shown as #011.
                value = float(match.group(1).partition("#011")[0])
            except (AttributeError, ValueError):
                continue  # the group caught something else than a number
            with self._lock:
                self._values.append((name, value, round(time.time(), 3)))

    def history(self, name: str) -> list[float]:
        """Return the values of a metric, oldest first."""
        with self._lock:
            return [value for key, value, _ in self._values if key == name]

    def final(self) -> list[dict[str, Any]]:
        """Return FinalMetricDataList: the last value of each metric."""
        with self._lock:
            last = {name: (value, when) for name, value, when in self._values}
        return [{"MetricName": name, "Value": value, "Timestamp": when} for name, (value, when) in last.items()]

    def publish(self, cloudwatch: Any, job_name: str) -> None:
        """Put all values to CloudWatch; a role without the permission has none there, as on AWS."""
        with self._lock:
            data = [
                {
                    "MetricName": name, "Value": value, "Timestamp": when,
                    "Dimensions": [{"Name": "TrainingJobName", "Value": job_name}],
                }
                for name, value, when in self._values
            ]  # fmt: skip
        try:
            for start in range(0, len(data), _BATCH):
                cloudwatch.put_metric_data(Namespace=_NAMESPACE, MetricData=data[start : start + _BATCH])
        except (ClientError, BotoCoreError):
            return
