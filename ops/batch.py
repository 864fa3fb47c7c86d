"""`python -m ops batch`: score files with the champion now, and see what was scored by which model."""

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any

import typer
from botocore.exceptions import ClientError
from rich.markup import escape

from ops import control_function
from ops.console import output
from ops.target import OperationError, Target
from shared.items import beginning

app = typer.Typer(no_args_is_help=True)
INCOMING = "to-score"  # in the raw bucket, a folder for each use case
_NEWEST = 20


class Scope(StrEnum):
    """Which files are scored."""

    new = "new"
    prefix = "prefix"
    all = "all"


@dataclass(frozen=True)
class Run:
    """A run, as the batch transform function keeps it; `result` is started, succeeded, failed or stopped."""

    name: str
    version: str
    files: int
    result: str
    detail: str
    trigger: str

    def __str__(self) -> str:
        head = f"{self.name} {self.result}: {self.files} files by version {self.version}, because of {self.trigger}"
        return "; ".join(part for part in (head, self.detail) if part)


@dataclass(frozen=True)
class Answer:
    """What the function says: why it came to rest, the run that it began, the one under way that keeps the request."""

    rest: str
    began: str = ""
    kept: str = ""


@app.command()
def start(
    environment: str,
    use_case: str,
    scope: Annotated[
        Scope,
        typer.Option(
            help="new: files that no run has scored; prefix: those that the champion has not scored; all: every file."
        ),
    ] = Scope.new,
    wait: Annotated[bool, typer.Option(help="Watch until the run ends.")] = True,
) -> None:
    """Score files now; with --wait, say how the run that this began ended and exit 1 if it failed.

    While another run is under way the request is kept, and begins after it.
    """
    target = _target(environment, use_case)
    answer = ask(target, scope)
    output.print(escape(answer.rest), soft_wrap=True)
    if wait and (run := begun(target, answer)):
        ended = watch(target, run)
        output.print(escape(f"{ended.name} {ended.result}: {ended.detail}"), soft_wrap=True)


@app.command()
def show(
    environment: str,
    use_case: str,
    run: Annotated[str | None, typer.Argument(help="Name of a run, to see its manifest.")] = None,
) -> None:
    """Show the newest runs, or the manifest of one."""
    target = _target(environment, use_case)
    if run is None:
        for each in newest(target):
            output.print(escape(str(each)), highlight=False, soft_wrap=True)
        output.print(f"Files to score: {_uri(target)}", soft_wrap=True, highlight=False)
    else:
        output.print_json(json.dumps(manifest(target, run)))


def ask(target: Target, scope: Scope) -> Answer:
    """Ask the function to begin a run, and return what it says.

    Raises:
        OperationError: it failed.
    """
    return _invoke(target, {"scope": scope.value, "begin": True, "insist": True})


def begun(target: Target, answer: Answer, every: float = 5.0) -> str:
    """Return the run that a request began, after the end of the one under way if that keeps it; empty if none did."""
    if answer.began or not answer.kept:
        return answer.began
    while next((run.result for run in newest(target) if run.name == answer.kept), "started") == "started":
        time.sleep(every)
    # Its end is an event, which may still be on its way.
    rest = _invoke(target, {"begin": False}).rest
    names = [run.name for run in newest(target)]
    after = names[: names.index(answer.kept)]
    if not after:
        output.print(escape(rest), soft_wrap=True)
    return after[-1] if after else ""


def _invoke(target: Target, look: Mapping[str, Any]) -> Answer:
    asked = {"use_case": target.use_case.name, **look, "trigger": "a command"}
    said = control_function.ask(target, "BatchFunctionName", asked, "docs/runbooks/batch-transform.md")
    return Answer(said["rest"], said["began"], said["kept"])


def watch(target: Target, name: str, every: float = 5.0) -> Run:
    """Wait for the end of a run, and return it.

    Raises:
        OperationError: it did not succeed.
    """
    while True:
        run = next((run for run in newest(target) if run.name == name), None)
        if run is None or run.result == "started":
            time.sleep(every)
        elif run.result == "succeeded":
            return run
        else:
            raise OperationError(f"The run {name} {run.result}: {run.detail}. Its files wait for another one.")


def newest(target: Target) -> list[Run]:
    """Return the newest runs, newest first."""
    query = beginning(target.output("control", "BatchRunsTable"), target.use_case.name, "run#")
    answer = target.dynamodb.query(**query, ScanIndexForward=False, Limit=_NEWEST)
    return [_run(item) for item in answer["Items"]]


def manifest(target: Target, run: str) -> dict[str, Any]:
    """Return the manifest of a run.

    Raises:
        OperationError: there is none, so that the run has no results.
    """
    bucket, key = target.bucket("processed"), f"{target.use_case.name}/batch/{run}/manifest.json"
    try:
        body = target.s3.get_object(Bucket=bucket, Key=key)["Body"].read()
    except ClientError as error:
        if error.response["Error"]["Code"] not in {"404", "NoSuchKey", "NotFound"}:
            raise
        raise OperationError(
            f"There is no s3://{bucket}/{key}: {run} is no run of {target.name}, or has no results. "
            f"`python -m ops batch show {target.environment.name} {target.use_case.name}` lists the runs."
        ) from error
    document: dict[str, Any] = json.loads(body)
    return document


def _target(environment: str, use_case: str) -> Target:
    target = Target.of(environment, use_case)
    if target.use_case.batch is None:
        raise OperationError(
            f"{use_case} scores no files: its use_case.yaml has no section batch. Add one and deploy "
            "(docs/batch-transform.md)."
        )
    return target


def _run(item: Mapping[str, Any]) -> Run:
    package = json.loads(item["champion"]["S"])["package"]
    return Run(
        name=item["run"]["S"],
        version=package.rpartition("/")[2],
        files=int(item["files"]["N"]),
        result=item["result"]["S"],
        detail=item["detail"]["S"],
        trigger=item["trigger"]["S"],
    )


def _uri(target: Target) -> str:
    return f"s3://{target.bucket('raw')}/{INCOMING}/{target.use_case.name}/"
