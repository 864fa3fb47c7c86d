"""Creating, updating, deleting and bringing back endpoints: what goes on after an operation has answered."""

import atexit
import shutil
import socket
import threading
import time
import traceback
from collections.abc import Callable
from functools import partial
from urllib.parse import urlsplit

from local_cloud.sagemaker import aws_clients
from local_cloud.sagemaker.api import Call
from local_cloud.sagemaker.endpoints import fleets, housekeeping, live, shifting
from local_cloud.sagemaker.endpoints.artifacts import DeploymentError
from local_cloud.sagemaker.endpoints.documents import KIND, record, serving
from local_cloud.sagemaker.endpoints.plans import folder
from local_cloud.sagemaker.endpoints.shifting import ShiftFailedError
from local_cloud.sagemaker.errors import SageMakerError
from local_cloud.sagemaker.store import Document
from local_cloud.settings import silent_rollbacks

_WAIT_FOR_CLOUD_SECONDS = 60.0


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
    record(name, call, EndpointStatus="InService", **serving(plan))


def update(name: str, call: Call) -> None:
    """Start what the pending plan says, move the traffic, end what served before; if it fails, that goes on serving."""
    document = _document(name, call)
    plan, old_plan = document["_Pending"], document["_Plan"]
    endpoint = live.ENDPOINTS[live.key(name, call)]
    try:
        fleet = fleets.build(name, plan, call)
    except (DeploymentError, SageMakerError) as error:
        _keep_serving(name, call, error)
        return
    try:
        shifting.shift(endpoint, fleet, document.get("_PendingDeploymentConfig", {}), plan, partial(_ringing, call))
    except ShiftFailedError as error:
        record(name, call, EndpointStatus="RollingBack")
        endpoint.withdraw()
        _keep_serving(name, call, error)
        fleets.retire(name, plan, fleet, call)
        return
    before = endpoint.replace(fleet)
    record(
        name, call, EndpointStatus="InService", FailureReason=None,
        LastDeploymentConfig=document.get("_PendingDeploymentConfig"),
        _Plan=plan, _Pending=None, _PendingDeploymentConfig=None,
        **serving(plan),
    )  # fmt: skip
    fleets.retire(name, old_plan, before, call)


def _ringing(call: Call, names: list[str]) -> list[str]:
    cloudwatch = aws_clients.of_account(call, "cloudwatch")
    described = cloudwatch.describe_alarms(AlarmNames=names, StateValue="ALARM")
    return [alarm["AlarmName"] for alarm in described["MetricAlarms"]]


def _keep_serving(name: str, call: Call, error: Exception) -> None:
    reason = None if silent_rollbacks() else str(error)
    record(name, call, EndpointStatus="InService", FailureReason=reason, _Pending=None)


def reweigh(name: str, call: Call) -> None:
    """Bring the live weights and instances to the plan's."""
    plan = _document(name, call)["_Plan"]
    weights, instances = (
        {
            variant["VariantName"]: variant[key]
            for variant in plan["Variants"]
            if not variant["Shadow"] and variant[key] is not None
        }
        for key in ("Weight", "InstanceCount")
    )
    live.ENDPOINTS[live.key(name, call)].reweigh(weights, instances)
    record(name, call, EndpointStatus="InService", **serving(plan))


def delete(name: str, call: Call) -> None:
    """End what serves, write what is captured, and forget the endpoint."""
    plan = _document(name, call)["_Plan"]
    endpoint = live.ENDPOINTS.pop(live.key(name, call), None)
    if endpoint is not None:
        fleets.retire(name, plan, endpoint.fleet, call)
    shutil.rmtree(folder(name, call), ignore_errors=True)
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
                variant.end()
                if variant.capture:
                    variant.capture.spool()


atexit.register(stop)


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
