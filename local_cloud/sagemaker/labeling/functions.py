"""The two functions of a labeling job: the customer's own, invoked with the job's role, or AWS's, answered here."""

import json
from collections.abc import Callable
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from local_cloud.sagemaker.labeling.consolidation import Answers, Label, Question, boxes, masks, spans, votes
from local_cloud.sagemaker.labeling.task_types import TaskType
from local_cloud.sagemaker.role_clients import RoleClients

_VERSION = "2018-10-16"
_BUILT_IN: dict[str, Callable[[list[Answers], Question], dict[str, Label]]] = {
    "ImageMultiClass": votes.single,
    "TextMultiClass": votes.single,
    "ImageMultiClassMultiLabel": votes.several,
    "TextMultiClassMultiLabel": votes.several,
    "BoundingBox": boxes.consolidate,
    "NamedEntityRecognition": spans.consolidate,
    "SemanticSegmentation": masks.consolidate,
}


class FunctionError(Exception):
    """A function failed or answered what it must not; the text says which and why."""


def invoke(clients: RoleClients, arn: str, event: dict[str, Any]) -> Any:
    """Invoke a function and return its answer; FunctionError if it has none."""
    try:
        answer = clients.get("lambda").invoke(FunctionName=arn, Payload=json.dumps(event).encode())
        payload = answer["Payload"].read()
    except (ClientError, BotoCoreError) as error:
        raise FunctionError(f"cannot invoke {arn}: {error}") from error
    if answer.get("FunctionError"):
        raise FunctionError(f"{arn} failed: {payload.decode(errors='replace')[:500]}")
    try:
        return json.loads(payload)
    except ValueError as error:
        raise FunctionError(f"{arn} did not answer JSON: {payload[:200]!r}") from error


def pre_annotation(
    clients: RoleClients, arn: str | None, job_arn: str, line: dict[str, Any]
) -> tuple[dict[str, Any], bool]:
    """Return what the worker page gets as task.input, and whether people are to see it."""
    if arn is None:
        return line, True
    answer = invoke(clients, arn, {"version": _VERSION, "labelingJobArn": job_arn, "dataObject": line})
    if not isinstance(answer, dict) or not isinstance(answer.get("taskInput"), dict):
        raise FunctionError(f"{arn} answered {json.dumps(answer)[:200]}; allowed is an object with taskInput in it.")
    # The documentation's own example spells it the second way.
    required = answer.get("isHumanAnnotationRequired", answer.get("humanAnnotationRequired", True))
    return answer["taskInput"], str(required).lower() != "false"


def built_in_input(kind: TaskType, line: dict[str, Any], categories: dict[str, Any]) -> dict[str, Any]:
    """Return the task.input of a built-in task type."""
    labels = categories["labels"]
    shown = labels if kind.name == "NamedEntityRecognition" else [label["label"] for label in labels]
    source = line["source"] if "source" in line else line["source-ref"]
    return {"taskObject": source, "labels": shown, "instructions": categories.get("instructions", {})}


def consolidation_event(
    job: dict[str, Any], categories: list[str], payload_uri: str, annotations: str
) -> dict[str, Any]:
    """Return the event of a consolidation function."""
    return {
        "version": _VERSION,
        "labelingJobArn": job["LabelingJobArn"],
        "labelCategories": categories,
        "labelAttributeName": job["LabelAttributeName"],
        "roleArn": job["RoleArn"],
        "payload": {"s3Uri": payload_uri},
        "outputConfig": annotations,
        "maxHumanWorkersPerDataObject": job["HumanTaskConfig"]["NumberOfHumanWorkersPerDataObject"],
    }


def consolidated(arn: str, answer: Any, attribute: str) -> dict[str, dict[str, Any]]:
    """Return the content of a consolidation function's answer by object; FunctionError if it is none."""
    try:
        found = {str(item["datasetObjectId"]): item["consolidatedAnnotation"]["content"] for item in answer}
    except (KeyError, TypeError) as error:
        raise FunctionError(
            f"{arn} answered {json.dumps(answer)[:200]}; allowed is a list of datasetObjectId and "
            f"consolidatedAnnotation with content in it ({error!r} is missing)."
        ) from error
    for object_id, content in found.items():
        if not isinstance(content, dict) or attribute not in content:
            raise FunctionError(f"{arn}: the content of object {object_id} has no {attribute!r}, the label attribute.")
    return found


def built_in_labels(kind: TaskType, payload: list[dict[str, Any]], question: Question) -> dict[str, Label]:
    """Return what AWS's function for a task type makes of the annotations; FunctionError says what it cannot read."""
    try:
        answers = [
            Answers(
                item["datasetObjectId"],
                {
                    # A page has one tool, whatever it is called.
                    each["workerId"]: next(iter(json.loads(each["annotationData"]["content"]).values()))
                    for each in item["annotations"]
                },
            )
            for item in payload
        ]
        return _BUILT_IN[kind.name](answers, question)
    except (KeyError, TypeError, ValueError, StopIteration) as error:
        raise FunctionError(f"ACS-{kind.name} cannot consolidate: {type(error).__name__}: {error}") from error
