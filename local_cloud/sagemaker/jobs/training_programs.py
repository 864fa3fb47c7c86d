"""The programs of a training job: one per instance, with the variables of the container contract and a log stream."""

import threading
import time
from dataclasses import dataclass
from pathlib import Path

from local_cloud.platform import Credentials
from local_cloud.sagemaker import images
from local_cloud.sagemaker.jobs import instances, runner, spot, surroundings, toolkit
from local_cloud.sagemaker.jobs.cluster import Instance
from local_cloud.sagemaker.jobs.metrics import Metrics
from local_cloud.sagemaker.jobs.process import Outcome, Program, Running
from local_cloud.sagemaker.jobs.runner import Job
from local_cloud.sagemaker.jobs.s3 import Transfer


@dataclass(frozen=True)
class Run:
    """What stays the same over a job's attempts."""

    job: Job
    credentials: Credentials
    transfer: Transfer
    metrics: Metrics
    machines: list[Instance]
    clock: spot.Clock


def run_all(run: Run, folders: dict[str, Path]) -> dict[str, Outcome]:
    """Run the program of every instance, whose folders are given by host, and return what came of each."""
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


def _run_program(run: Run, machine: Instance, folder: Path, stop: threading.Event, network: int | None) -> Outcome:
    job, request = run.job, run.job.request
    isolated = bool(request.get("EnableNetworkIsolation"))
    hyperparameters = request.get("HyperParameters", {})
    command = images.training_command(request["AlgorithmSpecification"]["TrainingImage"], hyperparameters)
    variables = surroundings.environment(job, folder, None if isolated else run.credentials)
    variables.update(toolkit.variables(request, folder, run.machines, machine))
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
