"""Executions of SageMaker pipelines."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from mypy_boto3_sagemaker import SageMakerClient

_FOR_GOOD = ("ValidationException", "ResourceNotFound")


class RefusedError(Exception):
    """SageMaker will never start this execution; the text says why."""


@dataclass(frozen=True)
class Execution:
    """An execution of a pipeline; `reason` says why it failed."""

    arn: str
    status: str
    reason: str = ""
    started: datetime | None = None
    ended: datetime | None = None


def start(client: "SageMakerClient", pipeline: str, name: str, values: Mapping[str, str], identity: str) -> str:
    """Start an execution and return its ARN; of one `identity` there is one, however often it is started.

    Raises:
        RefusedError: SageMaker refuses the request as it is.
    """
    parameters: Any = [{"Name": key, "Value": value} for key, value in values.items()]
    try:
        started = client.start_pipeline_execution(
            PipelineName=pipeline,
            PipelineExecutionDisplayName=name,
            PipelineParameters=parameters,
            ClientRequestToken=hashlib.sha256(identity.encode()).hexdigest(),
        )
    except ClientError as error:
        if error.response["Error"]["Code"] in _FOR_GOOD:
            raise RefusedError(f"SageMaker refuses to start it: {error}") from error
        raise
    return started["PipelineExecutionArn"]


def execution(client: "SageMakerClient", arn: str) -> Execution:
    """Return an execution, with the reasons of its failed steps."""
    described = client.describe_pipeline_execution(PipelineExecutionArn=arn)
    status = described["PipelineExecutionStatus"]
    over = status in {"Succeeded", "Failed", "Stopped"}
    reason = _reason(client, arn, described.get("FailureReason", "")) if status == "Failed" else ""
    ended = described["LastModifiedTime"] if over else None
    return Execution(arn, status, reason, described["CreationTime"], ended)


def _reason(client: "SageMakerClient", arn: str, otherwise: str) -> str:
    pages = client.get_paginator("list_pipeline_execution_steps").paginate(PipelineExecutionArn=arn)
    failed = [
        f"{step['StepName']}: {step.get('FailureReason', 'no reason is given')}"
        for page in pages
        for step in page["PipelineExecutionSteps"]
        if step["StepStatus"] == "Failed"
    ]
    return "; ".join(failed) or otherwise
