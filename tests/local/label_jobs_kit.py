"""SageMaker's labelling jobs and the state machine that makes them, as far as the label function asks them.

Every request and answer is held against the service's model.
"""

import json
from datetime import UTC, datetime
from typing import Any

import botocore.session
from botocore.exceptions import ClientError
from botocore.validate import ParamValidator

from label.answers import OBJECT

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def checked(service: str, operation: str, request: dict[str, Any]) -> None:
    model = botocore.session.get_session().get_service_model(service).operation_model(operation)
    assert model.input_shape is not None
    report = ParamValidator().validate(request, model.input_shape)
    assert not report.has_errors(), report.generate_report()


def refusal(code: str, operation: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": "Could not find it"}}, operation)


class States:
    """Step Functions: an execution makes the job that its input names."""

    def __init__(self, sagemaker: "SageMaker") -> None:
        self.sagemaker = sagemaker
        self.executions: dict[str, str] = {}

    def start_execution(self, **request: Any) -> None:
        checked("stepfunctions", "StartExecution", request)
        arn = request["stateMachineArn"].replace(":stateMachine:", ":execution:") + ":" + request["name"]
        if arn in self.executions:
            raise refusal("ExecutionAlreadyExists", "StartExecution")
        self.executions[arn] = "RUNNING"
        self.sagemaker.create(json.loads(request["input"]))

    def describe_execution(self, **request: Any) -> dict[str, Any]:
        checked("stepfunctions", "DescribeExecution", request)
        if request["executionArn"] not in self.executions:
            raise refusal("ExecutionDoesNotExist", "DescribeExecution")
        return {"status": self.executions[request["executionArn"]]}


class SageMaker:
    """Labelling jobs; `label` lets workers answer and ends the job."""

    def __init__(self, s3: Any) -> None:
        self._s3 = s3
        self.jobs: dict[str, dict[str, Any]] = {}

    def create(self, asked: dict[str, str]) -> None:
        self.jobs[asked["job"]] = {**asked, "status": "InProgress", "labelled": 0}

    def describe_labeling_job(self, **request: Any) -> dict[str, Any]:
        checked("sagemaker", "DescribeLabelingJob", request)
        job = self.jobs.get(request["LabelingJobName"])
        if job is None:
            raise refusal("ValidationException", "DescribeLabelingJob")
        output = {"OutputDatasetS3Uri": job["uri"]} if "uri" in job else {}
        return {
            "LabelingJobName": job["job"],
            "LabelingJobStatus": job["status"],
            "LabelCounters": {"TotalLabeled": job["labelled"]},
            **({"LabelingJobOutput": output} if output else {}),
        }

    def lines(self, name: str) -> list[dict[str, Any]]:
        bucket, _, key = self.jobs[name]["manifest"].removeprefix("s3://").partition("/")
        text = self._s3.get_object(Bucket=bucket, Key=key)["Body"].read().decode()
        return [json.loads(line) for line in text.splitlines()]

    def label(self, name: str, said: dict[str, list[str]], status: str = "Completed") -> None:
        """End a job; `said`: categories that workers chose, by the object's name."""
        job, lines = self.jobs[name], self.lines(name)
        bucket, _, folder = f"{job['output']}/{name}".removeprefix("s3://").partition("/")
        requests, returned = [], []
        for number, line in enumerate(lines):
            answers = said.get(line[OBJECT]["name"], [])
            content = [json.dumps({"answer": {"label": one}}) for one in answers]
            annotations = [
                {"workerId": f"w{who}", "annotationData": {"content": text}} for who, text in enumerate(content)
            ]
            requests.append({"datasetObjectId": str(number), "dataObject": {}, "annotations": annotations})
            if answers:
                metadata = {"class-name": "?", "confidence": 0.5, "human-annotated": "yes", "job-name": name}
                returned.append({**line, "label": 0, "label-metadata": metadata})
            else:
                returned.append({**line, "label-metadata": {"failure-reason": "nobody answered in time"}})
        below = f"{folder}/annotations/consolidated-annotation/consolidation-request/iteration-1"
        output = "".join(json.dumps(line) + "\n" for line in returned)
        written = {f"{below}/1.json": json.dumps(requests), f"{folder}/manifests/output/output.manifest": output}
        for key, text in written.items():
            self._s3.put_object(Bucket=bucket, Key=key, Body=text.encode())
        uri = f"s3://{bucket}/{folder}/manifests/output/output.manifest"
        self.jobs[name] |= {"status": status, "labelled": len(said), "uri": uri}
