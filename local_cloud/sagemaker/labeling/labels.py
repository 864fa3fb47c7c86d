"""From the answers about a batch of objects to their labels, by the job's consolidation function."""

import json
from datetime import UTC, datetime
from typing import Any

from local_cloud.sagemaker.api import Call, now
from local_cloud.sagemaker.labeling import functions, request
from local_cloud.sagemaker.labeling.consolidation import Question
from local_cloud.sagemaker.labeling.output import Output, stamp
from local_cloud.sagemaker.labeling.task_types import TaskType
from local_cloud.sagemaker.role_clients import RoleClients
from local_cloud.sagemaker.store import Document

Content = dict[str, Any]  # what an object's line in the manifest gets


class Labels:
    """What makes the labels of one job."""

    def __init__(self, job: Document, call: Call, clients: RoleClients, output: Output) -> None:
        self._job, self._clients, self._output = job, clients, output
        self._attribute = job["LabelAttributeName"]
        self._kind = request.task_types_of(job, call.store.region)[1]
        config = job["HumanTaskConfig"].get("AnnotationConsolidationConfig", {})
        self._arn: str | None = config.get("AnnotationConsolidationLambdaArn")
        self._categories: list[dict[str, Any]] = job.get("_Categories", {}).get("labels", [])
        self._asked_at = 0.0

    def make(self, answered: list[Document], iteration: int) -> dict[str, Content]:
        """Return the labels by object; one that the function left out has none.

        Raises:
            FunctionError: the function made none.
            JobFailureError: S3 refused.
        """
        places = {item["id"]: self._output.write_response(iteration, item["id"], item["answers"]) for item in answered}
        payload = [_asked(item) for item in answered]
        # Files are named by the second; two of one would be one, and its answers those of the later batch alone.
        self._asked_at = max(now(), self._asked_at + 1)
        name = stamp(self._asked_at)
        uri = self._output.write_consolidation("request", iteration, name, payload)
        if self._arn is None:
            return {
                object_id: self._content({self._attribute: {}}, {"worker-response-ref": place})
                for object_id, place in places.items()
            }
        found = self._built_in(payload, self._kind) if self._kind else self._own(uri)
        known = {item["id"] for item in answered}
        answer = [
            {"datasetObjectId": object_id, "consolidatedAnnotation": {"content": content}}
            for object_id, content in found.items()
        ]
        self._output.write_consolidation("response", iteration, name, answer)
        return {object_id: content for object_id, content in found.items() if object_id in known}

    def _built_in(self, payload: list[dict[str, Any]], kind: TaskType) -> dict[str, Content]:
        question = Question(self._categories, self._output.write_picture)
        labels = functions.built_in_labels(kind, payload, question)
        return {key: self._content({self._attribute: label.value}, label.metadata) for key, label in labels.items()}

    def _own(self, uri: str) -> dict[str, Content]:
        names = [category["label"] for category in self._categories]
        event = functions.consolidation_event(self._job, names, uri, self._output.annotations)
        answer = functions.invoke(self._clients, str(self._arn), event)
        found = functions.consolidated(str(self._arn), answer, self._attribute)
        return {key: self._content(content, content.get(self._metadata, {})) for key, content in found.items()}

    @property
    def _metadata(self) -> str:
        return f"{self._attribute}-metadata"

    def _content(self, content: Content, metadata: dict[str, Any]) -> Content:
        own = {
            "type": self._kind.type if self._kind else "groundtruth/custom",
            "job-name": f"labeling-job/{self._job['LabelingJobName']}",
            "human-annotated": "yes",
            "creation-date": datetime.now(UTC).replace(tzinfo=None).isoformat(timespec="microseconds"),
        }
        return {**content, self._metadata: {**metadata, **own}}


def _asked(item: Document) -> dict[str, Any]:
    line = item["line"]
    annotations = [
        {"workerId": answer["workerId"], "annotationData": {"content": json.dumps(answer["content"])}}
        for answer in item["answers"]
    ]
    source = {"content": line["source"]} if "source" in line else {"s3Uri": line["source-ref"]}
    return {"datasetObjectId": item["id"], "dataObject": source, "annotations": annotations}
