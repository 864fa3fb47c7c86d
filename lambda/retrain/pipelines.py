"""The training pipeline, what it registered, and what serves, through SageMaker's API."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from retrain.state import Turn
from shared import approval, live, pipelines
from shared.pipelines import Execution
from shared.slots import CHALLENGER, CHAMPION, TURN

if TYPE_CHECKING:
    from mypy_boto3_sagemaker import SageMakerClient

REGISTER = "RegisterModel"  # the pipeline's step
_RUNNING = ("Executing", "Stopping")


class Pipelines:
    """Endpoints and training pipelines of one environment: `<environment>-<use case>`."""

    def __init__(self, client: "SageMakerClient", environment: str) -> None:
        self._client = client
        self._environment = environment

    def start(self, turn: Turn) -> str:
        """Start a turn's execution and return its ARN; the same turn has one, however often it is started.

        Raises:
            RefusedError: SageMaker refuses the request as it is.
        """
        identity = f"{self._environment} {turn.use_case} {turn.name}"
        return pipelines.start(self._client, self._name(turn.use_case), turn.name, turn.parameters, identity)

    def execution(self, arn: str) -> Execution:
        """Return an execution, with the reasons of its failed steps."""
        return pipelines.execution(self._client, arn)

    def registered(self, arn: str) -> str:
        """Return the model package that an execution registered; empty if none."""
        pages = self._client.get_paginator("list_pipeline_execution_steps").paginate(PipelineExecutionArn=arn)
        steps = (step for page in pages for step in page["PipelineExecutionSteps"] if step["StepName"] == REGISTER)
        return next((_package(step) for step in steps), "")

    def busy(self, use_case: str) -> str:
        """Return what keeps a turn from beginning; empty: nothing."""
        return self._running(use_case) or self._compared(use_case)

    def champion_model(self, use_case: str) -> str:
        """Return the S3 URI of the champion's model.tar.gz; empty while none serves."""
        package = self._champion(use_case)
        return str(package["InferenceSpecification"]["Containers"][0]["ModelDataUrl"]) if package else ""

    def baseline(self, use_case: str) -> str:
        """Return the S3 URI of the folder with the champion's baseline of data quality; empty if there is none."""
        champion = self._champion(use_case)
        # The one that the monitor compares with (lambda/monitor/baselines.py).
        registered = {**champion.get("ModelMetrics", {}), **champion.get("DriftCheckBaselines", {})}
        uri = registered.get("ModelDataQuality", {}).get("Constraints", {}).get("S3Uri", "")
        return str(uri).rpartition("/")[0]

    def _champion(self, use_case: str) -> Mapping[str, Any]:
        """Return the champion's package as the registry has it; nothing while none serves."""
        champion = self._variants(use_case).get(CHAMPION)
        if champion is None or not champion.package:
            return {}
        found: Any = self._client.describe_model_package(ModelPackageName=champion.package)
        return dict(found)

    def propose(self, turn: Turn, package: str, reason: str) -> None:
        """Approve a package as the challenger; again is the same."""
        approval.approve(self._client, package, CHALLENGER, reason, turn.claimed_at, {TURN: str(turn.number)})

    def _running(self, use_case: str) -> str:
        newest = self._client.list_pipeline_executions(
            PipelineName=self._name(use_case), SortBy="CreationTime", SortOrder="Descending", MaxResults=20
        )["PipelineExecutionSummaries"]
        runs = [one for one in newest if one.get("PipelineExecutionStatus") in _RUNNING]
        return f"the pipeline runs ({runs[0]['PipelineExecutionArn'].rpartition('/')[2]})" if runs else ""

    def _compared(self, use_case: str) -> str:
        other = next((name for name in self._variants(use_case) if name != CHAMPION), "")
        return f"a {other} is compared with the champion" if other else ""

    def _variants(self, use_case: str) -> Mapping[str, live.Variant]:
        endpoint = live.endpoint(self._client, self._name(use_case))
        return endpoint.variants if endpoint else {}

    def _name(self, use_case: str) -> str:
        return f"{self._environment}-{use_case.replace('_', '-')}"


def _package(step: Any) -> str:
    return str(step.get("Metadata", {}).get("RegisterModel", {}).get("Arn", ""))
