"""The deployed pipeline of a use case: what its training step asks SageMaker for is what `fit` asks for."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from botocore.exceptions import ClientError

from ops.target import OperationError, Target

_MISSING = {"ResourceNotFound", "ValidationException"}


@dataclass(frozen=True)
class Deployed:
    """A pipeline as it is deployed.

    Attributes:
        arn: the pipeline's.
        definition: its document.
        changed: when it was deployed last.
    """

    arn: str
    definition: Mapping[str, Any]
    changed: datetime

    @classmethod
    def of(cls, target: Target) -> "Deployed":
        """Ask SageMaker; OperationError if the use case is not deployed in the environment."""
        try:
            found = target.sagemaker.describe_pipeline(PipelineName=target.name)
        except ClientError as error:
            if error.response["Error"]["Code"] not in _MISSING:
                raise
            raise OperationError(
                f"There is no pipeline {target.name} in {target.environment.region}. Deploy the environment "
                f"(cdk deploy '{target.environment.name.capitalize()}/*'), or use credentials of its account."
            ) from error
        return cls(found["PipelineArn"], json.loads(found["PipelineDefinition"]), found["LastModifiedTime"])

    @property
    def defaults(self) -> dict[str, str]:
        """The default of each parameter that has one."""
        return {item["Name"]: item["DefaultValue"] for item in self.definition["Parameters"] if "DefaultValue" in item}

    def step(self, name: str) -> Mapping[str, Any] | None:
        """Return a step; None if there is none of this name."""
        return next((step for step in self.definition["Steps"] if step["Name"] == name), None)

    @property
    def training(self) -> dict[str, Any]:
        """The request of the training job, expressions in it; of a search, of one of its jobs, without ranges."""
        step = self.step("Train")
        if step is None:
            raise OperationError(f"The pipeline {self.arn} has no step Train: it is none of ours. Deploy the use case.")
        arguments = dict(step["Arguments"])
        if step["Type"] != "Tuning":
            return arguments
        job = dict(arguments["TrainingJobDefinition"])
        fixed = job.pop("StaticHyperParameters", {})
        return {**job, "HyperParameters": fixed, "Tags": arguments.get("Tags", [])}
