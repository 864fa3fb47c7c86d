"""Creating, updating, deleting and bringing back endpoints: what goes on after an operation has answered."""

import atexit
import shutil
import socket
import threading
import time
import traceback
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from local_cloud.sagemaker.api import Call, now
from local_cloud.sagemaker.endpoints import fleets, housekeeping, live, shifting
from local_cloud.sagemaker.endpoints.artifacts import DeploymentError
from local_cloud.sagemaker.endpoints.shifting import ShiftFailedError
from local_cloud.sagemaker.errors import SageMakerError
from local_cloud.sagemaker.store import Document

KIND = "Endpoint"
_WAIT_FOR_CLOUD_SECONDS = 60.0
_EVENT_STATUS = {
    "Creating": "CREATING", "InService": "IN_SERVICE", "Updating": "UPDATING", "SystemUpdating": "SYSTEM_UPDATING",
    "RollingBack": "ROLLING_BACK", "Deleting": "DELETING", "Failed": "FAILED",
}  # fmt: skip


def in_background(task: Callable[[str, Call], None], name: str, call: Call) -> None:
    """Run a task for an endpoint; an unforeseen error becomes the endpoint's FailureReason."""

    def run() -> None:
        try:
            task(name, call)
        except Exception as error:  # the endpoint must not stay in a state that nothing ends
            traceback.print_exc()
            serves = live.key(name, call) in live.ENDPOINTS
            record(
                name, call, EndpointStatus="InService" if serves else "Failed", FailureReason=f"Internal error: {error}"
            )

    threading.Thread(target=run, name=f"endpoint-{name}", daemon=True).start()


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


def create(name: str, call: Call) -> None:
    """Start what a new endpoint's plan says."""
    plan = _document(name, call)["_Plan"]
    try:
        fleet = fleets.build(name, plan, call)
    except (DeploymentError, SageMakerError) as error:
        record(name, call, EndpointStatus="Failed", FailureReason=str(error))
        return
    live.ENDPOINTS[live.key(name, call)] = live.LiveEndpoint(name, fleet)
    housekeeping.start()
    record(
        name, call, EndpointStatus="InService", ProductionVariants=summaries(plan), **_shadows(plan), **_captures(plan)
    )


def update(name: str, call: Call) -> None:
    """Start what the pending plan says, move the traffic, end what served before; if it fails, that goes on serving."""
    document = _document(name, call)
    plan, old_plan = document["_Pending"], document["_Plan"]
    endpoint = live.ENDPOINTS[live.key(name, call)]
    try:
        fleet = fleets.build(name, plan, call)
    except (DeploymentError, SageMakerError) as error:
        record(name, call, EndpointStatus="InService", FailureReason=str(error), _Pending=None)
        return
    try:
        shifting.shift(endpoint, fleet, document.get("_PendingDeploymentConfig", {}), plan, call)
    except ShiftFailedError as error:
        record(name, call, EndpointStatus="RollingBack")
        endpoint.withdraw()
        record(name, call, EndpointStatus="InService", FailureReason=str(error), _Pending=None)
        fleets.retire(name, plan, fleet, call)
        return
    before = endpoint.replace(fleet)
    record(
        name, call, EndpointStatus="InService", EndpointConfigName=plan["EndpointConfigName"], FailureReason=None,
        LastDeploymentConfig=document.get("_PendingDeploymentConfig"),
        _Plan=plan, _Pending=None, _PendingDeploymentConfig=None,
        ProductionVariants=summaries(plan), **_shadows(plan), **_captures(plan),
    )  # fmt: skip
    fleets.retire(name, old_plan, before, call)


def reweigh(name: str, call: Call) -> None:
    """Bring the live weights to the plan's."""
    plan = _document(name, call)["_Plan"]
    weights = {variant["VariantName"]: variant["Weight"] for variant in plan["Variants"] if not variant["Shadow"]}
    live.ENDPOINTS[live.key(name, call)].reweigh(weights)
    record(name, call, EndpointStatus="InService", ProductionVariants=summaries(plan))


def delete(name: str, call: Call) -> None:
    """End what serves, write what is captured, and forget the endpoint."""
    plan = _document(name, call)["_Plan"]
    endpoint = live.ENDPOINTS.pop(live.key(name, call), None)
    if endpoint is not None:
        fleets.retire(name, plan, endpoint.fleet, call)
    shutil.rmtree(fleets.folder(name, call), ignore_errors=True)
    call.store.delete(KIND, name)


def resume(name: str, call: Call) -> None:
    """Bring an endpoint back after a start of the local cloud, and go on with what was interrupted."""
    document = _document(name, call)
    _wait_for_cloud(call)
    if document["EndpointStatus"] in {"Creating", "Deleting"}:
        (create if document["EndpointStatus"] == "Creating" else delete)(name, call)
        return
    create(name, call)
    if "_Pending" in document and live.key(name, call) in live.ENDPOINTS:
        record(name, call, EndpointStatus="Updating")
        update(name, call)


def stop() -> None:
    """End all processes and keep on disk what they have captured; the endpoints come back with the next start."""
    for endpoint in [live.ENDPOINTS.pop(key) for key in list(live.ENDPOINTS)]:
        for fleet in (endpoint.fleet, endpoint.incoming):
            for variant in fleet.variants() if fleet else ():
                variant.process.stop()
                if variant.capture:
                    variant.capture.spool()


atexit.register(stop)


def summaries(plan: fleets.Plan, *, shadow: bool = False) -> list[dict[str, Any]]:
    """Describe the variants of a plan that serves."""
    return [
        {
            "VariantName": variant["VariantName"],
            "DeployedImages": [
                {"SpecifiedImage": variant["Image"], "ResolvedImage": variant["Image"], "ResolutionTime": now()}
            ],
            "CurrentWeight": variant["Weight"],
            "DesiredWeight": variant["Weight"],
            "CurrentInstanceCount": variant["InstanceCount"],
            "DesiredInstanceCount": variant["InstanceCount"],
        }
        for variant in plan["Variants"]
        if variant["Shadow"] == shadow
    ]


def _shadows(plan: fleets.Plan) -> dict[str, Any]:
    return {"ShadowProductionVariants": summaries(plan, shadow=True) or None}


def _captures(plan: fleets.Plan) -> dict[str, Any]:
    config = plan["DataCaptureConfig"]
    if config is None:
        return {"DataCaptureConfig": None}
    enabled = config.get("EnableCapture", True)
    summary = {
        "EnableCapture": enabled,
        "CaptureStatus": "Started" if enabled else "Stopped",
        "CurrentSamplingPercentage": config["InitialSamplingPercentage"],
        "DestinationS3Uri": config["DestinationS3Uri"],
        "KmsKeyId": config.get("KmsKeyId", ""),
    }
    return {"DataCaptureConfig": summary}


def _document(name: str, call: Call) -> Document:
    document = call.store.get(KIND, name)
    if document is None:
        raise KeyError(f"endpoint {name} was deleted meanwhile")
    return document


def _wait_for_cloud(call: Call) -> None:
    address = urlsplit(call.platform.endpoint_url)
    deadline = time.monotonic() + _WAIT_FOR_CLOUD_SECONDS
    while time.monotonic() < deadline:
        try:
            socket.create_connection((address.hostname or "127.0.0.1", address.port or 80), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
