"""The values that expressions have within one execution."""

import json
from typing import Any
from urllib.parse import urlsplit

from local_cloud.sagemaker.api import Call, now
from local_cloud.sagemaker.pipelines import paths, records
from local_cloud.sagemaker.pipelines.clients import CallFailedError, RoleClients
from local_cloud.sagemaker.pipelines.definition import Definition
from local_cloud.sagemaker.pipelines.events import iso
from local_cloud.sagemaker.pipelines.expressions import ExpressionError
from local_cloud.sagemaker.store import Document


class ExecutionScope:
    """Parameters, execution values, properties of ended steps, and property files, read with the pipeline's role."""

    def __init__(self, call: Call, execution: Document, definition: Definition, clients: RoleClients) -> None:
        self._call = call
        self._execution = execution
        self._definition = definition
        self._clients = clients

    def parameter(self, name: str) -> Any:
        """Return a parameter's value."""
        return self._execution["Parameters"][name]

    def execution(self, name: str) -> str:
        """Return a value of the execution."""
        arn: str = self._execution["PipelineExecutionArn"]
        values = {
            "PipelineName": self._execution["PipelineName"],
            "PipelineArn": self._execution["PipelineArn"],
            "PipelineExecutionArn": arn,
            "PipelineExecutionId": arn.rpartition("/")[2],
            "StartDateTime": iso(self._execution["CreationTime"], "milliseconds"),
            "CurrentDateTime": iso(now(), "milliseconds"),
        }
        if name not in values:
            raise ExpressionError(f"[Execution.{name}] is unknown.")
        return str(values[name])

    def step_property(self, step: str, path: paths.Path) -> Any:
        """Return a property of a step."""
        document = records.step(self._call, self._execution["PipelineExecutionArn"], step) or {}
        try:
            return paths.walk(document.get("Properties", {}), path)
        except KeyError as error:
            shown = ".".join(map(str, path))
            raise ExpressionError(f"Property reference [Steps.{step}.{shown}] has no value: no {error}.") from error

    def property_file(self, step: str, name: str) -> Any:
        """Return the content of a property file."""
        files = self._definition.steps[step].body.get("PropertyFiles", [])
        file = next((item for item in files if item["PropertyFileName"] == name), None)
        if file is None:
            raise ExpressionError(f"Step [{step}] declares no property file [{name}].")
        path = ("ProcessingOutputConfig", "Outputs", file["OutputName"], "S3Output", "S3Uri")
        prefix = str(self.step_property(step, path)).rstrip("/")
        return self.json_object(f"{prefix}/{file['FilePath']}")

    def json_object(self, uri: str) -> Any:
        """Return the content of a JSON object in S3."""
        parts = urlsplit(uri)
        try:
            answer = self._clients.invoke("s3", "get_object", Bucket=parts.netloc, Key=parts.path.lstrip("/"))
            return json.loads(answer["Body"].read())
        except CallFailedError as error:
            raise ExpressionError(f"Unable to read property file {uri}: {error.message}") from error
        except ValueError as error:
            raise ExpressionError(f"Property file {uri} is not JSON: {error}") from error
