"""What people do with the SageMaker SDK in a deployed environment: train, approve, ask; run as a program.

Arguments: name of pipeline, model package group and endpoint; the label's column; how many records; the report.
"""

import json
import sys
import time
from pathlib import Path
from typing import Any

import pandas as pd
from botocore.exceptions import ClientError
from sagemaker.core.helper.session_helper import Session
from sagemaker.core.resources import Endpoint, EndpointConfig, ModelPackage, ProcessingJob, TrainingJob
from sagemaker.core.resources import Pipeline as PipelineResource
from sagemaker.core.s3 import S3Downloader
from sagemaker.mlops.workflow.pipeline import Pipeline, PipelineExecution


def train(name: str) -> tuple[PipelineExecution, dict[str, Any]]:
    """Start the deployed pipeline, wait for it, list its steps."""
    seen: dict[str, Any] = {"pipeline": PipelineResource.get(pipeline_name=name).pipeline_status}
    execution = Pipeline(name=name, sagemaker_session=Session()).start(
        parameters={"RawDataVersion": "by the SDK"}, execution_display_name="by-the-SDK"
    )
    execution.wait(delay=1, max_attempts=200)
    described = execution.describe()
    seen["execution"] = [described["PipelineExecutionStatus"], described["PipelineExecutionDisplayName"]]
    steps = sorted(execution.list_steps(), key=lambda step: step["StartTime"])
    seen["steps"] = [[step["StepName"], step["StepStatus"], "CacheHitResult" in step] for step in steps]
    seen["gate"] = metadata(execution, "CheckGate")["Condition"]["Outcome"]
    parameters = execution.list_parameters()["PipelineParameters"]
    seen["parameters"] = {item["Name"]: item["Value"] for item in parameters}
    job = TrainingJob.get(training_job_name=job_name(execution, "Train"))
    seen["training"] = [job.training_job_status, job.enable_network_isolation]
    seen["artifact"] = job.model_artifacts.s3_model_artifacts
    return execution, seen


def metadata(execution: PipelineExecution, name: str) -> dict[str, Any]:
    """What a step says about what it did."""
    (found,) = [step["Metadata"] for step in execution.list_steps() if step["StepName"] == name]
    return dict(found)


def job_name(execution: PipelineExecution, step: str) -> str:
    """Name of the job that a step ran."""
    (job,) = metadata(execution, step).values()
    return str(job["Arn"].rpartition("/")[2])


def approve(name: str, execution: PipelineExecution) -> dict[str, Any]:
    """Find the version that waits for approval, approve it, and wait for the endpoint that this brings."""
    (package,) = ModelPackage.get_all(model_package_group_name=name, model_approval_status="PendingManualApproval")
    package = ModelPackage.get(model_package_name=package.model_package_arn)
    registered = metadata(execution, "RegisterModel")["RegisterModel"]["Arn"]
    seen = {
        "package": package.model_package_arn,
        "registered": registered,
        "auc": float(package.customer_metadata_properties["auc.value"]),
        "endpoints_before": [endpoint.endpoint_name for endpoint in Endpoint.get_all()],
    }
    package.update(model_approval_status="Approved", approval_description="by the SDK")
    wait_for_endpoint(name).wait_for_status("InService", poll=1, timeout=120)
    return seen


def wait_for_endpoint(name: str, seconds: float = 60) -> Endpoint:
    """The endpoint, when somebody has made it."""
    end = time.monotonic() + seconds
    while True:
        try:
            return Endpoint.get(endpoint_name=name)
        except ClientError:
            if time.monotonic() > end:
                raise
            time.sleep(1)


def ask(name: str, execution: PipelineExecution, label: str, count: int) -> dict[str, Any]:
    """Ask the endpoint about records that the pipeline kept for serving, beside which lies what happened."""
    outputs = ProcessingJob.get(processing_job_name=job_name(execution, "Prepare")).processing_output_config.outputs
    (serving,) = [output.s3_output.s3_uri for output in outputs if output.output_name == "serving"]
    S3Downloader.download(s3_uri=serving, local_path="serving", sagemaker_session=Session())
    records = pd.read_parquet(Path("serving", "serving.parquet")).sample(count, random_state=0)
    lines = records.drop(columns=[label, "record_id"]).to_json(orient="records", date_format="iso", lines=True)
    endpoint = Endpoint.get(endpoint_name=name)
    answer = endpoint.invoke(body=lines, content_type="application/jsonlines", accept="application/jsonlines")
    one = endpoint.invoke(body=lines.splitlines()[0], content_type="application/json", inference_id="first")
    seen = {
        "answers": [json.loads(line) for line in answer.body.read().splitlines()],
        "one": json.loads(one.body.read()),
        "variant": one.invoked_production_variant,
        "happened": records[label].astype(int).tolist(),
    }
    try:
        endpoint.invoke(body='{"carrier": 1}', content_type="application/json")
    except ClientError as error:
        response: dict[str, Any] = {**error.response}  # has the error's own members too
        seen["refused"] = [response["OriginalStatusCode"], response["OriginalMessage"]]
    config = EndpointConfig.get(endpoint_config_name=endpoint.endpoint_config_name)
    seen["capture"] = config.data_capture_config.destination_s3_uri
    return seen


def main(name: str, label: str, count: str, report: str) -> None:
    """Train, approve, ask."""
    execution, seen = train(name)
    seen |= approve(name, execution)
    seen |= ask(name, execution, label, int(count))
    Path(report).write_text(json.dumps(seen))


if __name__ == "__main__":
    main(*sys.argv[1:])
