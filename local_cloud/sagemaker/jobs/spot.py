"""Managed spot training: a job whose instances are taken away starts again, with what it left in its checkpoints.

The local cloud has no spot market, so instances are taken away only when a person says so, by a request that AWS does
not have (`POST /_local_cloud/training-jobs/<name>/interrupt`, see ../../README.md).
"""

import time

from local_cloud.sagemaker.api import Request
from local_cloud.sagemaker.errors import SageMakerError, in_use, not_found, validation_error
from local_cloud.sagemaker.jobs import kinds, runner, settings
from local_cloud.sagemaker.jobs.failure import JobStoppedError
from local_cloud.sagemaker.jobs.runner import Job

DEFAULT_SECONDS = 86400  # MaxRuntimeInSeconds
_LOOK_EVERY_SECONDS = 0.05


class InterruptionError(Exception):
    """The instances of a job were taken away."""


class Clock:
    """How long a job may still run: all its attempts together, and with spot instances the waiting as well."""

    def __init__(self, job: Job) -> None:
        limits = job.request["StoppingCondition"]
        self._runtime = float(limits["MaxRuntimeInSeconds"])
        wait = limits.get("MaxWaitTimeInSeconds")
        self._deadline = None if wait is None else time.monotonic() + wait

    def left(self) -> float:
        """Return how many seconds the next attempt may run."""
        waiting = self._runtime if self._deadline is None else self._deadline - time.monotonic()
        return max(0.0, min(self._runtime, waiting))

    def ran(self, seconds: float) -> None:
        """Count an attempt."""
        self._runtime -= seconds

    @property
    def waited_too_long(self) -> bool:
        """Whether MaxWaitTimeInSeconds is over."""
        return self._deadline is not None and time.monotonic() >= self._deadline


def check(request: Request) -> None:
    """Refuse limits of time that do not go together.

    Raises:
        SageMakerError: ValidationException, as AWS answers.
    """
    limits = request.get("StoppingCondition", {})
    runtime, wait = limits.get("MaxRuntimeInSeconds", DEFAULT_SECONDS), limits.get("MaxWaitTimeInSeconds")
    if not request.get("EnableManagedSpotTraining"):
        if wait is not None:
            raise validation_error(
                "Invalid MaxWaitTimeInSeconds. It is only supported when EnableManagedSpotTraining is set to true."
            )
        return
    if wait is None or wait < runtime:
        raise validation_error(
            f"Invalid MaxWaitTimeInSeconds. It must be present and be greater than or equal to MaxRuntimeInSeconds, "
            f"{runtime}; found {wait}."
        )


def interrupt(name: str) -> None:
    """Take a job's instances away, in whichever account and region it runs.

    Raises:
        SageMakerError: no job of this name runs, or it is no spot job, or it is not in its secondary status Training.
    """
    jobs = runner.running(kinds.TRAINING, name)
    if not jobs:
        raise not_found(f"No training job {name} runs here.")
    for job in jobs:
        refusal = _refusal(job)
        if refusal is not None:
            raise refusal
    for job in jobs:
        job.interruption.set()


def wait_for_instances(job: Job, clock: Clock) -> None:
    """Wait as long as instances take to come.

    Raises:
        JobStoppedError: the job was asked to stop, or has waited too long.
    """
    job.interruption.clear()
    until = time.monotonic() + settings.spot_wait_seconds()
    while time.monotonic() < until:
        if clock.waited_too_long:
            give_up(job)
        job.check_stop()
        time.sleep(_LOOK_EVERY_SECONDS)


def give_up(job: Job) -> None:
    """End a job whose MaxWaitTimeInSeconds is over: Stopping, then Stopped with MaxWaitTimeExceeded."""
    job.update(_ended_as="MaxWaitTimeExceeded")
    runner.ask_to_stop(kinds.TRAINING, job.call, job.name)
    raise JobStoppedError


def _refusal(job: Job) -> SageMakerError | None:
    document = job.call.store.get(kinds.TRAINING.name, job.name) or {}
    if not document.get("EnableManagedSpotTraining"):
        return validation_error(f"{job.name} is no spot job; only one with EnableManagedSpotTraining is interrupted.")
    if document.get("SecondaryStatus") != "Training":
        return in_use(f"{job.name} is {document.get('SecondaryStatus')}; it can be interrupted while Training.")
    return None
