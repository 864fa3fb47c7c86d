"""Steps that create a SageMaker resource: Processing, Training, Tuning, Transform, Model, RegisterModel."""

import hashlib
import re
import time
from collections.abc import Iterator
from typing import Any

from local_cloud.sagemaker.pipelines import caching, naming, retries
from local_cloud.sagemaker.pipelines.clients import CallFailedError, plain
from local_cloud.sagemaker.pipelines.running import Json, Outcome, Running, StepFailedError, StepStoppedError, pauses
from local_cloud.sagemaker.pipelines.step_types import RESOURCES, Resource

_BLIND_SECONDS = 60.0


def run(running: Running) -> Outcome:
    """Run one attempt of a step, or answer with an earlier run when its cache allows that."""
    resource = RESOURCES[running.step.type]
    arguments = running.resolve(running.step.arguments)
    pipeline = running.scope.execution("PipelineName")
    key = caching.key(running.step, pipeline, arguments)
    hit = caching.find(running.call, running.step, key) if key and not running.resumed else None
    if hit:
        source = {"SourcePipelineExecutionArn": hit["PipelineExecutionArn"]}
        running.remember(CacheHitResult=source, AttemptCount=0)
        return Outcome(hit["Metadata"], hit["Properties"])
    outcome = _run(running, resource, arguments)
    if key:
        caching.remember(running.call, key, running.arn, outcome.metadata, outcome.properties)
    return outcome


def _run(running: Running, resource: Resource, arguments: Json) -> Outcome:
    name = _name(running, resource, arguments)
    created = _describe(running, resource, name) if running.resumed and resource.name else None
    if created is None:
        answer = _create(running, resource, _request(running, resource, arguments, name))
        name = name if resource.name else answer[resource.arn]
        created = {resource.arn: answer[resource.arn]}
    metadata = {resource.metadata: {"Arn": created[resource.arn]}}
    running.remember(StepStatus="Executing", Metadata=metadata)
    return Outcome(metadata, _finished(running, resource, name))


def _name(running: Running, resource: Resource, arguments: Json) -> str:
    document = running.document
    if running.resumed and "ResourceName" in document:
        return str(document["ResourceName"])
    name = naming.resource_name(
        running.execution_id, running.step.name, resource.name_length, arguments.get(resource.name)
    )
    running.remember(ResourceName=name)  # before it exists, so that a restart finds it
    return name


def _request(running: Running, resource: Resource, arguments: Json, name: str) -> Json:
    if not resource.name:
        token = hashlib.sha256(name.encode()).hexdigest()[:32]  # a repeated request after a restart makes no second one
        return {**arguments, "ClientToken": token}
    tags = [
        *arguments.get("Tags", []),
        {"Key": "sagemaker:pipeline-execution-arn", "Value": running.arn},
        {"Key": "sagemaker:pipeline-step-name", "Value": running.step.name},
    ]
    return {**arguments, resource.name: name, "Tags": tags}


def _create(running: Running, resource: Resource, request: Json) -> Json:
    operation = _snake(resource.create)
    try:
        answer: Json = running.clients.invoke("sagemaker", operation, **request)
    except CallFailedError as error:
        group = request.get("ModelPackageGroupName")
        if resource.name or not group or "does not exist" not in error.message:
            raise StepFailedError(f"ClientError: {error}", error.exception) from error
    else:
        return answer
    # As on AWS, a RegisterModel step makes the group that its model packages go to.
    running.invoke("sagemaker", "create_model_package_group", ModelPackageGroupName=group)
    answer = running.invoke("sagemaker", operation, **request)
    return answer


def _finished(running: Running, resource: Resource, name: str) -> Json:
    for description in _descriptions(running, resource, name):
        status = description.get(resource.status, "Completed")
        if status == "Completed":
            return {**plain(description), **_best_first(running, resource, name, description)}
        if status == "Stopped":
            if running.stopping():
                raise StepStoppedError
            raise StepFailedError(f"ClientError: {resource.metadata} {name} was stopped")
        if status == "Failed":
            reason = str(description.get("FailureReason", "no reason given"))
            raise StepFailedError(f"ClientError: {reason}", retries.of_failure_reason(running.step.type, reason))
        if running.stopping() and resource.stop and running.document["StepStatus"] != "Stopping":
            running.remember(StepStatus="Stopping")
            if status != "Stopping":
                running.invoke("sagemaker", _snake(resource.stop), **{resource.name: name})
    raise AssertionError("descriptions never end")


def _descriptions(running: Running, resource: Resource, name: str) -> Iterator[Json]:
    # A fault while looking says nothing about the job, so it must not lead to a second one.
    seen = time.monotonic()
    for _ in pauses():
        try:
            yield running.clients.invoke("sagemaker", _snake(resource.describe), **_named(resource, name))
            seen = time.monotonic()
        except CallFailedError as error:
            if error.exception is None or time.monotonic() - seen > _BLIND_SECONDS:
                raise StepFailedError(f"ClientError: {error}") from error


def _describe(running: Running, resource: Resource, name: str) -> Json | None:
    try:
        answer: Json = running.clients.invoke("sagemaker", _snake(resource.describe), **_named(resource, name))
    except CallFailedError as error:
        if error.exception is None:
            return None  # it was not created before the restart
        raise StepFailedError(f"ClientError: {error}", error.exception) from error
    return answer


def _best_first(running: Running, resource: Resource, name: str, description: Json) -> Json:
    # A tuning step's properties hold up to fifty training jobs, [0] being the best.
    if not resource.extra:
        return {}
    objective = description["HyperParameterTuningJobConfig"].get("HyperParameterTuningJobObjective", {})
    answer = running.invoke(
        "sagemaker",
        _snake(resource.extra),
        SortBy="FinalObjectiveMetricValue",
        SortOrder="Ascending" if objective.get("Type") == "Minimize" else "Descending",
        MaxResults=50,
        **{resource.name: name},
    )
    best: Json = plain(answer)
    return best


def _named(resource: Resource, name: str) -> dict[str, Any]:
    return {resource.name or "ModelPackageName": name}


def _snake(operation: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", operation).lower()
