"""Our builders write the JSON that the SageMaker SDK writes, wherever the SDK can build a step without AWS."""

import json
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from config import load_use_case
from pipelines_src import definition as ours
from pipelines_src.definition.settings import PipelineSettings
from pipelines_src.definition.use_case_pipeline import build_pipeline

BASE = "/opt/ml/processing"
ARN = "arn:aws:lambda:ap-northeast-1:111122223333:function:f"


@pytest.fixture(scope="module")
def sdk() -> Iterator[Any]:
    """The SDK's modules; importing them needs a region and takes seconds."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_DEFAULT_REGION", "ap-northeast-1")
        patch.setenv("AWS_ACCESS_KEY_ID", "testing")
        patch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
        patch.setenv("AWS_EC2_METADATA_DISABLED", "true")
        from sagemaker.core import lambda_helper, network, processing, shapes
        from sagemaker.core.workflow import conditions, execution_variables, functions, parameters, properties
        from sagemaker.core.workflow.pipeline_context import PipelineSession
        from sagemaker.mlops.workflow import (
            callback_step,
            condition_step,
            fail_step,
            lambda_step,
            pipeline,
            retry,
            steps,
        )

        names: dict[str, Any] = {}
        for module in (
            shapes, lambda_helper, network, processing, conditions, execution_variables, functions, parameters,
            properties, callback_step, condition_step, fail_step, lambda_step, pipeline, retry, steps,
        ):  # fmt: skip
            names |= vars(module)
        yield SimpleNamespace(**{**names, "session": PipelineSession(default_bucket="unused")})


def written(sdk: Any, *steps: Any, parameters: tuple[Any, ...] = ()) -> dict[str, Any]:
    """The SDK's definition of a pipeline."""
    pipeline = sdk.Pipeline(name="p", parameters=list(parameters), steps=list(steps), sagemaker_session=sdk.session)
    document: dict[str, Any] = json.loads(pipeline.definition())
    return document


def test_parameters(sdk: Any) -> None:
    theirs = (
        sdk.ParameterString(name="S", default_value="a", enum_values=["a", "b"]),
        sdk.ParameterInteger(name="I", default_value=3),
        sdk.ParameterFloat(name="F", default_value=0.5),
        sdk.ParameterBoolean(name="B", default_value=True),
        sdk.ParameterString(name="Needed"),
    )
    mine = (
        ours.StringParameter(name="S", default="a", allowed=("a", "b")),
        ours.IntegerParameter(name="I", default=3),
        ours.FloatParameter(name="F", default=0.5),
        ours.BooleanParameter(name="B", default=True),
        ours.StringParameter(name="Needed"),
    )
    document = written(sdk, sdk.FailStep("Stop", error_message="no"), parameters=theirs)
    same = ours.Pipeline(mine, (ours.FailStep(name="Stop", error_message="no"),)).to_definition()
    for key in ("Version", "Metadata", "Parameters", "Steps"):
        assert same[key] == document[key]
    # The SDK asks for an experiment per execution. We do not: tags and the registry say where a model is from.
    assert {key for key in document.keys() - same.keys() if document[key]} == {"PipelineExperimentConfig"}


def test_execution_variables(sdk: Any) -> None:
    theirs = {name: value.expr for name, value in vars(sdk.ExecutionVariables).items() if name.isupper()}
    assert {variable.name: variable.ref.to_json() for variable in ours.ExecutionVariable} == theirs


def test_properties_of_jobs(sdk: Any) -> None:
    train = sdk.Properties(step_name="T", shape_name="DescribeTrainingJobResponse")
    mine = ours.TrainingStep(name="T", arguments={})
    assert mine.property("ModelArtifacts.S3ModelArtifacts").to_json() == train.ModelArtifacts.S3ModelArtifacts.expr
    assert mine.property("InputDataConfig[0].ChannelName").to_json() == train.InputDataConfig[0].ChannelName.expr
    tuned = sdk.Properties(step_name="U", shape_name="ListTrainingJobsForHyperParameterTuningJobResponse")
    best = ours.TuningStep(name="U", arguments={}).property("TrainingJobSummaries[0].TrainingJobName")
    assert best.to_json() == tuned.TrainingJobSummaries[0].TrainingJobName.expr


def test_conditions_in_nested_branches(sdk: Any) -> None:
    run = sdk.ExecutionVariables.PIPELINE_EXECUTION_ID
    theirs = sdk.ConditionStep(
        "Outer",
        description="Why",
        conditions=[
            sdk.ConditionGreaterThan(left=run, right=1),
            sdk.ConditionLessThan(left=1.5, right=2),
            sdk.ConditionLessThanOrEqualTo(left=1, right=2),
            sdk.ConditionIn(value=run, in_values=["a", "b"]),
            sdk.ConditionNot(sdk.ConditionOr([sdk.ConditionEquals(left=run, right="x")])),
        ],
        if_steps=[
            sdk.ConditionStep(
                "Inner",
                conditions=[sdk.ConditionGreaterThanOrEqualTo(left=2, right=1)],
                else_steps=[sdk.FailStep("Stop", error_message=sdk.Join(on=" ", values=["run", run]))],
            )
        ],
    )
    mine_run = ours.ExecutionVariable.PIPELINE_EXECUTION_ID.ref
    mine = ours.ConditionStep(
        name="Outer",
        description="Why",
        conditions=(
            ours.GreaterThan(mine_run, 1),
            ours.LessThan(1.5, 2),
            ours.LessThanOrEqualTo(1, 2),
            ours.In(mine_run, ("a", "b")),
            ours.Not(ours.Or((ours.Equals(mine_run, "x"),))),
        ),
        if_steps=(
            ours.ConditionStep(
                name="Inner",
                conditions=(ours.GreaterThanOrEqualTo(2, 1),),
                else_steps=(ours.FailStep(name="Stop", error_message=ours.Join(" ", ("run", mine_run))),),
            ),
        ),
    )
    assert ours.Pipeline((), (mine,)).to_definition()["Steps"] == written(sdk, theirs)["Steps"]


def test_lambda_and_callback_steps(sdk: Any) -> None:
    call = sdk.LambdaStep(
        "Call",
        lambda_func=sdk.Lambda(function_arn=ARN, session=sdk.session),
        inputs={"a": 1},
        outputs=[sdk.LambdaOutput("n", sdk.LambdaOutputTypeEnum.Integer)],
    )
    ask = sdk.CallbackStep(
        "Ask",
        sqs_queue_url="https://q",
        inputs={"n": call.properties.Outputs["n"]},
        outputs=[sdk.CallbackOutput("answer", sdk.CallbackOutputTypeEnum.String)],
        depends_on=["Call"],
    )
    mine_call = ours.LambdaStep(name="Call", function_arn=ARN, inputs={"a": 1}, outputs=(ours.Output("n", "Integer"),))
    mine_ask = ours.CallbackStep(
        name="Ask",
        queue_url="https://q",
        inputs={"n": mine_call.output("n")},
        outputs=(ours.Output("answer"),),
        depends_on=(mine_call,),
    )
    assert ours.Pipeline((), (mine_call, mine_ask)).to_definition()["Steps"] == written(sdk, call, ask)["Steps"]


def test_the_evaluation_of_a_use_case(sdk: Any, pipeline_settings: PipelineSettings) -> None:
    mine = build_pipeline(load_use_case("flight_delays"), pipeline_settings).to_definition()["Steps"][2]
    step = sdk.ProcessingStep(
        "Evaluate",
        step_args=processor(sdk, pipeline_settings).run(
            inputs=inputs(sdk, pipeline_settings),
            outputs=outputs(sdk, pipeline_settings),
            arguments=["evaluate", "--use-case", "flight_delays"],
        ),
        description=mine["Description"],
        property_files=[sdk.PropertyFile(name="Evaluation", output_name="evaluation", path="evaluation.json")],
        cache_config=sdk.CacheConfig(enable_caching=True, expire_after="P30D"),
        retry_policies=retries(sdk),
    )
    others = [sdk.FailStep(name, error_message="stands in for the step before") for name in ("Prepare", "Train")]
    theirs = written(sdk, *others, step)["Steps"][2]
    assert mine == theirs


def processor(sdk: Any, given: PipelineSettings) -> Any:
    return sdk.Processor(
        role=given.role_arn,
        image_uri=given.image_uri,
        entrypoint=["python3", f"{BASE}/input/code/{given.code_file}"],
        instance_count=1,
        instance_type=sdk.ParameterString(name="ProcessingInstanceType", default_value=given.processing_instance),
        volume_size_in_gb=given.volume_gb,
        volume_kms_key=given.data_key,
        output_kms_key=given.models_key,
        max_runtime_in_seconds=given.processing_runtime_seconds,
        env={"ML_LOOP_CHAMPION": sdk.ParameterString(name="ChampionModelUri", default_value=given.code_uri)},
        tags=[{"Key": key, "Value": value} for key, value in given.tags],
        network_config=sdk.NetworkConfig(
            enable_network_isolation=True,
            encrypt_inter_container_traffic=True,
            security_group_ids=list(given.security_groups),
            subnets=list(given.subnets),
        ),
        sagemaker_session=sdk.session,
    )


def inputs(sdk: Any, given: PipelineSettings) -> list[Any]:
    prepare = sdk.Properties(step_name="Prepare", shape_name="DescribeProcessingJobResponse")
    train = sdk.Properties(step_name="Train", shape_name="DescribeTrainingJobResponse")
    prepared = prepare.ProcessingOutputConfig.Outputs
    uris = {
        "model": train.ModelArtifacts.S3ModelArtifacts,
        "champion": sdk.ParameterString(name="ChampionModelUri", default_value=given.code_uri),
        **{name: prepared[name].S3Output.S3Uri for name in ("test", "validation", "features", "report")},
        "code": given.code_uri,
        "wheels": given.wheels_uri,
    }
    return [
        sdk.ProcessingInput(
            input_name=name,
            s3_input=sdk.ProcessingS3Input(
                s3_uri=uri,
                local_path=f"{BASE}/input/{name}",
                s3_data_type="S3Prefix",
                s3_input_mode="File",
                s3_data_distribution_type="FullyReplicated",
                s3_compression_type="None",
            ),
        )
        for name, uri in uris.items()
    ]


def outputs(sdk: Any, given: PipelineSettings) -> list[Any]:
    folders = {"evaluation": given.processed_uri, "package": given.models_uri}
    run = sdk.ExecutionVariables.PIPELINE_EXECUTION_ID
    return [
        sdk.ProcessingOutput(
            output_name=name,
            s3_output=sdk.ProcessingS3Output(
                s3_uri=sdk.Join(on="/", values=[folder, run, name]),
                local_path=f"{BASE}/output/{name}",
                s3_upload_mode="EndOfJob",
            ),
        )
        for name, folder in folders.items()
    ]


def retries(sdk: Any) -> list[Any]:
    faults, job_faults = sdk.StepExceptionTypeEnum, sdk.SageMakerJobExceptionTypeEnum
    return [
        sdk.StepRetryPolicy(
            exception_types=[faults.SERVICE_FAULT, faults.THROTTLING], interval_seconds=10, max_attempts=5
        ),
        sdk.SageMakerJobStepRetryPolicy(
            failure_reason_types=[job_faults.INTERNAL_ERROR, job_faults.CAPACITY_ERROR, job_faults.RESOURCE_LIMIT],
            interval_seconds=60,
            expire_after_mins=120,
        ),
    ]
