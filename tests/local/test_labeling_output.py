"""What a labeling job writes while it runs."""

import json
from types import SimpleNamespace
from typing import Any

from local_cloud.sagemaker.labeling.labels import Labels
from local_cloud.sagemaker.labeling.output import Output

JOB: dict[str, Any] = {
    "LabelingJobName": "one", "LabelAttributeName": "label", "OutputConfig": {"S3OutputPath": "s3://b/out"},
    "HumanTaskConfig": {},
}  # fmt: skip


class Bucket:
    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}

    def write(self, uri: str, content: bytes, _key: str | None, _type: str) -> None:
        self.kept[uri] = content


def test_batches_that_are_consolidated_within_a_second_lose_no_answers() -> None:
    bucket: Any = Bucket()
    call: Any = SimpleNamespace(store=SimpleNamespace(region="ap-northeast-1"))
    clients: Any = None
    labels = Labels(JOB, call, clients, Output(JOB, bucket))
    answer = {"workerId": "w", "identity": {}, "content": {"x": "cat"}, "acceptedAt": 1.0, "submittedAt": 2.0}
    for number in "012":
        labels.make([{"id": number, "line": {"source": "text"}, "answers": [answer]}], 1)
    asked = [json.loads(content) for uri, content in bucket.kept.items() if "/consolidation-request/" in uri]
    assert [entry["datasetObjectId"] for batch in asked for entry in batch] == ["0", "1", "2"]
