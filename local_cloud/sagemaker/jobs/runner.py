"""The life of a job: it waits for its turn, runs in a thread and a folder of its own, and always ends with a status."""

import logging
import shutil
import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from local_cloud.platform import Credentials
from local_cloud.sagemaker.api import Call, now, on_start
from local_cloud.sagemaker.errors import SageMakerError
from local_cloud.sagemaker.jobs import kinds, s3, settings
from local_cloud.sagemaker.jobs.failure import JobFailureError, JobStoppedError, shorten
from local_cloud.sagemaker.jobs.kinds import Kind
from local_cloud.sagemaker.jobs.logs import LogStream

_LOG = logging.getLogger(__name__)
_DIED = "InternalServerError: the local cloud ended while the job was running. Start the job again."
_slots = threading.BoundedSemaphore(settings.parallel_jobs())
_running: dict[tuple[str, str, str], "Job"] = {}
_lock = threading.Lock()

# Training has a second, finer status; the messages are AWS's.
_SECONDARY_MESSAGES = {
    "Starting": "Preparing the instances for training",
    "Downloading": "Downloading input data",
    "Training": "Training image download completed. Training in progress.",
    "Uploading": "Uploading generated training model",
    "Stopping": "Stopping the training job",
    "Completed": "Training job completed",
    "Stopped": "Training job stopped",
    "MaxRuntimeExceeded": "Training job runtime exceeded MaxRuntimeInSeconds provided",
    "Failed": "Training job failed",
}


@dataclass
class Job:
    """A job that has not ended."""

    kind: Kind
    call: Call
    name: str
    request: dict[str, Any]
    stop: threading.Event = field(default_factory=threading.Event)

    @property
    def key(self) -> tuple[str, str, str]:
        """What identifies it in this server."""
        return (self.call.store.scope, self.kind.name, self.name)

    @property
    def arn(self) -> str:
        """Its ARN."""
        return self.call.arn(f"{self.kind.arn_part}/{self.name}")

    def credentials(self, role_arn: str) -> Credentials:
        """Assume a role for the job; JobFailureError if it may not be."""
        try:
            return self.call.platform.assume_role(role_arn, "SageMaker")
        except SageMakerError as error:
            raise JobFailureError(shorten(f"ClientError: Failed to assume role {role_arn}: {error.message}")) from error

    def client(self, service: str, credentials: Credentials) -> Any:
        """Return a boto3 client of the local cloud."""
        return s3.client(service, credentials, self.call.platform.endpoint_url, self.call.store.region)

    def log_stream(self, credentials: Credentials, host: str = "algo-1") -> LogStream:
        """Open the job's stream in CloudWatch Logs."""
        stream = f"{self.name}/{host}-{int(now())}"
        return LogStream(self.client("logs", credentials), self.kind.log_group, stream)

    def update(self, **fields: Any) -> dict[str, Any]:
        """Change the job's document and return it; KeyError if it is gone."""

        def change(document: dict[str, Any]) -> None:
            document.update(fields, LastModifiedTime=now())

        return self.call.store.update(self.kind.name, self.name, change)

    def move(self, secondary: str, **fields: Any) -> None:
        """Go on to a training job's next secondary status, and tell."""

        def change(document: dict[str, Any]) -> None:
            document.update(fields, LastModifiedTime=now())
            _add_transition(document, secondary)

        _announce(self.kind, self.call, self.call.store.update(self.kind.name, self.name, change))


def start(job: Job, work: Callable[[Job], str], takes_slot: bool = True) -> None:
    """Run `work` in a thread; it returns Completed or Stopped, or raises JobFailureError."""
    with _lock:
        _running[job.key] = job
    threading.Thread(target=_live, args=(job, work, takes_slot), name=job.name, daemon=True).start()


def ask_to_stop(kind: Kind, call: Call, name: str) -> None:
    """Set a job to Stopping and tell its thread."""

    def change(document: dict[str, Any]) -> None:
        if document[kind.status_key] != "InProgress":
            return
        document.update({kind.status_key: "Stopping", "LastModifiedTime": now()})
        if kind is kinds.TRAINING:
            _add_transition(document, "Stopping")

    _announce(kind, call, call.store.update(kind.name, name, change))
    with _lock:
        job = _running.get((call.store.scope, kind.name, name))
    if job is not None:
        job.stop.set()


def announce_new(kind: Kind, call: Call, name: str) -> None:
    """Tell that a job was created."""
    document = call.store.get(kind.name, name)
    if document is not None:
        _announce(kind, call, document)


@contextmanager
def folder(job: Job) -> Iterator[Path]:
    """Give a job a folder with an empty `ml` in it, and remove it afterwards."""
    path = job.call.platform.state_dir / "sagemaker-jobs" / uuid.uuid4().hex
    (path / "ml").mkdir(parents=True)
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


def _live(job: Job, work: Callable[[Job], str], takes_slot: bool) -> None:
    try:
        if takes_slot:
            _wait_for_slot(job)
        try:
            status, reason = work(job), None
        finally:
            if takes_slot:
                _slots.release()
    except JobStoppedError:
        status, reason = "Stopped", None
    except JobFailureError as error:
        status, reason = "Failed", shorten(str(error))
    except Exception as error:
        _LOG.exception("%s %s", job.kind.name, job.name)
        status, reason = "Failed", shorten(f"InternalServerError: {type(error).__name__}: {error}")
    try:
        _end(job.kind, job.call, job.name, status, reason)
    except KeyError:
        _LOG.info("%s %s is gone: the cloud was reset", job.kind.name, job.name)
    finally:
        with _lock:
            _running.pop(job.key, None)


def _wait_for_slot(job: Job) -> None:
    while not _slots.acquire(timeout=0.2):
        if job.stop.is_set():
            raise JobStoppedError
    if job.stop.is_set():
        _slots.release()
        raise JobStoppedError


def _end(kind: Kind, call: Call, name: str, status: str, reason: str | None) -> None:
    def change(document: dict[str, Any]) -> None:
        moment = now()
        document.update({kind.status_key: status, "LastModifiedTime": moment, f"{kind.time_prefix}EndTime": moment})
        if reason is not None:
            document["FailureReason"] = reason
        if kind is kinds.TRAINING:
            secondary = "MaxRuntimeExceeded" if document.get("_timed_out") and status == "Stopped" else status
            _add_transition(document, secondary, reason)
            document["SecondaryStatusTransitions"][-1]["EndTime"] = moment
            seconds = max(1, round(moment - document.get("TrainingStartTime", moment)))
            document.update(TrainingTimeInSeconds=seconds, BillableTimeInSeconds=seconds)

    _announce(kind, call, call.store.update(kind.name, name, change))


def _add_transition(document: dict[str, Any], secondary: str, reason: str | None = None) -> None:
    moment = now()
    transitions = document.setdefault("SecondaryStatusTransitions", [])
    if transitions:
        transitions[-1].setdefault("EndTime", moment)
    message = reason or _SECONDARY_MESSAGES[secondary]
    transitions.append({"Status": secondary, "StartTime": moment, "StatusMessage": message})
    document["SecondaryStatus"] = secondary


def _announce(kind: Kind, call: Call, document: dict[str, Any]) -> None:
    # The detail is the Describe answer, with times in milliseconds.
    detail = {key: _milliseconds(key, value) for key, value in document.items() if not key.startswith("_")}
    detail["Tags"] = {tag["Key"]: tag["Value"] for tag in document.get("Tags", [])}
    event = {"DetailType": kind.event, "Detail": detail, "Resources": [document[f"{kind.name}Arn"]]}
    try:
        call.platform.put_event(call.store.account, call.store.region, event)
    except Exception:
        _LOG.exception("cannot put the event of %s", document[f"{kind.name}Arn"])


def _milliseconds(key: str, value: Any) -> Any:
    if key.endswith("Time") and isinstance(value, int | float):
        return round(value * 1000)
    if isinstance(value, dict):
        return {inner: _milliseconds(inner, item) for inner, item in value.items()}
    if isinstance(value, list):
        return [_milliseconds("", item) for item in value]
    return value


@on_start
def _recover(call: Call) -> None:
    """Mark jobs that a former server left behind: their processes died with it."""
    for kind in kinds.ALL:
        for document in call.store.list(kind.name):
            name = document[kind.name_key]
            if document[kind.status_key] in kinds.ACTIVE and (call.store.scope, kind.name, name) not in _running:
                stopping = document[kind.status_key] == "Stopping"
                _end(kind, call, name, "Stopped" if stopping else "Failed", None if stopping else _DIED)
    if not _running:
        shutil.rmtree(call.platform.state_dir / "sagemaker-jobs", ignore_errors=True)
