"""Deciding about model packages in the registry: the release function then does what is wanted there."""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import TYPE_CHECKING

from shared.slots import Slot, meaning

if TYPE_CHECKING:
    from mypy_boto3_sagemaker import SageMakerClient

_LONGEST = 1024  # characters of an approval's description


def approve(
    client: "SageMakerClient",
    package: str,
    slot: Slot,
    reason: str,
    since: datetime,
    more: Mapping[str, str] = MappingProxyType({}),
) -> None:
    """Approve a package for a slot of the endpoint, since a time with a zone; `more` is metadata."""
    client.update_model_package(
        ModelPackageArn=package,
        ModelApprovalStatus="Approved",
        ApprovalDescription=_line(reason),
        CustomerMetadataProperties={**meaning(slot, since), **more},
    )


def reject(client: "SageMakerClient", package: str, reason: str) -> None:
    """Reject a package: it leaves whatever slot it is in."""
    client.update_model_package(
        ModelPackageArn=package, ModelApprovalStatus="Rejected", ApprovalDescription=_line(reason)
    )


def _line(reason: str) -> str:
    # The registry takes no line breaks.
    return " ".join(reason.split())[:_LONGEST]
