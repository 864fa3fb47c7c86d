"""Labelling jobs, and the state machine that makes them; the terms are a parameter that the machine's stack wrote."""

import json
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from label.reconcile import RefusedError
from label.state import Execution, Job, Run
from label.terms import Terms
from shared.live import absent

if TYPE_CHECKING:
    from mypy_boto3_sagemaker import SageMakerClient

_MOST_TEXT = 1000  # characters of a reason


class Jobs:
    """Jobs of one environment."""

    def __init__(self, sagemaker: "SageMakerClient", states: Any, ssm: Any, environment: str) -> None:
        self._sagemaker, self._states, self._ssm = sagemaker, states, ssm
        self._environment = environment

    def terms(self, use_case: str) -> Terms | None:
        """Return on which terms a use case is labelled; None if its stack is not there."""
        name = f"/ml-loop/{self._environment}/{_slug(use_case)}/label"
        found = _found(self._ssm.get_parameter, "ParameterNotFound", Name=name)
        return Terms.model_validate_json(found["Parameter"]["Value"]) if found else None

    def name(self, run: Run) -> str:
        """Return the name of a run's job."""
        return f"{self._environment}-{_slug(run.use_case)}-{run.job_suffix}"

    def start(self, run: Run, machine: str, manifest: str, output: str) -> None:
        """Start a run's execution, once however often it is asked; RefusedError if there is no such machine."""
        asked = json.dumps({"job": self.name(run), "manifest": manifest, "output": output}, sort_keys=True)
        try:
            self._states.start_execution(stateMachineArn=machine, name=run.name, input=asked)
        except ClientError as error:
            code = error.response["Error"]["Code"]
            if code == "StateMachineDoesNotExist":
                raise RefusedError(f"{machine} is not there: deploy the use case's stack of labelling") from error
            if code != "ExecutionAlreadyExists":
                raise

    def execution(self, run: Run, machine: str) -> Execution | None:
        """Return a run's execution, None if it has none."""
        arn = f"{machine.replace(':stateMachine:', ':execution:')}:{run.name}"
        found = _found(self._states.describe_execution, "ExecutionDoesNotExist", executionArn=arn)
        if found is None:
            return None
        reason = ": ".join(filter(None, (found.get("error"), found.get("cause"))))
        return Execution(arn, found["status"], reason[:_MOST_TEXT])

    def job(self, run: Run) -> Job | None:
        """Return a run's job, None if it has none."""
        try:
            found = self._sagemaker.describe_labeling_job(LabelingJobName=self.name(run))
        except ClientError as error:
            if absent(error):
                return None
            raise
        return Job(
            found["LabelingJobName"],
            found["LabelingJobStatus"],
            found["LabelCounters"].get("TotalLabeled", 0),
            found.get("LabelingJobOutput", {}).get("OutputDatasetS3Uri", ""),
            found.get("FailureReason", "")[:_MOST_TEXT],
        )


def _slug(use_case: str) -> str:
    return use_case.replace("_", "-")


def _found(call: Any, missing: str, **request: Any) -> Any:
    try:
        return call(**request)
    except ClientError as error:
        if error.response["Error"]["Code"] == missing:
            return None
        raise
