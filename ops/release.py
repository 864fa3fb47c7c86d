"""`python -m ops release`: decide about model packages, and see what is live."""

from enum import StrEnum
from typing import Annotated

import typer
from rich.markup import escape

from ops import model_packages, records, release_function
from ops.aws_errors import AWS_ERRORS, explain
from ops.console import output
from ops.live import live_packages
from ops.target import OperationError, Target

app = typer.Typer(no_args_is_help=True)
Version = Annotated[int | None, typer.Argument(help="Version of the model package; left out: the newest.", min=1)]
Reason = Annotated[str, typer.Option(help="Why, for the record.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what would change, and change nothing.")]


class Slot(StrEnum):
    """What a model package can be meant for."""

    champion = "champion"
    challenger = "challenger"
    shadow = "shadow"


@app.command()
def approve(
    environment: str,
    use_case: str,
    version: Version = None,
    slot: Annotated[
        Slot,
        typer.Option(
            "--as", help="champion: serves; challenger: beside it, for an experiment; shadow: gets copies of requests."
        ),
    ] = Slot.champion,
    reason: Reason = "approved by command",
    dry_run: DryRun = False,
) -> None:
    """Approve a model package for a slot of the endpoint: the release function then deploys it."""
    target = Target.of(environment, use_case)
    _decide(target, model_packages.find(target, version), slot, reason, dry_run)


@app.command()
def reject(
    environment: str,
    use_case: str,
    version: Version = None,
    reason: Reason = "rejected by command",
    dry_run: DryRun = False,
) -> None:
    """Reject a model package: it leaves its slot; for a champion the one before is deployed again."""
    target = Target.of(environment, use_case)
    _decide(target, model_packages.find(target, version), None, reason, dry_run)


@app.command()
def promote(environment: str, use_case: str, reason: Reason = "promoted by command", dry_run: DryRun = False) -> None:
    """Make the challenger, or the shadow, the champion."""
    target = Target.of(environment, use_case)
    _decide(target, _second(target), Slot.champion, reason, dry_run)


@app.command()
def withdraw(environment: str, use_case: str, reason: Reason = "withdrawn by command", dry_run: DryRun = False) -> None:
    """Take the challenger, or the shadow, away."""
    target = Target.of(environment, use_case)
    _decide(target, _second(target), None, reason, dry_run)


@app.command()
def rollback(
    environment: str, use_case: str, reason: Reason = "rolled back by command", dry_run: DryRun = False
) -> None:
    """Reject the champion: the approved version before it is deployed again."""
    target = Target.of(environment, use_case)
    package = release_function.slots(target)["champion"]
    if not package:
        raise OperationError(f"{target.name} serves no model, so there is nothing to go back from.")
    _decide(target, package, None, reason, dry_run)


@app.command()
def status(environment: str, use_case: str) -> None:
    """Show the versions of the model, what the endpoint serves, and how the last release ended."""
    target = Target.of(environment, use_case)
    live: dict[str, list[str]] = {}  # while it is promoted, a model stands in two slots
    for variant, package in live_packages(target).items():
        live.setdefault(package, []).append(variant)
    registered = model_packages.packages(target)
    if not registered:
        output.print(f"No model of {target.name} is registered. Start the pipeline: `python -m ops pipeline start`.")
    for summary in registered:
        slots = live.get(summary["ModelPackageArn"])
        mark = f"live: {', '.join(slots)}" if slots else ""
        output.print(f"{summary['ModelPackageVersion']:>4}  {summary['ModelApprovalStatus']:22} {mark}".rstrip())
    for last in records.newest(target, 1):
        output.print(escape(f"Last release {last}"), highlight=False, soft_wrap=True)


@app.command()
def history(
    environment: str, use_case: str, count: Annotated[int, typer.Option(help="How many releases.", min=1)] = 20
) -> None:
    """Show the records of releases, newest first: who, what, why, before and after."""
    target = Target.of(environment, use_case)
    found = records.newest(target, count)
    if not found:
        output.print(f"Nothing of {target.name} was ever released.")
    for each in found:
        output.print(escape(str(each)), highlight=False, soft_wrap=True)


@app.command()
def forget(environment: str, use_case: str) -> None:
    """Delete every version of the model, before the environment is removed: a group that has any cannot be."""
    deleted = model_packages.delete_all(Target.of(environment, use_case))
    for arn in deleted:
        output.print(f"deleted {arn}", soft_wrap=True)
    if not deleted:
        output.print("No version of the model is registered, so there is nothing to delete.")


def _decide(target: Target, package: str, slot: Slot | None, reason: str, dry_run: bool) -> None:
    """Approve a package for a slot, or reject it (None), or say what that would change."""
    if slot not in (None, Slot.champion) and target.environment.serves(target.use_case.name).serverless:
        raise OperationError(
            f"{target.name} is serverless: it has one variant, so neither challenger nor shadow. Approve the version "
            "as champion, or serve the use case by instances (docs/decisions/serverless.md)."
        )
    foreseen = _foreseen(target, package, slot, dry_run)
    if dry_run:
        output.print(escape(foreseen), soft_wrap=True)
        return
    if slot:
        model_packages.approve(target, package, slot.value, reason)
    else:
        model_packages.reject(target, package, reason)
    output.print(f"approved {package} as {slot.value}" if slot else f"rejected {package}", soft_wrap=True)
    if foreseen == release_function.SERVES_ON:
        output.print(foreseen, soft_wrap=True)
    release_function.look(target)


def _foreseen(target: Target, package: str, slot: Slot | None, dry_run: bool) -> str:
    """Return what would follow, nothing for what need not be foreseen. What cannot be is in no rejection's way."""
    if not dry_run and slot:
        return ""
    try:
        return release_function.foresee(target, package, slot and slot.value)
    except (*AWS_ERRORS, OperationError) as error:
        if dry_run:
            raise
        said = explain(error) if isinstance(error, AWS_ERRORS) else str(error)
        output.print(escape(f"What follows is not known: {said}"), soft_wrap=True)
        return ""


def _second(target: Target) -> str:
    slots = release_function.slots(target)
    if package := slots["challenger"] or slots["shadow"]:
        return package
    raise OperationError(
        f"{target.name} has neither challenger nor shadow. Approve one: `python -m ops release approve "
        f"{target.environment.name} {target.use_case.name} VERSION --as challenger`."
    )
