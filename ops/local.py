"""`python -m ops local up|env|status|down`: the cloud on this laptop."""

import shlex
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table

from config.loading import ROOT
from ops import demo
from ops.console import output
from ops.errors import OperationError

if TYPE_CHECKING:
    from local_cloud.supervisor import Running

app = typer.Typer(no_args_is_help=True)

# local_cloud is imported inside the commands: boto3 and psutil would slow every other command down.

StateDir = Annotated[Path | None, typer.Option(help="Where it keeps its state. Default: build/local-cloud.")]
AnyStateDir = Annotated[
    Path | None, typer.Option(help="Where it keeps its state. Default: those of `local up` and of the demonstration.")
]
_KNOWN = (ROOT / "build" / "local-cloud", demo.STATE)
_START = "The local cloud does not run. Start it: python -m ops local up"
_ENDED = "DELETE_COMPLETE"
_JOBS = {
    "list_training_jobs": ("TrainingJobSummaries", "TrainingJobName"),
    "list_processing_jobs": ("ProcessingJobSummaries", "ProcessingJobName"),
    "list_transform_jobs": ("TransformJobSummaries", "TransformJobName"),
    "list_hyper_parameter_tuning_jobs": ("HyperParameterTuningJobSummaries", "HyperParameterTuningJobName"),
    "list_labeling_jobs": ("LabelingJobSummaryList", "LabelingJobName"),
}


@app.command()
def up(
    port: Annotated[int | None, typer.Option(min=1, max=65535, help="Port on 127.0.0.1. Default: 4566.")] = None,
    state_dir: StateDir = None,
) -> None:
    """Start it, unless it runs already, and wait until it is ready."""
    from local_cloud import supervisor

    try:
        cloud = supervisor.up(port or supervisor.DEFAULT_PORT, state_dir or supervisor.DEFAULT_STATE_DIR)
    except supervisor.LocalCloudError as error:
        raise OperationError(str(error)) from error
    output.print(f"The local cloud answers at {cloud.address} (pid {cloud.pid}).", soft_wrap=True)
    output.print(f"Log: {cloud.log_file}", soft_wrap=True)
    option = f" --state-dir {shlex.quote(str(state_dir))}" if state_dir else ""
    output.print(f'To use it from this terminal: eval "$(.venv/bin/python -m ops local env{option})"', soft_wrap=True)


@app.command()
def env(state_dir: AnyStateDir = None) -> None:
    """Print what a shell evaluates to use it: eval "$(python -m ops local env)"."""
    from local_cloud import clients

    found = _running(state_dir)
    if not found:
        raise OperationError(_START)
    if len(found) > 1:
        folders = " or ".join(shlex.quote(cloud.state_dir) for cloud in found)
        raise OperationError(f"Two local clouds run. Say which one: --state-dir {folders}")
    for name in clients.foreign_variables():
        typer.echo(f"unset {name}")
    for name, value in clients.environment_variables(found[0].port).items():
        typer.echo(f"export {name}={shlex.quote(value)}")
    tools = f"{ROOT / '.venv' / 'bin'}:{ROOT / 'node_modules' / '.bin'}"
    typer.echo(f"export PATH={shlex.quote(tools)}:$PATH")


@app.command()
def status(state_dir: AnyStateDir = None) -> None:
    """Say what runs in it: stacks, endpoints, jobs."""
    found = _running(state_dir)
    for cloud in found:
        _show(cloud)
    if not found:
        output.print(_START)


@app.command()
def down(state_dir: AnyStateDir = None) -> None:
    """Stop it; what is in it is saved and is there again after the next `up`."""
    from local_cloud import supervisor

    # Each folder is asked, also one without a running server: what a killed one left is ended there.
    stopped = [folder for folder in _folders(state_dir) if supervisor.down(folder)]
    output.print("The local cloud is stopped." if stopped else "The local cloud did not run.")


def _folders(state_dir: Path | None) -> tuple[Path, ...]:
    return (state_dir,) if state_dir else _KNOWN


def _running(state_dir: Path | None) -> "list[Running]":
    from local_cloud import supervisor

    return [cloud for folder in _folders(state_dir) if (cloud := supervisor.running(folder))]


def _show(cloud: "Running") -> None:
    from local_cloud.clients import WORKER_PORTAL

    since = datetime.fromtimestamp(cloud.since, UTC).astimezone()
    output.print(f"{cloud.address}  pid {cloud.pid}  since {since:%Y-%m-%d %H:%M:%S}", soft_wrap=True)
    output.print(f"Log: {cloud.log_file}", soft_wrap=True)
    output.print(f"Worker portal: {cloud.address}{WORKER_PORTAL}", soft_wrap=True)
    rows = [*_stacks(cloud.port), *_endpoints(cloud.port), *_jobs(cloud.port)]
    if not rows:
        output.print("No stacks, no endpoints, no jobs.")
        return
    table = Table("kind", "name", "status", box=None)
    for row in rows:
        table.add_row(*row)
    output.print(table)


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
