"""Models: an image, an artifact and the role they run under.

A model of a model package takes image, artifact and environment from the package's inference specification when it is
created; it keeps them if the package goes. CreateModel does not look at the artifact, which AWS does: a missing one
shows when an endpoint is created.
"""

from typing import Any

from local_cloud.sagemaker import listing
from local_cloud.sagemaker.api import Call, Request, Response, invoke, now, operation
from local_cloud.sagemaker.errors import not_implemented, validation_error
from local_cloud.sagemaker.store import Document

KIND = "Model"
_UNSERVED = ("ModelDataSource", "AdditionalModelDataSources", "InferenceSpecificationName", "MultiModelConfig")


@operation("CreateModel")
def create(request: Request, call: Call) -> Response:
    """Record a model and what its one container runs."""
    name = request["ModelName"]
    arn = call.arn(f"model/{name}")
    if "ExecutionRoleArn" not in request:
        raise validation_error("CreateModel: ExecutionRoleArn is required; without it nothing may read the artifact.")
    document = {**request, "ModelArn": arn, "CreationTime": now(), "_Container": _resolve(_container(request), call)}
    document.setdefault("EnableNetworkIsolation", False)
    if not call.store.insert(KIND, name, document):
        raise validation_error(f'Cannot create already existing model "{arn}".')
    return {"ModelArn": arn}


@operation("DescribeModel")
def describe(request: Request, call: Call) -> Response:
    """Return a model as it was created."""
    return find(request["ModelName"], call)


@operation("ListModels")
def list_models(request: Request, call: Call) -> Response:
    """List models."""
    return listing.listed(request, call.store.list(KIND), name="ModelName", answer="Models", usual=listing.NEWEST)


@operation("DeleteModel")
def delete(request: Request, call: Call) -> Response:
    """Remove the record; endpoints that serve the model go on serving it, as on AWS."""
    find(request["ModelName"], call)
    call.store.delete(KIND, request["ModelName"])
    return {}


def find(name: str, call: Call) -> Document:
    """Return a model's document, or refuse as AWS does."""
    document = call.store.get(KIND, name)
    if document is None:
        raise validation_error(f'Could not find model "{call.arn(f"model/{name}")}".')
    return document


def _container(request: Request) -> dict[str, Any]:
    containers = request.get("Containers", [])
    primary = request.get("PrimaryContainer")
    if primary is not None and containers:
        raise validation_error("CreateModel: found PrimaryContainer and Containers; allowed is one of them.")
    if len(containers) > 1:
        raise not_implemented(
            f"inference pipelines (CreateModel with {len(containers)} Containers); it serves models of one container"
        )
    container: dict[str, Any] | None = primary or next(iter(containers), None)
    if container is None:
        raise validation_error("CreateModel: a model needs PrimaryContainer or Containers.")
    return container


def _resolve(container: dict[str, Any], call: Call) -> dict[str, Any]:
    _refuse_unserved(container)
    package = container.get("ModelPackageName")
    if package is None:
        if "Image" not in container:
            raise validation_error("CreateModel: a container needs Image, or ModelPackageName.")
        return {key: container.get(key) for key in ("Image", "ModelDataUrl")} | {
            "Environment": container.get("Environment", {})
        }
    if "Image" in container or "ModelDataUrl" in container:
        raise validation_error("CreateModel: with ModelPackageName, image and artifact come from the package.")
    described = invoke("DescribeModelPackage", {"ModelPackageName": package}, call)
    containers = described.get("InferenceSpecification", {}).get("Containers", [])
    if len(containers) != 1:
        raise validation_error(
            f"CreateModel: model package {package} has {len(containers)} containers in its inference specification; "
            "the local cloud serves packages of one."
        )
    _refuse_unserved(containers[0])
    return {
        "Image": containers[0].get("Image"),
        "ModelDataUrl": containers[0].get("ModelDataUrl"),
        "Environment": containers[0].get("Environment", {}) | container.get("Environment", {}),
    }


def _refuse_unserved(container: dict[str, Any]) -> None:
    unserved = [key for key in _UNSERVED if container.get(key)]
    if container.get("Mode") == "MultiModel":
        unserved.append("Mode=MultiModel")
    if unserved:
        raise not_implemented(
            f"{', '.join(unserved)} of CreateModel; allowed is ModelDataUrl with the s3:// address of a model.tar.gz"
        )
