"""Attempts at a step, as its retry policies and AWS's own say."""

import dataclasses
import time
from collections.abc import Callable

from local_cloud.sagemaker.pipelines import retries
from local_cloud.sagemaker.pipelines.running import Outcome, Running, StepFailedError, StepStoppedError

_LOOK = 0.2  # seconds between looks at whether the execution is to stop


def run(runner: Callable[[Running], Outcome], running: Running) -> Outcome:
    """Run a step until it succeeds, or fails in a way that is not tried again.

    Raises:
        StepFailedError: with the last attempt's reason, and why there is no further one.
        StepStoppedError: the execution was stopped.
    """
    policies = running.step.body.get("RetryPolicies", [])
    begun, attempts = time.monotonic(), 0
    while True:
        attempts += 1
        if not running.resumed:
            running.remember(AttemptCount=running.document["AttemptCount"] + 1)
        try:
            return runner(running)
        except StepFailedError as error:
            if error.exception is None:
                raise
            wait = retries.delay(policies, error.exception, attempts, time.monotonic() - begun)
            if wait is None:
                reason = f"{error.reason.rstrip('.')}. {_no_retry(running, error.exception, attempts)}"
                raise StepFailedError(reason) from error
        _pause(running, wait)
        running = dataclasses.replace(running, resumed=False)


def _no_retry(running: Running, exception: str, attempts: int) -> str:
    step = f"step with PipelineExecutionArn {running.arn} and StepId {running.step.name}"
    if attempts > 1:
        return f"Retry attempts exhausted on execution of {step} after {attempts} attempts"
    kind = exception.replace(".", "_").upper()
    return f"Retry not appropriate on execution of {step}. No retry policy configured for the exception type {kind}."


def _pause(running: Running, seconds: float) -> None:
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0:
        if running.stopping():
            raise StepStoppedError
        time.sleep(min(left, _LOOK))
