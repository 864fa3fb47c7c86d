"""An endpoint's document: how it changes, what it says about variants and capture, and the events it sends."""

from typing import Any

from local_cloud.sagemaker.api import Call, now
from local_cloud.sagemaker.endpoints.plans import Plan
from local_cloud.sagemaker.store import Document

KIND = "Endpoint"
_EVENT_STATUS = {
    "Creating": "CREATING", "InService": "IN_SERVICE", "Updating": "UPDATING", "SystemUpdating": "SYSTEM_UPDATING",
    "RollingBack": "ROLLING_BACK", "Deleting": "DELETING", "Failed": "FAILED",
}  # fmt: skip


def record(name: str, call: Call, **changes: Any) -> None:
    """Change an endpoint's document; None removes a key. A new status is also an event."""
    before: list[str] = []

    def change(document: Document) -> None:
        before.append(document["EndpointStatus"])
        document.update(changes)
        document["LastModifiedTime"] = now()
        for key in [key for key, value in changes.items() if value is None]:
            del document[key]

    try:
        document = call.store.update(KIND, name, change)
    except KeyError:
        return  # deleted meanwhile
    if document["EndpointStatus"] != before[0]:
        announce(document, call)


def announce(document: Document, call: Call) -> None:
    """Put the event that AWS sends when an endpoint's status changes; times are in milliseconds there."""
    detail: dict[str, Any] = {key: document[key] for key in ("EndpointName", "EndpointArn", "EndpointConfigName")}
    detail["ProductionVariants"] = [
        {key: variant[key] for key in ("VariantName", "DesiredWeight", "DesiredInstanceCount") if key in variant}
        for variant in document.get("ProductionVariants", [])
    ]
    detail |= {
        "EndpointStatus": _EVENT_STATUS[document["EndpointStatus"]],
        "CreationTime": round(document["CreationTime"] * 1000),
        "LastModifiedTime": round(document["LastModifiedTime"] * 1000),
        "Tags": {tag["Key"]: tag["Value"] for tag in document.get("Tags", [])},
    }
    if "FailureReason" in document:
        detail["FailureReason"] = document["FailureReason"]
    event = {"DetailType": "SageMaker Endpoint State Change", "Detail": detail, "Resources": [document["EndpointArn"]]}
    call.platform.put_event(call.store.account, call.store.region, event)


def serving(plan: Plan) -> dict[str, Any]:
    """Return what an endpoint's document says while the plan serves; None stands for what it must not have."""
    return {
        "EndpointConfigName": plan["EndpointConfigName"],
        "ProductionVariants": _summaries(plan, shadow=False),
        "ShadowProductionVariants": _summaries(plan, shadow=True) or None,
        "DataCaptureConfig": _capture(plan["DataCaptureConfig"]),
    }


def _summaries(plan: Plan, *, shadow: bool) -> list[dict[str, Any]]:
    return [
        {
            "VariantName": variant["VariantName"],
            "DeployedImages": [
                {"SpecifiedImage": variant["Image"], "ResolvedImage": variant["Image"], "ResolutionTime": now()}
            ],
            "CurrentWeight": variant["Weight"],
            "DesiredWeight": variant["Weight"],
            **_capacity(variant),
        }
        for variant in plan["Variants"]
        if variant["Shadow"] == shadow
    ]


def _capacity(variant: dict[str, Any]) -> dict[str, Any]:
    if config := variant.get("Serverless"):
        return {"CurrentServerlessConfig": config, "DesiredServerlessConfig": config}
    return {"CurrentInstanceCount": variant["InstanceCount"], "DesiredInstanceCount": variant["InstanceCount"]}


def _capture(config: dict[str, Any] | None) -> dict[str, Any] | None:
    if config is None:
        return None
    enabled = config.get("EnableCapture", True)
    return {
        "EnableCapture": enabled,
        "CaptureStatus": "Started" if enabled else "Stopped",
        "CurrentSamplingPercentage": config["InitialSamplingPercentage"],
        "DestinationS3Uri": config["DestinationS3Uri"],
        "KmsKeyId": config.get("KmsKeyId", ""),
    }
