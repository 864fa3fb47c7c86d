"""What an endpoint really serves, whatever a stack or a registry says that it should."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from mypy_boto3_sagemaker import SageMakerClient
    from mypy_boto3_sagemaker.type_defs import ProductionVariantServerlessConfigTypeDef


@dataclass(frozen=True)
class Variant:
    """The model of a variant; `package` is empty where it is of none. `serverless`: its size, where it is.

    `created` is when the model was made, which says no more of what serves.
    """

    model: str = ""
    package: str = ""
    serverless: Mapping[str, int] = field(default_factory=dict)
    created: datetime | None = field(default=None, compare=False)


@dataclass(frozen=True)
class Endpoint:
    """An endpoint's status, configuration, variants by name, the shadow among them, and the live weights.

    `serverless` has the live size of variants, which releases do not retain as they do counts and weights.
    """

    status: str
    config: str
    variants: Mapping[str, Variant] = field(default_factory=dict)
    weights: Mapping[str, float] = field(default_factory=dict)
    serverless: Mapping[str, Mapping[str, int]] = field(default_factory=dict)

    @property
    def unlike(self) -> str:
        """What of a variant is not as its configuration has it; empty: all is."""
        for name, variant in self.variants.items():
            found, wanted = dict(self.serverless.get(name, {})), dict(variant.serverless)
            if found != wanted:
                return f"{name} has the ServerlessConfig {found or 'of none'}, and its configuration {wanted or 'none'}"
        return ""


def endpoint(client: "SageMakerClient", name: str) -> Endpoint | None:
    """Return an endpoint and what is behind its variants, None if there is no endpoint."""
    try:
        described = client.describe_endpoint(EndpointName=name)
    except ClientError as error:
        if absent(error):
            return None
        raise
    config = described.get("EndpointConfigName", "")
    live = described.get("ProductionVariants", [])
    weights = {one["VariantName"]: one.get("CurrentWeight", 0.0) for one in live}
    sizes = {one["VariantName"]: _size(one.get("CurrentServerlessConfig")) for one in live}
    return Endpoint(described["EndpointStatus"], config, _variants(client, config) if config else {}, weights, sizes)


def _variants(client: "SageMakerClient", config: str) -> dict[str, Variant]:
    try:
        described = client.describe_endpoint_config(EndpointConfigName=config)
        variants = [*described["ProductionVariants"], *described.get("ShadowProductionVariants", [])]
        return {
            variant["VariantName"]: _behind(client, variant["ModelName"], _size(variant.get("ServerlessConfig")))
            for variant in variants
        }
    except ClientError as error:
        if absent(error):
            return {}
        raise


def _behind(client: "SageMakerClient", model: str, serverless: Mapping[str, int]) -> Variant:
    described = client.describe_model(ModelName=model)
    container = described.get("PrimaryContainer", {})
    return Variant(model, container.get("ModelPackageName", ""), serverless, described["CreationTime"])


def _size(config: "ProductionVariantServerlessConfigTypeDef | None") -> dict[str, int]:
    if config is None:
        return {}
    size = {"MemorySizeInMB": config["MemorySizeInMB"], "MaxConcurrency": config["MaxConcurrency"]}
    # Without provisioned concurrency it is not there; were AWS to say 0, that would be the same.
    kept = config.get("ProvisionedConcurrency", 0)
    return size | ({"ProvisionedConcurrency": kept} if kept else {})


def absent(error: ClientError) -> bool:
    """Whether SageMaker says that something does not exist; mostly it says ValidationException."""
    code, message = error.response["Error"]["Code"], error.response["Error"]["Message"]
    return code.startswith("ResourceNotFound") or (
        code == "ValidationException" and ("does not exist" in message or "Could not find" in message)
    )
