"""A use case whose clients answer what a test says."""

import io
import json
from datetime import UTC, datetime
from typing import Any

import boto3
from botocore.stub import Stubber

from ops.target import Target

NOW = datetime(2026, 1, 1, tzinfo=UTC)
GROUP = "dev-flight-delays"
ARN = f"arn:aws:sagemaker:ap-northeast-1:111122223333:model-package/{GROUP}"
JOB = "arn:aws:sagemaker:ap-northeast-1:111122223333:processing-job/prepare-1"
EXECUTION = f"arn:aws:sagemaker:ap-northeast-1:111122223333:pipeline/{GROUP}/execution/abcdefabcdef"


class Functions:
    """Lambda, that answers with a document."""

    def __init__(self, answer: dict[str, Any], error: str | None = None) -> None:
        self.asked: dict[str, Any] = {}
        self._answer, self._error = answer, {"FunctionError": error} if error else {}

    def invoke(self, **request: Any) -> dict[str, Any]:
        self.asked = json.loads(request["Payload"])
        return {"Payload": io.BytesIO(json.dumps(self._answer).encode()), **self._error}


class Stubs:
    """A use case whose clients answer what a test says, and nothing else."""

    def __init__(self, environment: str = "dev") -> None:
        self.target = Target.of(environment, "flight_delays")

    def stub(self, attribute: str, service: str) -> Stubber:
        client: Any = boto3.client(  # type: ignore[call-overload]  # the name is a variable
            service, region_name="ap-northeast-1", aws_access_key_id="x", aws_secret_access_key="x"
        )
        self.target.__dict__[attribute] = client  # where cached_property keeps it
        stubber = Stubber(client)
        stubber.activate()
        return stubber

    @property
    def sagemaker(self) -> Stubber:
        return self.stub("sagemaker", "sagemaker")


def versions(*approvals: str) -> dict[str, Any]:
    rows = [
        {
            "ModelPackageArn": f"{ARN}/{number}",
            "ModelPackageVersion": number,
            "ModelApprovalStatus": approval,
            "ModelPackageStatus": "Completed",
            "CreationTime": NOW,
        }
        for number, approval in enumerate(approvals, 1)
    ]
    return {"ModelPackageSummaryList": rows[::-1]}
