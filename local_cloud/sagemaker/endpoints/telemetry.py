"""What a variant tells CloudWatch: log lines of its process, and metrics of its invocations, sent in batches."""

import threading
import time
from collections.abc import Iterable
from typing import Any

from botocore.exceptions import ClientError

from local_cloud.sagemaker.role_clients import RoleClients

NAMESPACE = "AWS/SageMaker"
LOG_GROUP_PREFIX = "/aws/sagemaker/Endpoints/"
_LINES_PER_CALL = 1000
_MOST_LINES = 20_000  # of a role that may not write logs; the oldest go
_VALUES_PER_DATUM = 150  # CloudWatch's limit
_CLIENT_ERROR = range(400, 500)
Columns = dict[str, tuple[str, list[float]]]  # metric to its unit and values


class Telemetry:
    """The logs and metrics of one variant.

    Attributes:
        instances: how many it has by its endpoint's document; None: it is serverless.
    """

    def __init__(self, endpoint: str, variant: str, instance: str, clients: RoleClients, instances: int | None) -> None:
        self.instances = instances
        self.log_group = f"{LOG_GROUP_PREFIX}{endpoint}"
        self._stream = f"{variant}/{instance}"
        self._dimensions = [
            {"Name": "EndpointName", "Value": endpoint},
            {"Name": "VariantName", "Value": variant},
        ]
        self._clients = clients
        self._lock = threading.Lock()
        self._lines: list[tuple[int, str]] = []
        self._invocations: list[tuple[int, float, float]] = []
        self._measured: list[tuple[str, str, float]] = []
        self._stream_exists = False

    def log(self, line: str) -> None:
        """Keep a line for the log stream."""
        with self._lock:
            self._lines.append((int(time.time() * 1000), line or " "))
            del self._lines[:-_MOST_LINES]

    def invoked(self, status: int, model_seconds: float, overhead_seconds: float) -> None:
        """Keep what one invocation took, and the model's status."""
        with self._lock:
            self._invocations.append((status, model_seconds, overhead_seconds))

    def measure(self, name: str, unit: str, value: float) -> None:
        """Keep a value of a metric that is none of an invocation."""
        with self._lock:
            self._measured.append((name, unit, value))

    def send_logs(self) -> None:
        """Send the lines under the model's role, as SageMaker does; on an error they are kept."""
        with self._lock:
            lines, self._lines = self._lines, []
        if not lines:
            return
        try:
            logs = self._clients.get("logs")
            if not self._stream_exists:
                self._create_stream(logs)
            for start in range(0, len(lines), _LINES_PER_CALL):
                events = [{"timestamp": at, "message": line} for at, line in lines[start : start + _LINES_PER_CALL]]
                logs.put_log_events(logGroupName=self.log_group, logStreamName=self._stream, logEvents=events)
        except Exception:
            with self._lock:
                self._lines[:0] = lines
            raise

    def _create_stream(self, logs: Any) -> None:
        for create, names in (
            (logs.create_log_group, {"logGroupName": self.log_group}),
            (logs.create_log_stream, {"logGroupName": self.log_group, "logStreamName": self._stream}),
        ):
            try:
                create(**names)
            except ClientError as error:
                # The group may be there already, and the role may lack only the right to make it.
                if create == logs.create_log_stream and _code(error) != "ResourceAlreadyExistsException":
                    raise
        self._stream_exists = True

    def send_metrics(self) -> None:
        """Send the metrics of the invocations since the last time; latencies are in microseconds, as AWS's."""
        with self._lock:
            invocations, self._invocations = self._invocations, []
            measured, self._measured = self._measured, []
        if not invocations and not measured:
            return
        cloudwatch = self._clients.get("cloudwatch")
        for start in range(0, len(invocations), _VALUES_PER_DATUM):
            batch = invocations[start : start + _VALUES_PER_DATUM]
            cloudwatch.put_metric_data(Namespace=NAMESPACE, MetricData=list(self._data(self._columns(batch))))
        for start in range(0, len(measured), _VALUES_PER_DATUM):
            columns: Columns = {}
            for name, unit, value in measured[start : start + _VALUES_PER_DATUM]:
                columns.setdefault(name, (unit, []))[1].append(value)
            cloudwatch.put_metric_data(Namespace=NAMESPACE, MetricData=list(self._data(columns)))

    def _columns(self, batch: list[tuple[int, float, float]]) -> Columns:
        of_instances: Columns = {}
        if self.instances is not None:
            of_instances["InvocationsPerInstance"] = ("None", [1.0 / max(self.instances, 1)] * len(batch))
        return {
            "Invocations": ("Count", [1.0] * len(batch)),
            **of_instances,
            "Invocation4XXErrors": ("Count", [float(status in _CLIENT_ERROR) for status, _, _ in batch]),
            "Invocation5XXErrors": ("Count", [float(status not in range(500)) for status, _, _ in batch]),
            "ModelLatency": ("Microseconds", [round(model * 1e6, 1) for _, model, _ in batch]),
            "OverheadLatency": ("Microseconds", [round(overhead * 1e6, 1) for _, _, overhead in batch]),
        }

    def _data(self, columns: Columns) -> Iterable[dict[str, Any]]:
        at = time.time()
        for name, (unit, values) in columns.items():
            distinct = sorted(set(values))
            yield {
                "MetricName": name, "Dimensions": self._dimensions, "Timestamp": at, "Unit": unit,
                "Values": distinct, "Counts": [float(values.count(value)) for value in distinct],
            }  # fmt: skip


def _code(error: ClientError) -> str:
    return str(error.response["Error"]["Code"])
