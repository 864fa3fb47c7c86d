"""The processing jobs of an execution as requests of the API: what they read, what their environment says.

Sources: "Container Contract Inputs" in the developer guide, and for paths and names requests of AWS's own jobs that
people have published.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from local_cloud.sagemaker.api import Request
from local_cloud.sagemaker.jobs.s3 import split
from local_cloud.sagemaker.monitoring.found import Folder
from local_cloud.sagemaker.monitoring.kinds import Kind
from local_cloud.sagemaker.store import Document

_TRUTH, _CONSTRAINTS, _STATISTICS = (
    f"/opt/ml/processing/{path}" for path in ("groundtruth", "baseline/constraints", "baseline/stats")
)
_SCRIPT = "/opt/ml/processing/code/preprocessing"
_MERGER = "sagemaker-model-monitor-groundtruth-merger"
_HALF = 2  # an execution's time is divided between its two jobs


@dataclass(frozen=True)
class Execution:
    """What an execution is about."""

    kind: Kind
    definition: Document
    schedule: str
    due: datetime
    start: datetime
    end: datetime
    captured: str  # prefix that the endpoint captures below

    @property
    def given(self) -> dict[str, Any]:
        """The definition's input."""
        found: dict[str, Any] = self.definition[self.kind.member("JobInput")]
        return found

    @property
    def endpoint(self) -> dict[str, Any]:
        """The endpoint as an input."""
        found: dict[str, Any] = self.given["EndpointInput"]
        return found

    @property
    def output(self) -> dict[str, Any]:
        """Where it writes."""
        config = self.definition[self.kind.member("JobOutputConfig")]
        found: dict[str, Any] = config["MonitoringOutputs"][0]["S3Output"]
        return found

    @property
    def merged(self) -> str:
        """Where captures lie after outcomes were merged into them."""
        return f"{self.output['S3Uri'].rstrip('/')}/merge"

    @property
    def results(self) -> str:
        """Where its results lie."""
        root, name = self.output["S3Uri"].rstrip("/"), self.endpoint["EndpointName"]
        return f"{root}/{name}/{self.schedule}/{self.due:%Y/%m/%d/%H}"


def merge(execution: Execution, name: str, captures: Sequence[Folder], truth: Sequence[Folder]) -> Request:
    """Return the job that merges outcomes into captures."""
    application = execution.definition[execution.kind.member("AppSpecification")]
    local = execution.endpoint["LocalPath"]
    variables = {"dataset_source": local, "ground_truth_source": _TRUTH, "output_path": execution.output["LocalPath"]}
    inputs = [
        *(_input(f"groundtruth_input_{n}", one.uri, f"{_TRUTH}/{one.below}") for n, one in enumerate(truth, 1)),
        *_endpoint_inputs(local, captures),
    ]
    image = f"{application['ImageUri'].partition('/')[0]}/{_MERGER}"
    return _job(execution, name, image, variables, inputs, execution.merged, "EndOfJob")


def analysis(execution: Execution, name: str, captures: Sequence[Folder]) -> Request:
    """Return the job that analyses captures, or what they were merged to."""
    application = execution.definition[execution.kind.member("AppSpecification")]
    baseline = execution.definition.get(execution.kind.member("BaselineConfig"), {})
    variables, inputs = _window(execution), _endpoint_inputs(execution.endpoint["LocalPath"], captures)
    resources = (
        ("baseline_constraints", "constraints", baseline.get("ConstraintsResource", {}).get("S3Uri"), _CONSTRAINTS),
        ("baseline_statistics", "baseline", baseline.get("StatisticsResource", {}).get("S3Uri"), _STATISTICS),
        ("record_preprocessor_script", "pre_processor_script", application.get("RecordPreprocessorSourceUri"), _SCRIPT),
    )
    for variable, label, uri, path in resources:
        if uri:
            variables[variable] = f"{path}/{split(uri)[1].rpartition('/')[2]}"
            inputs.append(_input(label, uri, path))
    for variable, value in _of_the_problem(execution, application).items():
        if value is not None:
            variables[variable] = str(value)
    return _job(
        execution, name, application["ImageUri"], {**variables, **application.get("Environment", {})}, inputs,
        execution.results, execution.output.get("S3UploadMode", "Continuous"),
    )  # fmt: skip


def _window(execution: Execution) -> dict[str, str]:
    sides = ["endpointOutput"] if execution.kind.merges else ["endpointInput", "endpointOutput"]
    form = "sagemakerMergeJson" if execution.kind.merges else "sagemakerCaptureJson"
    return {
        "dataset_format": json.dumps({form: {"captureIndexNames": sides}}),
        "dataset_source": execution.endpoint["LocalPath"],
        "output_path": execution.output["LocalPath"],
        "start_time": f"{execution.start:%Y-%m-%dT%H:%M:%SZ}",
        "end_time": f"{execution.end:%Y-%m-%dT%H:%M:%SZ}",
        "metric_time": f"{execution.start:%Y-%m-%dT%H:%M:%SZ}",
        "publish_cloudwatch_metrics": "Enabled",
        "sagemaker_endpoint_name": execution.endpoint["EndpointName"],
        "sagemaker_endpoint_datacapture_prefix": execution.captured,
        "sagemaker_monitoring_schedule_name": execution.schedule,
    }


def _of_the_problem(execution: Execution, application: dict[str, Any]) -> dict[str, Any]:
    endpoint = execution.endpoint
    return {
        "analysis_type": execution.kind.analysis,
        "problem_type": application.get("ProblemType"),
        "inference_attribute": endpoint.get("InferenceAttribute"),
        "probability_attribute": endpoint.get("ProbabilityAttribute"),
        "probability_threshold_attribute": endpoint.get("ProbabilityThresholdAttribute"),
    }


def _endpoint_inputs(local: str, captures: Sequence[Folder]) -> list[dict[str, Any]]:
    return [_input(f"endpoint_input_{n}", one.uri, f"{local}/{one.below}") for n, one in enumerate(captures, 1)]


def _input(name: str, uri: str, path: str) -> dict[str, Any]:
    given = {
        "S3Uri": uri, "LocalPath": path, "S3DataType": "S3Prefix", "S3InputMode": "File",
        "S3DataDistributionType": "FullyReplicated", "S3CompressionType": "None",
    }  # fmt: skip
    return {"InputName": name, "S3Input": given}


def _job(
    execution: Execution,
    name: str,
    image: str,
    variables: dict[str, str],
    inputs: list[dict[str, Any]],
    uri: str,
    mode: str,
) -> Request:
    definition = execution.definition
    output = {"S3Uri": uri, "LocalPath": execution.output["LocalPath"], "S3UploadMode": mode}
    config: dict[str, Any] = {"Outputs": [{"OutputName": "result", "S3Output": output}]}
    if key := definition[execution.kind.member("JobOutputConfig")].get("KmsKeyId"):
        config["KmsKeyId"] = key
    seconds = definition.get("StoppingCondition", {}).get("MaxRuntimeInSeconds", 3600)
    return {
        "ProcessingJobName": name,
        "RoleArn": definition["RoleArn"],
        "AppSpecification": {"ImageUri": image},
        "Environment": variables,
        "ProcessingInputs": inputs,
        "ProcessingOutputConfig": config,
        "ProcessingResources": {"ClusterConfig": definition["JobResources"]["ClusterConfig"]},
        "StoppingCondition": {"MaxRuntimeInSeconds": max(1, seconds // (_HALF if execution.kind.merges else 1))},
        **({"NetworkConfig": definition["NetworkConfig"]} if "NetworkConfig" in definition else {}),
    }
