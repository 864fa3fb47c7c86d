"""How many instances a variant has, through SageMaker's own operations."""

from local_cloud.autoscaling.api import Call, variant_of
from local_cloud.sagemaker import api as sagemaker
from local_cloud.sagemaker.store import Document
from local_cloud.service_errors import ServiceError, validation_error


def instances(resource_id: str, call: Call) -> int:
    """Return the desired number; ValidationException if there is no such variant."""
    endpoint, name = variant_of(resource_id)
    described = sagemaker.invoke("DescribeEndpoint", {"EndpointName": endpoint}, call)
    for variant in described.get("ProductionVariants", []):
        if variant["VariantName"] == name:
            if "DesiredInstanceCount" not in variant:
                raise validation_error(f"Production variant {name} of endpoint {endpoint} is serverless.")
            return int(variant["DesiredInstanceCount"])
    raise validation_error(f"Endpoint {endpoint} has no production variant {name}.")


def change(resource_id: str, count: int, call: Call) -> bool:
    """Set the number as UpdateEndpointWeightsAndCapacities does; False while the endpoint takes no change."""
    endpoint, name = variant_of(resource_id)
    wish = [{"VariantName": name, "DesiredInstanceCount": count}]
    try:
        sagemaker.invoke(
            "UpdateEndpointWeightsAndCapacities",
            {"EndpointName": endpoint, "DesiredWeightsAndCapacities": wish},
            call,
        )
    except ServiceError:
        if sagemaker.invoke("DescribeEndpoint", {"EndpointName": endpoint}, call)["EndpointStatus"] == "InService":
            raise
        return False
    return True


def keep_within(target: Document, call: Call) -> bool:
    """Bring the number between the target's bounds; False while the endpoint takes no change."""
    count = instances(target["ResourceId"], call)
    within = min(max(count, target["MinCapacity"]), target["MaxCapacity"])
    return within == count or change(target["ResourceId"], within, call)
