"""A training job while it runs: data in, a program per instance, the model out; again if its instances are taken away.

A model appears in S3 only if the programs succeeded.
"""

from contextlib import ExitStack, suppress
from functools import partial
from pathlib import Path

from local_cloud.sagemaker import images
from local_cloud.sagemaker.api import Call, now
from local_cloud.sagemaker.jobs import (
    checkpoints,
    cluster,
    kinds,
    runner,
    spot,
    surroundings,
    training_files,
    training_programs,
    training_request,
)
from local_cloud.sagemaker.jobs.metrics import Metrics
from local_cloud.sagemaker.jobs.process import Outcome
from local_cloud.sagemaker.jobs.runner import Job
from local_cloud.sagemaker.jobs.s3 import Transfer
from local_cloud.sagemaker.jobs.training_programs import Run

_live_metrics: dict[tuple[str, str], Metrics] = {}


def history(call: Call, name: str, metric: str) -> list[float]:
    """Return the values that a job of a tuning job has reported of its objective so far."""
    metrics = _live_metrics.get((call.store.scope, name))
    if metrics is not None:
        return metrics.history(metric)
    document = call.store.get(kinds.TRAINING.name, name) or {}
    return list(document.get("_objectives", []))


def run(job: Job) -> str:
    """Run a training job to its end and return its status."""
    credentials = job.credentials(job.request["RoleArn"])
    transfer = Transfer(job.client("s3", credentials), job.request["RoleArn"])
    metrics = Metrics(training_request.metrics(job.request))
    machines = cluster.instances(job.request.get("ResourceConfig", {}))
    attempt = Run(job, credentials, transfer, metrics, machines, spot.Clock(job))
    key = (job.call.store.scope, job.name)
    _live_metrics[key] = metrics
    try:
        started = {"TrainingStartTime": now()}
        while True:
            try:
                return _attempt(attempt, started)
            except spot.InterruptionError:
                job.move("Interrupted")
                spot.wait_for_instances(job, attempt.clock)
                job.move("Starting")
                started = {}
    finally:
        if "TuningJobArn" in job.request:
            with suppress(KeyError):  # the cloud was reset
                job.update(_objectives=metrics.history(job.request["HyperParameters"]["_tuning_objective_metric"]))
        _live_metrics.pop(key, None)


def _attempt(run: Run, started: dict[str, float]) -> str:
    job = run.job
    with ExitStack() as stack:
        folders = {machine.host: stack.enter_context(runner.folder(job)) for machine in run.machines}
        job.move("Downloading", **started)
        for machine in run.machines:
            training_files.prepare(job, folders[machine.host], run.transfer, run.machines, machine)
        followers = []
        for folder in folders.values():
            if follower := checkpoints.follow(job.request, folder, run.transfer):
                # It must end before the folder goes, whose files it would miss and then delete in S3.
                stack.callback(follower.abandon)
                followers.append(follower)
        job.check_stop()
        job.move("Training")
        outcomes = training_programs.run_all(run, folders)
        for follower in followers:
            follower.finish()
        return _finish(run, folders, outcomes)


def _finish(run: Run, folders: dict[str, Path], outcomes: dict[str, Outcome]) -> str:
    job = run.job
    ends = {outcome.ended_by for outcome in outcomes.values()}
    if "stop" in ends and not job.stop.is_set():
        raise spot.InterruptionError
    run.metrics.publish(job.client("cloudwatch", run.credentials), job.name)
    if final := run.metrics.final():
        job.update(FinalMetricDataList=final)
    if "timeout" in ends:
        job.update(_ended_as="MaxWaitTimeExceeded" if run.clock.waited_too_long else "MaxRuntimeExceeded")
    if ends & {"stop", "timeout"}:
        # A program that took the signal and ended well has a model; one that was cut off has none.
        whole = [folder for host, folder in folders.items() if outcomes[host].exit_code == 0]
        if any(any((folder / "ml/model").iterdir()) for folder in whole):
            training_files.upload(job, whole, run.transfer)
        return "Stopped"
    image = job.request["AlgorithmSpecification"]["TrainingImage"]
    surroundings.check_all(outcomes, folders, partial(images.failure_kind, image))
    job.move("Uploading")
    training_files.upload(job, list(folders.values()), run.transfer)
    return "Completed"
