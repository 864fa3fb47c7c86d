"""Model packages and endpoints, through SageMaker's API."""

from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from release.sample import Sample
from release.state import Live, Package, Standing
from shared import live, slots

if TYPE_CHECKING:
    from mypy_boto3_sagemaker import SageMakerClient
    from mypy_boto3_sagemaker.type_defs import DescribeModelPackageOutputTypeDef


class Registry:
    """The model package groups and endpoints of one environment; both are named `<environment>-<use case>`."""

    def __init__(self, client: "SageMakerClient", environment: str) -> None:
        self._client = client
        self._environment = environment

    def approved(self, use_case: str) -> frozenset[str]:
        """Return the ARNs of all approved packages of a use case; none if it has no group yet."""
        pages = self._client.get_paginator("list_model_packages").paginate(
            ModelPackageGroupName=self._name(use_case), ModelApprovalStatus="Approved"
        )
        try:
            return frozenset(
                package["ModelPackageArn"]
                for page in pages
                for package in page["ModelPackageSummaryList"]
                if package["ModelPackageStatus"] == "Completed"
            )
        except ClientError as error:
            if live.absent(error):
                return frozenset()
            raise

    def package(self, arn: str, *, approved: bool = True) -> Package | None:
        """Return a package, approved when last modified; None if it is gone, or not `approved` as it has to be."""
        try:
            described = self._client.describe_model_package(ModelPackageName=arn)
        except ClientError as error:
            if live.absent(error):
                return None
            raise
        if approved and described.get("ModelApprovalStatus") != "Approved":
            return None
        metadata = described.get("CustomerMetadataProperties", {})
        return Package(
            arn,
            approved_at=described.get("LastModifiedTime") or described["CreationTime"],
            approved_by=_approver(described),
            why=described.get("ApprovalDescription", ""),
            slot=slots.meant_for(metadata),
            meant_at=slots.meant_since(metadata) or described["CreationTime"],
        )

    def sample(self, arn: str) -> Sample | None:
        """Return the sample record of a package, None if it has none or is gone."""
        try:
            described = self._client.describe_model_package(ModelPackageName=arn)
        except ClientError as error:
            if live.absent(error):
                return None
            raise
        uri, how = described.get("SamplePayloadUrl", ""), described.get("InferenceSpecification", {})
        if not uri.startswith("s3://"):
            return None
        sent, answers = how.get("SupportedContentTypes"), how.get("SupportedResponseMIMETypes")
        return Sample(uri, sent[0] if sent else "application/json", answers[0] if answers else "*/*")

    def live(self, use_case: str) -> Live | None:
        """Return the endpoint and what is behind its variants, None if there is no endpoint."""
        found = live.endpoint(self._client, self._name(use_case))
        if found is None:
            return None
        packages = {name: variant.package for name, variant in found.variants.items()}
        return Live(found.status, found.config, packages, found.unlike)

    def standing(self, use_case: str) -> Standing | None:
        """Return the endpoint's status and weights, None if there is no endpoint."""
        try:
            described = self._client.describe_endpoint(EndpointName=self._name(use_case))
        except ClientError as error:
            if live.absent(error):
                return None
            raise
        variants = described.get("ProductionVariants", [])
        weights = {one["VariantName"]: one["CurrentWeight"] for one in variants if "CurrentWeight" in one}
        return Standing(described["EndpointStatus"], weights)

    def _name(self, use_case: str) -> str:
        return f"{self._environment}-{use_case}"


def _approver(described: "DescribeModelPackageOutputTypeDef") -> str | None:
    who = described.get("LastModifiedBy") or described.get("CreatedBy") or {}
    return who.get("UserProfileName") or who.get("IamIdentity", {}).get("Arn")
