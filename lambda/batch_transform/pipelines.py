"""The model that serves, and executions of the batch pipeline, through SageMaker's API."""

import hashlib
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from batch_transform.reconcile import RefusedError
from batch_transform.state import Champion, Execution, Run
from shared import live
from shared.slots import CHAMPION

if TYPE_CHECKING:
    from mypy_boto3_sagemaker import SageMakerClient

# Names of the pipeline's parameters, as pipelines_src/definition/batch_pipeline.py has them.
RUN, MODEL, MODEL_DATA = "RunUri", "ModelName", "ModelDataUri"
_FOR_GOOD = ("ValidationException", "ResourceNotFound")


class Pipelines:
    """Endpoints and batch pipelines of one environment: `<environment>-<use case>`, and that with `-batch`."""

    def __init__(self, client: "SageMakerClient", environment: str) -> None:
        self._client = client
        self._environment = environment

    def champion(self, use_case: str) -> Champion | None:
        """Return the model that the endpoint serves as champion, None while it serves none."""
        endpoint = live.endpoint(self._client, self._name(use_case))
        serves = endpoint.variants.get(CHAMPION) if endpoint else None
        if serves is None or not serves.package:
            return None
        package = self._client.describe_model_package(ModelPackageName=serves.package)
        container = package["InferenceSpecification"]["Containers"][0]
        return Champion(
            package=serves.package,
            model=serves.model,
            model_data=container["ModelDataUrl"],
            image=container["Image"],
            code=package.get("CustomerMetadataProperties", {}).get("code", ""),
        )

    def start(self, run: Run, folder_uri: str) -> str:
        """Start a run and return the execution's ARN; the same run has one execution, however often it is started.

        Raises:
            RefusedError: SageMaker refuses the request as it is.
        """
        values = {RUN: folder_uri, MODEL: run.champion.model, MODEL_DATA: run.champion.model_data}
        token = hashlib.sha256(f"{self._environment} {run.use_case} {run.name}".encode()).hexdigest()
        parameters: Any = [{"Name": name, "Value": value} for name, value in values.items()]
        try:
            started = self._client.start_pipeline_execution(
                PipelineName=f"{self._name(run.use_case)}-batch",
                PipelineExecutionDisplayName=run.name,
                PipelineParameters=parameters,
                ClientRequestToken=token,
            )
        except ClientError as error:
            if error.response["Error"]["Code"] in _FOR_GOOD:
                raise RefusedError(f"SageMaker refuses to start it: {error}") from error
            raise
        return started["PipelineExecutionArn"]

    def execution(self, arn: str) -> Execution:
        """Return an execution, with the reasons of its failed steps."""
        described = self._client.describe_pipeline_execution(PipelineExecutionArn=arn)
        status = described["PipelineExecutionStatus"]
        over = status in {"Succeeded", "Failed", "Stopped"}
        reason = self._reason(arn, described.get("FailureReason", "")) if status == "Failed" else ""
        ended = described["LastModifiedTime"] if over else None
        return Execution(arn, status, reason, described["CreationTime"], ended)

    def _reason(self, arn: str, otherwise: str) -> str:
        pages = self._client.get_paginator("list_pipeline_execution_steps").paginate(PipelineExecutionArn=arn)
        failed = [
            f"{step['StepName']}: {step.get('FailureReason', 'no reason is given')}"
            for page in pages
            for step in page["PipelineExecutionSteps"]
            if step["StepStatus"] == "Failed"
        ]
        return "; ".join(failed) or otherwise

    def _name(self, use_case: str) -> str:
        return f"{self._environment}-{use_case.replace('_', '-')}"
