"""The life of a job: it waits for its turn, runs in a thread and a folder of its own, and always ends with a status."""

import contextvars
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
from local_cloud.sagemaker.jobs import kinds, s3, settings, statuses
from local_cloud.sagemaker.jobs.failure import JobFailureError, JobStoppedError, shorten
from local_cloud.sagemaker.jobs.kinds import Kind
from local_cloud.sagemaker.jobs.logs import LogStream

_LOG = logging.getLogger(__name__)
_DIED = "InternalServerError: the local cloud ended while the job was running. Start the job again."
_slots = threading.BoundedSemaphore(settings.parallel_jobs())
_running: dict[tuple[str, str, str], "Job"] = {}
_lock = threading.Lock()


@dataclass
class Job:
    """A job that has not ended."""

    kind: Kind
    call: Call
    name: str
    request: dict[str, Any]
    stop: threading.Event = field(default_factory=threading.Event)
    interruption: threading.Event = field(default_factory=threading.Event)  # of spot instances

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

    def check_stop(self) -> None:
        """Raise JobStoppedError if the job was asked to stop, before something long begins."""
        if self.stop.is_set():
            raise JobStoppedError

    def move(self, secondary: str, **fields: Any) -> None:
        """Go on to a training job's next secondary status, and tell."""

        def change(document: dict[str, Any]) -> None:
            document.update(fields, LastModifiedTime=now())
            statuses.add_transition(document, secondary)

        statuses.announce(self.kind, self.call, self.call.store.update(self.kind.name, self.name, change))


def start(job: Job, work: Callable[[Job], str], takes_slot: bool = True) -> None:
    """Run `work` in a thread; it returns Completed or Stopped, or raises JobFailureError."""
    with _lock:
        _running[job.key] = job
    document = job.call.store.get(job.kind.name, job.name)
    if document is None or document[job.kind.status_key] == "Stopping":  # asked for before there was anybody to tell
        job.stop.set()
    # The thread goes on in the account and region of the request.
    context = contextvars.copy_context()
    threading.Thread(target=context.run, args=(_live, job, work, takes_slot), name=job.name, daemon=True).start()


def ask_to_stop(kind: Kind, call: Call, name: str) -> None:
    """Set a job to Stopping and tell its thread."""

    def change(document: dict[str, Any]) -> None:
        if document[kind.status_key] != "InProgress":
            return
        document.update({kind.status_key: "Stopping", "LastModifiedTime": now()})
        if kind is kinds.TRAINING:
            statuses.add_transition(document, "Stopping")

    statuses.announce(kind, call, call.store.update(kind.name, name, change))
    with _lock:
        job = _running.get((call.store.scope, kind.name, name))
    if job is not None:
        job.stop.set()


def running(kind: Kind, name: str) -> list[Job]:
    """Return the jobs of a name that have not ended, in all accounts and regions."""
    with _lock:
        return [job for job in _running.values() if job.kind is kind and job.name == name]


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
        statuses.end(job.kind, job.call, job.name, status, reason)
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


@on_start
def _recover(call: Call) -> None:
    """Mark jobs that a former server left behind: their processes died with it."""
    for kind in kinds.ALL:
        for document in call.store.list(kind.name):
            name = document[kind.name_key]
            if document[kind.status_key] in kinds.ACTIVE and (call.store.scope, kind.name, name) not in _running:
                stopping = document[kind.status_key] == "Stopping"
                statuses.end(kind, call, name, "Stopped" if stopping else "Failed", None if stopping else _DIED)
    if not _running:
        shutil.rmtree(call.platform.state_dir / "sagemaker-jobs", ignore_errors=True)
