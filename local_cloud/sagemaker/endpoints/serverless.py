"""What AWS refuses of serverless variants. Source: "Feature exclusions" of Serverless Inference, developer guide."""

from typing import Any

from local_cloud.sagemaker.api import Call, Request
from local_cloud.sagemaker.endpoints import models
from local_cloud.sagemaker.errors import not_implemented, validation_error

_MEMORY_MB = range(1024, 6144 + 1, 1024)
_OF_INSTANCES = (
    "InstanceType", "InitialInstanceCount", "AcceleratorType", "VolumeSizeInGB", "EnableSSMAccess",
    "InferenceAmiVersion", "RoutingConfig",
)  # fmt: skip
_OF_NETWORKS = ("VpcConfig", "EnableNetworkIsolation")


def check(request: Request, call: Call) -> None:
    """Refuse a configuration that has a serverless variant and something that such an endpoint cannot have."""
    variants = [*request["ProductionVariants"], *request.get("ShadowProductionVariants", [])]
    serverless = [variant for variant in variants if "ServerlessConfig" in variant]
    if not serverless:
        return
    if len(variants) > 1:
        raise validation_error(
            f"A serverless endpoint has one production variant and no shadow; found {len(variants)} variants."
        )
    if request.get("DataCaptureConfig"):
        raise validation_error("Data capture is not supported for serverless endpoints; leave DataCaptureConfig out.")
    (variant,) = serverless
    _check_size(variant["VariantName"], variant["ServerlessConfig"])
    if found := [key for key in _OF_INSTANCES if key in variant]:
        raise validation_error(f"Variant {variant['VariantName']} has ServerlessConfig and {', '.join(found)}.")
    model = models.find(variant["ModelName"], call)
    if found := [key for key in _OF_NETWORKS if model.get(key)]:
        raise validation_error(
            f"{' and '.join(found)} of model {variant['ModelName']} is not supported for serverless endpoints."
        )


def _check_size(name: str, config: dict[str, Any]) -> None:
    if config["MemorySizeInMB"] not in _MEMORY_MB:
        raise validation_error(
            f"Variant {name}: MemorySizeInMB is {config['MemorySizeInMB']}; allowed are "
            f"{', '.join(map(str, _MEMORY_MB))}."
        )
    if config.get("ProvisionedConcurrency", 0) > config["MaxConcurrency"]:
        raise validation_error(
            f"Variant {name}: ProvisionedConcurrency {config['ProvisionedConcurrency']} is more than MaxConcurrency "
            f"{config['MaxConcurrency']}."
        )


def check_update(old: dict[str, Any], new: dict[str, Any], deployment: dict[str, Any]) -> None:
    """Refuse an update that AWS does not make of, or to, a serverless endpoint.

    Args:
        old: the plan that serves.
        new: the one that is to.
        deployment: how the traffic is to move.
    """
    before, after = (any(variant.get("Serverless") for variant in plan["Variants"]) for plan in (old, new))
    if after and not before:
        raise validation_error("An endpoint with instances cannot be updated to a serverless one.")
    routing = deployment.get("BlueGreenUpdatePolicy", {}).get("TrafficRoutingConfiguration", {})
    if (before or after) and routing.get("Type", "ALL_AT_ONCE") != "ALL_AT_ONCE":
        # AWS documents that rolling updates are excluded, and nothing of these.
        raise not_implemented(f"traffic routing {routing['Type']} of serverless endpoints; allowed is ALL_AT_ONCE")


def check_wish(name: str, wish: dict[str, Any], variant: dict[str, Any]) -> None:
    """Refuse to change what a variant does not have, or the local cloud does not change."""
    if variant.get("Serverless") and "DesiredInstanceCount" in wish:
        raise validation_error(f"Variant {wish['VariantName']} of endpoint {name} is serverless: it has no instances.")
    if wish.get("ServerlessUpdateConfig"):
        raise not_implemented("ServerlessUpdateConfig of UpdateEndpointWeightsAndCapacities; use UpdateEndpoint")
