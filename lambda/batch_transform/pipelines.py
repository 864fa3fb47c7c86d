"""The model that serves, and executions of the batch pipeline, through SageMaker's API."""

from typing import TYPE_CHECKING

from batch_transform.state import Champion, Run
from shared import live, pipelines
from shared.pipelines import Execution
from shared.slots import CHAMPION

if TYPE_CHECKING:
    from mypy_boto3_sagemaker import SageMakerClient

# Names of the pipeline's parameters, as pipelines_src/definition/batch_pipeline.py has them.
RUN, MODEL, MODEL_DATA = "RunUri", "ModelName", "ModelDataUri"


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
        identity = f"{self._environment} {run.use_case} {run.name}"
        return pipelines.start(self._client, f"{self._name(run.use_case)}-batch", run.name, values, identity)

    def execution(self, arn: str) -> Execution:
        """Return an execution, with the reasons of its failed steps."""
        return pipelines.execution(self._client, arn)

    def _name(self, use_case: str) -> str:
        return f"{self._environment}-{use_case.replace('_', '-')}"
