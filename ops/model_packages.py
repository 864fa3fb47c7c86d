"""The versions of a use case's model in the registry."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from ops.target import OperationError, Target
from shared import approval
from shared.slots import SLOTS

if TYPE_CHECKING:
    from mypy_boto3_sagemaker.type_defs import ModelPackageSummaryTypeDef


def packages(target: Target) -> list["ModelPackageSummaryTypeDef"]:
    """Return the use case's model packages, newest first."""
    pages = target.sagemaker.get_paginator("list_model_packages").paginate(
        ModelPackageGroupName=target.name, SortBy="CreationTime", SortOrder="Descending"
    )
    return [summary for page in pages for summary in page["ModelPackageSummaryList"]]


def find(target: Target, version: int | None) -> str:
    """Return the ARN of a version; None: the newest.

    Raises:
        OperationError: there is no such version.
    """
    found = {summary["ModelPackageVersion"]: summary["ModelPackageArn"] for summary in packages(target)}
    if not found:
        raise OperationError(f"{target.name} has no version yet. Run `python -m ops pipeline start` first.")
    if version is None:
        return next(iter(found.values()))
    if version not in found:
        there = ", ".join(map(str, sorted(found)))
        raise OperationError(f"{target.name} has no version {version}. There are {there}; name one of these.")
    return found[version]


def approve(target: Target, package: str, slot: str, reason: str) -> None:
    """Approve a package for a slot of the endpoint, from now on."""
    known = next(each for each in SLOTS if each == slot)
    approval.approve(target.sagemaker, package, known, reason, datetime.now(UTC))


def reject(target: Target, package: str, reason: str) -> None:
    """Reject a package: it leaves whatever slot it is in."""
    approval.reject(target.sagemaker, package, reason)


def delete_all(target: Target) -> list[str]:
    """Delete all model packages of the use case and return their ARNs.

    Raises:
        OperationError: the environment retains its data.
    """
    if not target.environment.retention.destroys:
        raise OperationError(
            f"{target.environment.name} retains its data, and a model's versions are data. To let them go set "
            f"retention.removal: destroy and retention.allow_data_loss: true in "
            f"environments/{target.environment.name}.yaml."
        )
    arns = [summary["ModelPackageArn"] for summary in packages(target)]
    for arn in arns:
        target.sagemaker.delete_model_package(ModelPackageName=arn)
    return arns
