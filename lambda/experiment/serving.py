"""The endpoint that experiments run on, and the challenger's package, through SageMaker's API."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from experiment.observation import Live, Package
from shared import approval, live
from shared.slots import CHALLENGER, CHAMPION, meant_for

if TYPE_CHECKING:
    from mypy_boto3_sagemaker import SageMakerClient

    from experiment.steps import Register

_DIGITS = 6  # of a weight; SageMaker keeps single-precision numbers


class Serving:
    """Endpoints of one environment, named `<environment>-<use case>`, and model packages."""

    def __init__(self, client: "SageMakerClient", environment: str) -> None:
        self._client = client
        self._environment = environment

    def endpoint(self, use_case: str) -> str:
        """Return the name of a use case's endpoint."""
        return f"{self._environment}-{use_case.replace('_', '-')}"

    def live(self, use_case: str) -> Live | None:
        """Return the endpoint as it is, None if there is none."""
        found = live.endpoint(self._client, self.endpoint(use_case))
        if found is None:
            return None
        packages = {name: variant.package for name, variant in found.variants.items()}
        return Live(found.status, packages, found.weights)

    def weigh(self, use_case: str, share: float) -> bool:
        """Give the challenger a share of the requests; False while the endpoint takes no change."""
        weights = {CHAMPION: round(1 - share, _DIGITS), CHALLENGER: round(share, _DIGITS)}
        try:
            self._client.update_endpoint_weights_and_capacities(
                EndpointName=self.endpoint(use_case),
                DesiredWeightsAndCapacities=[
                    {"VariantName": name, "DesiredWeight": weight} for name, weight in weights.items()
                ],
            )
        except ClientError as error:
            if error.response["Error"]["Code"] == "ResourceInUse" or _in_progress(error):
                return False
            raise
        return True

    def package(self, arn: str) -> Package | None:
        """Return a package as the registry has it, None if it is gone."""
        try:
            described = self._client.describe_model_package(ModelPackageName=arn)
        except ClientError as error:
            if live.absent(error):
                return None
            raise
        modified = described.get("LastModifiedTime") or described["CreationTime"]
        return Package(
            approved=described.get("ModelApprovalStatus") == "Approved",
            slot=meant_for(described.get("CustomerMetadataProperties", {})),
            modified=modified.isoformat(),
        )

    def metadata(self, arn: str) -> Mapping[str, str]:
        """Return what the registry says of a package besides its model; nothing if it is gone."""
        try:
            described = self._client.describe_model_package(ModelPackageName=arn) if arn else None
        except ClientError as error:
            if live.absent(error):
                return {}
            raise
        return described.get("CustomerMetadataProperties", {}) if described else {}

    def register(self, step: "Register") -> None:
        """Approve a package for the champion's slot, or reject it."""
        if step.promote:
            approval.approve(self._client, step.package, CHAMPION, step.reason, step.at)
        else:
            approval.reject(self._client, step.package, step.reason)


def _in_progress(error: ClientError) -> bool:
    message = error.response["Error"]["Message"]
    return error.response["Error"]["Code"] == "ValidationException" and "in-progress" in message
