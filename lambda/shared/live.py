"""What an endpoint really serves, whatever a stack or a registry says that it should."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from mypy_boto3_sagemaker import SageMakerClient

CHAMPION = "champion"


@dataclass(frozen=True)
class Endpoint:
    """An endpoint's status and configuration, and the model of its champion: `package` is empty where it has none."""

    status: str
    config: str
    model: str = ""
    package: str = ""


def endpoint(client: "SageMakerClient", name: str) -> Endpoint | None:
    """Return an endpoint and what is behind its champion, None if there is no endpoint."""
    try:
        described = client.describe_endpoint(EndpointName=name)
    except ClientError as error:
        if absent(error):
            return None
        raise
    config = described.get("EndpointConfigName", "")
    model, package = _behind(client, config) if config else ("", "")
    return Endpoint(described["EndpointStatus"], config, model, package)


def _behind(client: "SageMakerClient", config: str) -> tuple[str, str]:
    try:
        variants = client.describe_endpoint_config(EndpointConfigName=config)["ProductionVariants"]
        models = [variant["ModelName"] for variant in variants if variant["VariantName"] == CHAMPION]
        model = client.describe_model(ModelName=models[0]) if models else None
    except ClientError as error:
        if absent(error):
            return "", ""
        raise
    return (models[0], model.get("PrimaryContainer", {}).get("ModelPackageName", "")) if model else ("", "")


def absent(error: ClientError) -> bool:
    """Whether SageMaker says that something does not exist; mostly it says ValidationException."""
    code, message = error.response["Error"]["Code"], error.response["Error"]["Message"]
    return code.startswith("ResourceNotFound") or (
        code == "ValidationException" and ("does not exist" in message or "Could not find" in message)
    )
