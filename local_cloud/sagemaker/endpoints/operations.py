"""The operations on endpoints. Importing this module registers them, and those on models and configurations.

Each answers at once and leaves the work to `rollout`; `DescribeEndpoint` tells how far it is.
"""

import shutil
from typing import Any

from local_cloud.autoscaling import registered
from local_cloud.sagemaker import listing
from local_cloud.sagemaker.api import Call, Request, Response, now, on_start, operation
from local_cloud.sagemaker.endpoints import documents, endpoint_configs, models, plans, rollout, serverless, shifting
from local_cloud.sagemaker.endpoints.documents import KIND
from local_cloud.sagemaker.endpoints.plans import Plan
from local_cloud.sagemaker.errors import not_implemented, validation_error
from local_cloud.sagemaker.store import Document

__all__ = ["endpoint_configs", "models"]

_STEADY = frozenset({"InService"})
_DELETABLE = frozenset({"InService", "Failed", "OutOfService"})
_SCHEDULE = "MonitoringSchedule"  # local_cloud.sagemaker.monitoring, which knows endpoints
_RETAINED = {"DesiredInstanceCount": "InstanceCount", "DesiredWeight": "Weight"}


@operation("CreateEndpoint")
def create(request: Request, call: Call) -> Response:
    """Create an endpoint; its processes start after the answer."""
    name = request["EndpointName"]
    arn = call.arn(f"endpoint/{name}")
    plan = plans.plan(endpoint_configs.find(request["EndpointConfigName"], call), call)
    if config := request.get("DeploymentConfig"):
        shifting.check(config, plan, plan)
    moment = now()
    document = {
        "EndpointName": name, "EndpointArn": arn, "EndpointConfigName": request["EndpointConfigName"],
        "EndpointStatus": "Creating", "CreationTime": moment, "LastModifiedTime": moment,
        "Tags": request.get("Tags", []), "_Plan": plan,
    }  # fmt: skip
    if config:
        document["LastDeploymentConfig"] = config
    if not call.store.insert(KIND, name, document):
        raise validation_error(f'Cannot create already existing endpoint "{arn}".')
    documents.announce(document, call)
    rollout.in_background(rollout.create, name, call)
    return {"EndpointArn": arn}


@operation("DescribeEndpoint")
def describe(request: Request, call: Call) -> Response:
    """Return an endpoint as it is now."""
    return find(request["EndpointName"], call)


@operation("ListEndpoints")
def list_endpoints(request: Request, call: Call) -> Response:
    """List endpoints."""
    return listing.listed(
        request,
        call.store.list(KIND),
        name="EndpointName",
        status="EndpointStatus",
        answer="Endpoints",
        usual=listing.NEWEST,
    )


@operation("UpdateEndpoint")
def update(request: Request, call: Call) -> Response:
    """Serve another configuration; the traffic moves after the new processes are healthy."""
    name = request["EndpointName"]
    document = find(name, call)
    _in_state(document, _STEADY)
    endpoint_configs.find(document["EndpointConfigName"], call)  # AWS refuses when the live configuration was deleted
    plan = plans.plan(endpoint_configs.find(request["EndpointConfigName"], call), call)
    _keep_registered(name, document["_Plan"], plan, call)
    if request.get("RetainAllVariantProperties"):
        excluded = {item["VariantPropertyType"] for item in request.get("ExcludeRetainedVariantProperties", [])}
        _retain(document["_Plan"], plan, excluded)
    elif request.get("ExcludeRetainedVariantProperties"):
        raise validation_error("ExcludeRetainedVariantProperties needs RetainAllVariantProperties to be true.")
    if not any(variant["Weight"] > 0 for variant in plan["Variants"] if not variant["Shadow"]):
        raise not_implemented("UpdateEndpoint to variants that keep a weight of 0: AWS does not say who answers then")
    config = request.get("DeploymentConfig")
    if request.get("RetainDeploymentConfig"):
        config = document.get("LastDeploymentConfig")
    serverless.check_update(document["_Plan"], plan, config or {})
    shifting.check(config or {}, document["_Plan"], plan)

    def change(current: Document) -> None:
        current["_Pending"] = plan
        current.pop("_PendingDeploymentConfig", None)
        if config:
            current["_PendingDeploymentConfig"] = config

    _begin(name, call, "Updating", _STEADY, change)
    rollout.in_background(rollout.update, name, call)
    return {"EndpointArn": document["EndpointArn"]}


@operation("UpdateEndpointWeightsAndCapacities")
def reweigh(request: Request, call: Call) -> Response:
    """Change weights and instance counts of variants in place; counts are recorded, one process serves a variant."""
    name = request["EndpointName"]
    document = find(name, call)

    def change(current: Document) -> None:
        variants = {
            variant["VariantName"]: variant for variant in current["_Plan"]["Variants"] if not variant["Shadow"]
        }
        for wish in request["DesiredWeightsAndCapacities"]:
            if wish["VariantName"] not in variants:
                raise validation_error(
                    f"Endpoint {name} has no variant {wish['VariantName']}; it has {', '.join(sorted(variants))}."
                )
            variant = variants[wish["VariantName"]]
            serverless.check_wish(name, wish, variant)
            variant["Weight"] = wish.get("DesiredWeight", variant["Weight"])
            variant["InstanceCount"] = wish.get("DesiredInstanceCount", variant["InstanceCount"])
        if not any(variant["Weight"] > 0 for variant in variants.values()):
            raise validation_error(f"Endpoint {name}: at least one variant needs a weight above 0.")

    _begin(name, call, "Updating", _STEADY, change)
    rollout.in_background(rollout.reweigh, name, call)
    return {"EndpointArn": document["EndpointArn"]}


@operation("DeleteEndpoint")
def delete(request: Request, call: Call) -> Response:
    """End an endpoint after its last requests."""
    for schedule in call.store.list(_SCHEDULE):
        if schedule["EndpointName"] == request["EndpointName"]:
            raise validation_error(
                f"Cannot delete endpoint {request['EndpointName']} while the monitoring schedule "
                f"{schedule['MonitoringScheduleName']} watches it. Delete the schedule first."
            )
    _begin(request["EndpointName"], call, "Deleting", _DELETABLE, lambda _: None)
    for target in registered.targets(request["EndpointName"], call).values():
        registered.forget(target["ResourceId"], call)
    rollout.in_background(rollout.delete, request["EndpointName"], call)
    return {}


@on_start
def resume_all(call: Call) -> None:
    """Bring back the endpoints of an account and region."""
    shutil.rmtree(plans.socket_folder(call), ignore_errors=True)  # of a local cloud that was killed
    for document in call.store.list(KIND):
        if document["EndpointStatus"] in {"Failed", "OutOfService"}:
            continue
        if document["EndpointStatus"] not in {"Creating", "Deleting"}:
            documents.record(document["EndpointName"], call, EndpointStatus="SystemUpdating")
        rollout.in_background(rollout.resume, document["EndpointName"], call)


def find(name: str, call: Call) -> Document:
    """Return an endpoint's document, or refuse as AWS does."""
    document = call.store.get(KIND, name)
    if document is None:
        raise validation_error(f'Could not find endpoint "{call.arn(f"endpoint/{name}")}".')
    return document


def _begin(name: str, call: Call, status: str, allowed: frozenset[str], change: Any) -> None:
    find(name, call)

    def begin(document: Document) -> None:
        _in_state(document, allowed)
        change(document)
        document.update(EndpointStatus=status, LastModifiedTime=now())
        document.pop("FailureReason", None)

    documents.announce(call.store.update(KIND, name, begin), call)


def _in_state(document: Document, allowed: frozenset[str]) -> None:
    status, arn = document["EndpointStatus"], document["EndpointArn"]
    if status in allowed:
        return
    if status == "Failed":
        raise validation_error(f'Cannot update endpoint "{arn}" in status Failed; it can only be deleted.')
    raise validation_error(f'Cannot update in-progress endpoint "{arn}".')


def _keep_registered(name: str, old: Plan, new: Plan, call: Call) -> None:
    """Refuse to take away, or change the instance type of, a variant that is registered for scaling."""
    before, after = (
        {variant["VariantName"]: variant.get("InstanceType") for variant in plan["Variants"] if not variant["Shadow"]}
        for plan in (old, new)
    )
    there = {variant: before.get(variant) or after.get(variant) for variant in registered.targets(name, call)}
    wrong = [variant for variant, kind in there.items() if variant not in after or after[variant] != kind]
    if wrong:
        raise validation_error(
            f"The variant(s) {', '.join(wrong)} must be deregistered as scalable target(s) with AWS Auto Scaling "
            "before they can be removed or have their instance type updated."
        )


def _retain(old: Plan, new: Plan, excluded: set[str]) -> None:
    before = {variant["VariantName"]: variant for variant in old["Variants"]}
    for variant in new["Variants"]:
        for kind, key in _RETAINED.items():
            known = before.get(variant["VariantName"], {}).get(key)
            if kind not in excluded and known is not None and variant[key] is not None:
                variant[key] = known
    if "DataCaptureConfig" not in excluded:
        new["DataCaptureConfig"] = old["DataCaptureConfig"]
