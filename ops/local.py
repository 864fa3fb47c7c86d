"""`python -m ops local up|status|down`: the cloud on this laptop."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from ops.console import output
from ops.target import OperationError

app = typer.Typer(no_args_is_help=True)

# local_cloud is imported inside the commands: boto3 and psutil would slow every other command down.

StateDir = Annotated[Path | None, typer.Option(help="Where it keeps its state. Default: build/local-cloud.")]
_ENDED = "DELETE_COMPLETE"
_JOBS = {
    "list_training_jobs": ("TrainingJobSummaries", "TrainingJobName"),
    "list_processing_jobs": ("ProcessingJobSummaries", "ProcessingJobName"),
    "list_transform_jobs": ("TransformJobSummaries", "TransformJobName"),
    "list_hyper_parameter_tuning_jobs": ("HyperParameterTuningJobSummaries", "HyperParameterTuningJobName"),
}


@app.command()
def up(
    port: Annotated[int | None, typer.Option(help="Port on 127.0.0.1. Default: 4566.")] = None,
    state_dir: StateDir = None,
) -> None:
    """Start it, unless it runs already, and wait until it is ready."""
    from local_cloud import supervisor

    try:
        cloud = supervisor.up(port or supervisor.DEFAULT_PORT, state_dir or supervisor.DEFAULT_STATE_DIR)
    except supervisor.LocalCloudError as error:
        raise OperationError(str(error)) from error
    output.print(f"The local cloud answers at {cloud.address} (pid {cloud.pid}); log: {cloud.log_file}")


@app.command()
def status(state_dir: StateDir = None) -> None:
    """Say what runs in it: stacks, endpoints, jobs."""
    from local_cloud import supervisor

    cloud = supervisor.running(state_dir or supervisor.DEFAULT_STATE_DIR)
    if cloud is None:
        output.print("The local cloud does not run. Start it: python -m ops local up")
        return
    since = datetime.fromtimestamp(cloud.since, UTC).astimezone()
    output.print(f"{cloud.address}  pid {cloud.pid}  since {since:%Y-%m-%d %H:%M:%S}  log {cloud.log_file}")
    rows = [*_stacks(cloud.port), *_endpoints(cloud.port), *_jobs(cloud.port)]
    if not rows:
        output.print("No stacks, no endpoints, no jobs.")
        return
    table = Table("kind", "name", "status", box=None)
    for row in rows:
        table.add_row(*row)
    output.print(table)


@app.command()
def down(state_dir: StateDir = None) -> None:
    """Stop it; what is in it is saved and is there again after the next `up`."""
    from local_cloud import supervisor

    stopped = supervisor.down(state_dir or supervisor.DEFAULT_STATE_DIR)
    output.print("The local cloud is stopped." if stopped else "The local cloud did not run.")


def _stacks(port: int) -> list[tuple[str, str, str]]:
    pages = _client("cloudformation", port).get_paginator("list_stacks").paginate()
    stacks = [stack for page in pages for stack in page["StackSummaries"] if stack["StackStatus"] != _ENDED]
    return [("stack", stack["StackName"], stack["StackStatus"]) for stack in stacks]


def _endpoints(port: int) -> list[tuple[str, str, str]]:
    endpoints = _client("sagemaker", port).list_endpoints(MaxResults=100)["Endpoints"]
    return [("endpoint", endpoint["EndpointName"], endpoint["EndpointStatus"]) for endpoint in endpoints]


def _jobs(port: int) -> list[tuple[str, str, str]]:
    sagemaker = _client("sagemaker", port)
    rows = []
    for operation, (key, name) in _JOBS.items():
        jobs = getattr(sagemaker, operation)(StatusEquals="InProgress", MaxResults=100)[key]
        rows += [(name.removesuffix("Name"), job[name], "InProgress") for job in jobs]
    return rows


def _client(service: str, port: int) -> Any:
    from local_cloud import clients

    return clients.client(service, port)
