"""What a data scientist does with the SageMaker SDK; run as a program, since the SDK wants its region at import.

Arguments: role ARN, bucket, image, and the file to write what was seen into.
"""

import json
import sys
from pathlib import Path

import boto3
from sagemaker.core.processing import Processor
from sagemaker.core.resources import Pipeline as PipelineResource
from sagemaker.core.shapes import ProcessingInput, ProcessingOutput, ProcessingS3Input, ProcessingS3Output
from sagemaker.core.workflow.conditions import ConditionGreaterThanOrEqualTo
from sagemaker.core.workflow.functions import Join, JsonGet
from sagemaker.core.workflow.parameters import ParameterFloat
from sagemaker.core.workflow.pipeline_context import PipelineSession
from sagemaker.core.workflow.properties import PropertyFile
from sagemaker.mlops.workflow.condition_step import ConditionStep
from sagemaker.mlops.workflow.fail_step import FailStep
from sagemaker.mlops.workflow.pipeline import Pipeline, PipelineExecution
from sagemaker.mlops.workflow.steps import CacheConfig, ProcessingStep

CODE = "/opt/ml/processing/input/code"
OUT = "/opt/ml/processing/out"


def define(role: str, bucket: str, image: str) -> Pipeline:
    """A pipeline as the SDK writes it: a script that reports a number, and a gate."""
    session = PipelineSession(boto_session=boto3.Session(), default_bucket=bucket)
    least = ParameterFloat(name="least", default_value=0.5)
    processor = Processor(
        role=role,
        image_uri=image,
        instance_count=1,
        instance_type="ml.m5.large",
        entrypoint=["python3", f"{CODE}/report.py"],
        sagemaker_session=session,
    )
    code = ProcessingS3Input(
        s3_uri=f"s3://{bucket}/code/report.py", local_path=CODE, s3_data_type="S3Prefix", s3_input_mode="File"
    )
    out = ProcessingS3Output(s3_uri=f"s3://{bucket}/report", local_path=OUT, s3_upload_mode="EndOfJob")
    report = PropertyFile(name="report", output_name="report", path="report.json")
    measure = ProcessingStep(
        name="measure",
        step_args=processor.run(
            inputs=[ProcessingInput(input_name="code", s3_input=code)],
            outputs=[ProcessingOutput(output_name="report", s3_output=out)],
        ),
        property_files=[report],
        cache_config=CacheConfig(enable_caching=True, expire_after="P1D"),
    )
    auc = JsonGet(step_name="measure", property_file=report, json_path="metrics.auc")
    refuse = FailStep(name="refuse", error_message=Join(on=" ", values=["AUC must be at least", least]))
    gate = ConditionStep(
        name="gate",
        conditions=[ConditionGreaterThanOrEqualTo(left=auc, right=least)],
        if_steps=[],
        else_steps=[refuse],
    )
    return Pipeline(name="sdk-made", parameters=[least], steps=[measure, gate], sagemaker_session=session)


def steps_of(execution: PipelineExecution) -> list[dict[str, object]]:
    """The steps, in the order in which they began."""
    listed = sorted(execution.list_steps(), key=lambda step: step["StartTime"])
    return [
        {
            "name": step["StepName"],
            "status": step["StepStatus"],
            "metadata": step["Metadata"],
            "reason": step.get("FailureReason"),
            "cached": "CacheHitResult" in step,
        }
        for step in listed
    ]


def main(role: str, bucket: str, image: str, report: str) -> None:
    """Make a pipeline, run it twice, look at both runs."""
    pipeline = define(role, bucket, image)
    made = pipeline.create(role_arn=role)
    good = pipeline.start(execution_display_name="good")
    good.wait(delay=1, max_attempts=60)
    bad = pipeline.start(parameters={"least": 0.95})
    try:
        bad.wait(delay=1, max_attempts=60)
    except Exception as error:
        ended = type(error).__name__
    seen = {
        "arn": made["PipelineArn"],
        "good": steps_of(good),
        "good_name": good.describe()["PipelineExecutionDisplayName"],
        "bad": steps_of(bad),
        "bad_ended": ended,
        "bad_reason": bad.describe()["FailureReason"],
        "parameters": bad.list_parameters()["PipelineParameters"],
        "pipelines": [item.pipeline_name for item in PipelineResource.get_all()],
        "executions": len(pipeline.list_executions()["PipelineExecutionSummaries"]),
    }
    Path(report).write_text(json.dumps(seen, default=str))


if __name__ == "__main__":
    main(*sys.argv[1:])
