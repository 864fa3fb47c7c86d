"""Jobs that pipelines start, whose end is a matter of time.

A job's step says in its Environment or HyperParameters how long it takes and how it ends, so nothing here is canned
by name: {"seconds": "0.2", "fail": "AlgorithmError: exit code 1"}.
"""

import time
from typing import Any

from local_cloud.sagemaker import api
from local_cloud.sagemaker.errors import SageMakerError, validation_error

JOBS = {
    "ProcessingJob": ("processing-job", "Environment"),
    "TrainingJob": ("training-job", "HyperParameters"),
    "TransformJob": ("transform-job", "Environment"),
}


def job_operations() -> dict[str, Any]:
    """The operations on jobs, whose end is a matter of time."""
    operations = {}
    for kind, (resource, settings) in JOBS.items():
        operations[f"Create{kind}"] = _create(kind, resource, settings)
        operations[f"Describe{kind}"] = _describe(kind)
        operations[f"Stop{kind}"] = _stop(kind)
    operations["CreateModel"] = _create_model
    operations["DescribeModel"] = lambda request, call: _get("Model", request["ModelName"], call)
    return operations


def _create(kind: str, resource: str, settings: str) -> api.Operation:
    def create(request: dict[str, Any], call: api.Call) -> dict[str, Any]:
        name = request[f"{kind}Name"]
        told = request.get(settings, {})
        document = {
            **request,
            f"{kind}Arn": call.arn(f"{resource}/{name}"),
            "CreationTime": api.now(),
            "EndAt": time.time() + float(told.get("seconds", 0)),
            "FailureReason": told.get("fail"),
        }
        if kind == "TrainingJob":
            document["ModelArtifacts"] = {"S3ModelArtifacts": f"s3://bucket/models/{name}/output/model.tar.gz"}
        if not call.store.insert(kind, name, document):
            raise SageMakerError("ResourceInUse", f"{name} exists")
        return document

    return create


def _describe(kind: str) -> api.Operation:
    def describe(request: dict[str, Any], call: api.Call) -> dict[str, Any]:
        document = _get(kind, request[f"{kind}Name"], call)
        if document.get("Stop"):
            return {**document, f"{kind}Status": "Stopped"}
        if time.time() < document["EndAt"]:
            return {**document, f"{kind}Status": "InProgress", "FailureReason": None}
        return {**document, f"{kind}Status": "Failed" if document["FailureReason"] else "Completed"}

    return describe


def _stop(kind: str) -> api.Operation:
    def stop(request: dict[str, Any], call: api.Call) -> dict[str, Any]:
        call.store.update(kind, request[f"{kind}Name"], lambda document: document.update(Stop=True))
        return {}

    return stop


def _create_model(request: dict[str, Any], call: api.Call) -> dict[str, Any]:
    document = {**request, "ModelArn": call.arn(f"model/{request['ModelName']}"), "CreationTime": api.now()}
    call.store.insert("Model", request["ModelName"], document)
    return document


def _get(kind: str, name: str, call: api.Call) -> dict[str, Any]:
    document = call.store.get(kind, name)
    if document is None:
        raise validation_error(f"Could not find {kind} {name}")
    return document
