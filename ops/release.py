"""`python -m ops release`: decide about model packages, and see what is live."""

from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from ops import records
from ops.console import output
from ops.live import live_packages
from ops.target import OperationError, Target

if TYPE_CHECKING:
    from mypy_boto3_sagemaker.type_defs import ModelPackageSummaryTypeDef

app = typer.Typer(no_args_is_help=True)
Version = Annotated[int | None, typer.Argument(help="Version of the model package; left out: the newest.")]


@app.command()
def approve(environment: str, use_case: str, version: Version = None, reason: str = "approved by command") -> None:
    """Approve a model package: the release function then deploys it."""
    package = set_status(Target.of(environment, use_case), version, "Approved", reason)
    output.print(f"approved {package}", soft_wrap=True)


@app.command()
def reject(environment: str, use_case: str, version: Version = None, reason: str = "rejected by command") -> None:
    """Reject a model package; if it is live, the one before it is deployed again."""
    package = set_status(Target.of(environment, use_case), version, "Rejected", reason)
    output.print(f"rejected {package}", soft_wrap=True)


@app.command()
def status(environment: str, use_case: str) -> None:
    """Show the versions of the model, what the endpoint serves, and how the last release ended."""
    target = Target.of(environment, use_case)
    live = live_packages(target)
    registered = packages(target)
    if not registered:
        output.print(f"No model of {target.name} is registered. Start the pipeline: `python -m ops pipeline start`.")
    for summary in registered:
        arn = summary["ModelPackageArn"]
        mark = "live" if arn in live.values() else ""
        output.print(f"{summary['ModelPackageVersion']:>4}  {summary['ModelApprovalStatus']:22} {mark}")
    if last := records.newest(target):
        output.print(escape(str(last)), highlight=False, soft_wrap=True)


@app.command()
def forget(environment: str, use_case: str) -> None:
    """Delete every version of the model, before the environment is removed: a group that has any cannot be."""
    deleted = delete_packages(Target.of(environment, use_case))
    for arn in deleted:
        output.print(f"deleted {arn}", soft_wrap=True)
    if not deleted:
        output.print("No version of the model is registered, so there is nothing to delete.")


def delete_packages(target: Target) -> list[str]:
    """Delete all model packages of the use case and return their ARNs.

    Raises:
        OperationError: the environment retains its data.
    """
    if target.environment.retention.removal == "retain":
        raise OperationError(
            f"{target.environment.name} retains its data, and a model's versions are data. To let them go set "
            f"retention.removal: destroy and retention.allow_data_loss: true in "
            f"environments/{target.environment.name}.yaml."
        )
    arns = [summary["ModelPackageArn"] for summary in packages(target)]
    for arn in arns:
        target.sagemaker.delete_model_package(ModelPackageName=arn)
    return arns


def packages(target: Target) -> list["ModelPackageSummaryTypeDef"]:
    """Return the use case's model packages, newest first."""
    pages = target.sagemaker.get_paginator("list_model_packages").paginate(
        ModelPackageGroupName=target.name, SortBy="CreationTime", SortOrder="Descending"
    )
    return [summary for page in pages for summary in page["ModelPackageSummaryList"]]


def set_status(target: Target, version: int | None, status: str, reason: str) -> str:
    """Approve or reject a version (None: the newest) and return its ARN.

    Raises:
        OperationError: there is no such version.
    """
    for summary in packages(target):
        if version in (None, summary["ModelPackageVersion"]):
            arn = summary["ModelPackageArn"]
            target.sagemaker.update_model_package(
                ModelPackageArn=arn,
                ModelApprovalStatus=status,  # type: ignore[arg-type]  # one of the two the commands above pass
                ApprovalDescription=reason,
            )
            return arn
    wanted = f"no version {version}" if version else "no version yet"
    raise OperationError(f"{target.name} has {wanted}. Run `python -m ops pipeline start` first, or name another.")
