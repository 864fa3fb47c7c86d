"""The request that registers a use case's model, with its metrics and the baseline that monitoring compares with."""

from collections.abc import Mapping
from typing import Any

from pipelines_src.definition.references import Join, Reference
from pipelines_src.definition.settings import PipelineSettings

# What the environment's own choice is added to: a package names the types it may run on for good.
REALTIME_INSTANCES = ("ml.c5.large", "ml.c5.xlarge", "ml.m5.large", "ml.m5.xlarge", "ml.t2.medium")
TRANSFORM_INSTANCES = ("ml.c5.xlarge", "ml.m5.large", "ml.m5.xlarge")
# For one answer to batch transform, which may ask for thousands of records at once.
ANSWER_SECONDS = 600
# How the image serves the package's code/serve.py: docs/architecture.md, "Jobs".
SERVING_ENVIRONMENT = {
    "SAGEMAKER_PROGRAM": "serve.py",
    "SAGEMAKER_SUBMIT_DIRECTORY": "/opt/ml/model/code",
    "SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT": "application/json",
    "SAGEMAKER_CONTAINER_LOG_LEVEL": "20",
    # Else gunicorn ends a worker that computes for 60 seconds.
    "SAGEMAKER_MODEL_SERVER_TIMEOUT": str(ANSWER_SECONDS),
    "SAGEMAKER_USE_NGINX": "false",  # docs/decisions/one-prediction.md
}
CONTENT_TYPES = ("application/json", "application/jsonlines")
ANSWER_TYPES = ("application/json", "application/jsonlines", "text/csv")


def model_package(
    settings: PipelineSettings,
    *,
    description: str,
    approval: Reference,
    package: Reference,
    evaluation: Reference,
    baseline: Reference,
    metadata: Mapping[str, Reference | str],
) -> dict[str, Any]:
    """Return a CreateModelPackage request.

    Args:
        settings: what the pipeline takes from its environment.
        description: for people, in the registry.
        approval: the approval status to begin with.
        package: S3 URI of the folder with the deployable `model.tar.gz`, and `sample.tar.gz`, a request to try it with.
        evaluation: S3 URI of the folder with `model_quality.json`.
        baseline: S3 URI of the folder with `statistics.json` and `constraints.json`.
        metadata: recorded with the package; texts.
    """
    quality = {"Statistics": _json(evaluation, "model_quality.json")}
    data_quality = {name: _json(baseline, f"{name.lower()}.json") for name in ("Statistics", "Constraints")}
    # No Tags: a package in a group has those of the group, and the API refuses others.
    return {
        "ModelPackageGroupName": settings.model_package_group,
        "ModelPackageDescription": description,
        "ModelApprovalStatus": approval,
        "InferenceSpecification": {
            "Containers": [
                {
                    "Image": settings.image_uri,
                    "ModelDataUrl": Join("/", (package, "model.tar.gz")),
                    "Environment": SERVING_ENVIRONMENT,
                }
            ],
            "SupportedContentTypes": CONTENT_TYPES,
            "SupportedResponseMIMETypes": ANSWER_TYPES,
            "SupportedRealtimeInferenceInstanceTypes": sorted({*REALTIME_INSTANCES, *settings.endpoint_instances}),
            "SupportedTransformInstanceTypes": sorted(
                {*TRANSFORM_INSTANCES, *([settings.transform_instance] if settings.transform_instance else [])}
            ),
        },
        "SamplePayloadUrl": Join("/", (package, "sample.tar.gz")),
        "ModelMetrics": {"ModelQuality": quality, "ModelDataQuality": data_quality},
        # The same files: what was measured is what monitoring compares with, until a person registers other ones.
        "DriftCheckBaselines": {"ModelQuality": quality, "ModelDataQuality": data_quality},
        "CustomerMetadataProperties": metadata,
    }


def _json(folder: Reference, name: str) -> dict[str, Any]:
    return {"ContentType": "application/json", "S3Uri": Join("/", (folder, name))}
