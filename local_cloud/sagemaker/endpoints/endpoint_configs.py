"""Endpoint configurations: which models serve, on what, with which share of the requests."""

from typing import Any

from local_cloud.sagemaker import listing
from local_cloud.sagemaker.api import Call, Request, Response, now, operation
from local_cloud.sagemaker.endpoints import models, serverless
from local_cloud.sagemaker.errors import not_implemented, validation_error
from local_cloud.sagemaker.store import Document

KIND = "EndpointConfig"
_UNSERVED = ("AsyncInferenceConfig", "ExplainerConfig", "ExecutionRoleArn", "VpcConfig", "EnableNetworkIsolation")
_UNSERVED_OF_VARIANT = (
    "InstancePools", "ManagedInstanceScaling", "CoreDumpConfig", "CapacityReservationConfig",
)  # fmt: skip


@operation("CreateEndpointConfig")
def create(request: Request, call: Call) -> Response:
    """Record a configuration; its models must exist."""
    name = request["EndpointConfigName"]
    arn = call.arn(f"endpoint-config/{name}")
    _refuse(request, _UNSERVED, "")
    production, shadow = request["ProductionVariants"], request.get("ShadowProductionVariants", [])
    _check_names([*production, *shadow])
    for variant in [*production, *shadow]:
        _check(variant, call)
    serverless.check(request, call)
    if shadow and (len(production) != 1 or len(shadow) != 1):
        raise validation_error("A shadow variant is allowed beside exactly one production variant, and only one.")
    if not any(variant.get("InitialVariantWeight", 1.0) > 0 for variant in production):
        raise validation_error("At least one production variant needs an InitialVariantWeight above 0.")
    if not call.store.insert(KIND, name, {**request, "EndpointConfigArn": arn, "CreationTime": now()}):
        raise validation_error(f'Cannot create already existing endpoint configuration "{arn}".')
    return {"EndpointConfigArn": arn}


@operation("DescribeEndpointConfig")
def describe(request: Request, call: Call) -> Response:
    """Return a configuration as it was created."""
    return find(request["EndpointConfigName"], call)


@operation("ListEndpointConfigs")
def list_configs(request: Request, call: Call) -> Response:
    """List configurations."""
    return listing.listed(
        request, call.store.list(KIND), name="EndpointConfigName", answer="EndpointConfigs", usual=listing.NEWEST
    )


@operation("DeleteEndpointConfig")
def delete(request: Request, call: Call) -> Response:
    """Remove the record. AWS warns against it while an endpoint uses it, but lets it happen; so does this."""
    find(request["EndpointConfigName"], call)
    call.store.delete(KIND, request["EndpointConfigName"])
    return {}


def find(name: str, call: Call) -> Document:
    """Return a configuration's document, or refuse as AWS does."""
    document = call.store.get(KIND, name)
    if document is None:
        raise validation_error(f'Could not find endpoint configuration "{call.arn(f"endpoint-config/{name}")}".')
    return document


def _check_names(variants: list[dict[str, Any]]) -> None:
    names = [variant["VariantName"] for variant in variants]
    for name in names:
        if names.count(name) > 1:
            raise validation_error(f"Variant names must be unique; found {name} {names.count(name)} times.")


def _check(variant: dict[str, Any], call: Call) -> None:
    _refuse(variant, _UNSERVED_OF_VARIANT, f" of variant {variant['VariantName']}")
    needed = () if "ServerlessConfig" in variant else ("InstanceType", "InitialInstanceCount")
    for key in ("ModelName", *needed):
        if key not in variant:
            raise validation_error(f"Variant {variant['VariantName']}: {key} is required.")
    models.find(variant["ModelName"], call)


def _refuse(document: dict[str, Any], keys: tuple[str, ...], where: str) -> None:
    if unserved := [key for key in keys if document.get(key)]:
        raise not_implemented(
            f"{', '.join(unserved)}{where} in CreateEndpointConfig; it serves variants with InstanceType and "
            "InitialInstanceCount, or with ServerlessConfig"
        )
