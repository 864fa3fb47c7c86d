"""What an endpoint really serves, whatever a stack or a registry says that it should."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from mypy_boto3_sagemaker import SageMakerClient


@dataclass(frozen=True)
class Variant:
    """The model of a variant; `package` is empty where it is of none."""

    model: str = ""
    package: str = ""


@dataclass(frozen=True)
class Endpoint:
    """An endpoint's status, configuration, variants by name, the shadow among them, and the live weights."""

    status: str
    config: str
    variants: Mapping[str, Variant] = field(default_factory=dict)
    weights: Mapping[str, float] = field(default_factory=dict)


def endpoint(client: "SageMakerClient", name: str) -> Endpoint | None:
    """Return an endpoint and what is behind its variants, None if there is no endpoint."""
    try:
        described = client.describe_endpoint(EndpointName=name)
    except ClientError as error:
        if absent(error):
            return None
        raise
    config = described.get("EndpointConfigName", "")
    weights = {one["VariantName"]: one.get("CurrentWeight", 0.0) for one in described.get("ProductionVariants", [])}
    return Endpoint(described["EndpointStatus"], config, _variants(client, config) if config else {}, weights)


def _variants(client: "SageMakerClient", config: str) -> dict[str, Variant]:
    try:
        described = client.describe_endpoint_config(EndpointConfigName=config)
        variants = [*described["ProductionVariants"], *described.get("ShadowProductionVariants", [])]
        return {variant["VariantName"]: _behind(client, variant["ModelName"]) for variant in variants}
    except ClientError as error:
        if absent(error):
            return {}
        raise


def _behind(client: "SageMakerClient", model: str) -> Variant:
    container = client.describe_model(ModelName=model).get("PrimaryContainer", {})
    return Variant(model, container.get("ModelPackageName", ""))


def absent(error: ClientError) -> bool:
    """Whether SageMaker says that something does not exist; mostly it says ValidationException."""
    code, message = error.response["Error"]["Code"], error.response["Error"]["Message"]
    return code.startswith("ResourceNotFound") or (
        code == "ValidationException" and ("does not exist" in message or "Could not find" in message)
    )
