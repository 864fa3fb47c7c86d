"""A training job while it runs: data in, a program per instance, the model out; again if its instances are taken away.

A model appears in S3 only if the programs succeeded.
"""

import threading
import time
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from local_cloud.platform import Credentials
from local_cloud.sagemaker import images
from local_cloud.sagemaker.api import Call, now
from local_cloud.sagemaker.jobs import (
    checkpoints,
    cluster,
    instances,
    runner,
    spot,
    surroundings,
    training_files,
    training_request,
)
from local_cloud.sagemaker.jobs.cluster import Instance
from local_cloud.sagemaker.jobs.metrics import Metrics
from local_cloud.sagemaker.jobs.process import Outcome, Program, Running
from local_cloud.sagemaker.jobs.runner import Job
from local_cloud.sagemaker.jobs.s3 import Transfer

_live_metrics: dict[tuple[str, str], Metrics] = {}


@dataclass(frozen=True)
class _Run:
    """What stays the same over a job's attempts."""

    job: Job
    credentials: Credentials
    transfer: Transfer
    metrics: Metrics
    machines: list[Instance]
    clock: spot.Clock


def live_history(call: Call, name: str, metric: str) -> list[float]:
    """Return the values that a job has reported of a metric; empty once it has ended."""
    metrics = _live_metrics.get((call.store.scope, name))
    return metrics.history(metric) if metrics else []


def run(job: Job) -> str:
    """Run a training job to its end and return its status."""
    credentials = job.credentials(job.request["RoleArn"])
    transfer = Transfer(job.client("s3", credentials), job.request["RoleArn"])
    metrics = Metrics(training_request.metrics(job.request))
    machines = cluster.instances(job.request.get("ResourceConfig", {}))
    attempt = _Run(job, credentials, transfer, metrics, machines, spot.Clock(job))
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
        _live_metrics.pop(key, None)


def _attempt(run: _Run, started: dict[str, float]) -> str:
    job = run.job
    with ExitStack() as stack:
        folders = {machine.host: stack.enter_context(runner.folder(job)) for machine in run.machines}
        job.move("Downloading", **started)
        for machine in run.machines:
            training_files.prepare(job, folders[machine.host], run.transfer, run.machines, machine)
        followers = [checkpoints.follow(job.request, folder, run.transfer) for folder in folders.values()]
        job.check_stop()
        job.move("Training")
        outcomes = _run_programs(run, folders)
        for follower in followers:
            if follower:
                follower.finish()
        return _finish(run, folders, outcomes)


def _finish(run: _Run, folders: dict[str, Path], outcomes: dict[str, Outcome]) -> str:
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


def _run_programs(run: _Run, folders: dict[str, Path]) -> dict[str, Outcome]:
    job = run.job
    machines = {machine.host: machine for machine in run.machines}
    isolated = bool(job.request.get("EnableNetworkIsolation"))
    # A built-in algorithm needs no network but that of its own instances, on whose ports nobody else listens.
    private = isolated or not images.runs_a_script(job.request.get("HyperParameters", {}))
    began = time.monotonic()
    with (
        runner.folder(job) as spare,
        instances.shared_network(spare, private and len(machines) > 1) as network,
    ):

        def work(host: str, folder: Path, stop: threading.Event) -> Outcome:
            return _run_program(run, machines[host], folder, stop, network)

        outcomes = instances.run_all(folders, instances.AnyOf(job.stop, job.interruption), work)
    run.clock.ran(time.monotonic() - began)
    return outcomes


def _run_program(run: _Run, machine: Instance, folder: Path, stop: threading.Event, network: int | None) -> Outcome:
    job, request = run.job, run.job.request
    isolated = bool(request.get("EnableNetworkIsolation"))
    hyperparameters = request.get("HyperParameters", {})
    command = images.training_command(request["AlgorithmSpecification"]["TrainingImage"], hyperparameters)
    variables = surroundings.environment(job, folder, None if isolated else run.credentials)
    variables.update(training_files.toolkit_variables(job, folder, run.machines, machine))
    variables.update(command.environment, TRAINING_JOB_NAME=job.name, TRAINING_JOB_ARN=job.arn)
    variables.update(request.get("Environment", {}))
    lines = job.log_stream(run.credentials, machine.host)

    def on_line(line: str) -> None:
        shown = line.replace("\t", "#011")  # how a training job's tabs appear in CloudWatch, and in documented regexes
        lines.write(shown)
        run.metrics.look_at(shown)

    try:
        running = Running(Program(command.argv, variables, folder, isolated, network), on_line)
        return running.wait(stop, run.clock.left())
    finally:
        lines.close()
