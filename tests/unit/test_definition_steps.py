"""Steps: what they write, and which arguments and properties they refuse."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from pipelines_src.definition import (
    CallbackStep,
    CreateModelStep,
    DefinitionError,
    ExecutionVariable,
    FloatParameter,
    IntegerParameter,
    Join,
    Output,
    Pipeline,
    ProcessingStep,
    PropertyFile,
    StringParameter,
    TrainingStep,
    TransformStep,
    TuningStep,
)
from pipelines_src.definition.job_arguments import JobArguments
from pipelines_src.definition.local_disks import check_volume_keys
from pipelines_src.definition.settings import PipelineSettings

ROLE = "arn:aws:iam::111122223333:role/jobs"
TOKEN = "${Token[T.1]}"


def training(**changes: Any) -> dict[str, Any]:
    """A small valid CreateTrainingJob request."""
    return {
        "AlgorithmSpecification": {"TrainingImage": "image", "TrainingInputMode": "File"},
        "RoleArn": ROLE,
        "OutputDataConfig": {"S3OutputPath": "s3://models"},
        "ResourceConfig": {"InstanceCount": 1, "InstanceType": "ml.m5.large", "VolumeSizeInGB": 30},
        "StoppingCondition": {"MaxRuntimeInSeconds": 60},
    } | changes


def machine(instance_type: Any, count: Any = 1) -> dict[str, Any]:
    return {"ResourceConfig": {"InstanceCount": count, "InstanceType": instance_type, "VolumeSizeInGB": 30}}


def check(arguments: Mapping[str, Any]) -> None:
    TrainingStep(name="Train", arguments=arguments).check()


SMALL = StringParameter(name="Machine", default="ml.m5.large")
REFUSED: dict[str, tuple[Callable[[], Mapping[str, Any]], list[str]]] = {
    "unknown instance type": (lambda: training(**machine("ml.m5.lrge")), ["'ml.m5.lrge'", "ml.m5.large", "Train"]),
    "unknown instance type as default": (
        lambda: training(**machine(StringParameter(name="M", default="m5.large").ref)),
        ["ResourceConfig.InstanceType", "'m5.large'", "ml.m5.large"],
    ),
    "unknown key": (lambda: training(Volume=1), ["Volume", "CreateTrainingJob"]),
    "unknown key below": (lambda: training(StoppingCondition={"Max": 1}), ["Max"]),
    "missing key": (lambda: {"RoleArn": ROLE}, ["OutputDataConfig", "Missing required"]),
    "wrong type": (lambda: training(EnableNetworkIsolation="yes"), ["EnableNetworkIsolation"]),
    "too small": (lambda: training(**machine("ml.m5.large", count=-1)), ["InstanceCount"]),
    "a name of its own": (lambda: training(TrainingJobName="mine"), ["TrainingJobName", "the pipeline names its jobs"]),
    "number where text belongs": (
        lambda: training(HyperParameters={"depth": IntegerParameter(name="D", default=3).ref}),
        ["HyperParameters['depth']", "Integer", "Join"],
    ),
    "text where number belongs": (
        lambda: training(**machine("ml.m5.large", count=StringParameter(name="C", default="1").ref)),
        ["ResourceConfig.InstanceCount", "String", "Integer"],
    ),
    "fraction where whole number belongs": (
        lambda: training(**machine("ml.m5.large", count=FloatParameter(name="C", default=1.0).ref)),
        ["Float", "Integer"],
    ),
    "reference in place of a structure": (lambda: training(ResourceConfig=SMALL.ref), ["structure", "single value"]),
}


@pytest.mark.parametrize("name", REFUSED)
def test_wrong_arguments_are_refused_by_step_key_and_remedy(name: str) -> None:
    arguments, words = REFUSED[name]
    with pytest.raises(DefinitionError) as error:
        check(arguments())
    assert all(word in str(error.value) for word in ["'Train'", *words]), str(error.value)


@pytest.mark.parametrize(
    "arguments",
    [
        training(**machine(SMALL.ref)),
        training(**machine(TOKEN), RoleArn=TOKEN),
        training(HyperParameters={"depth": Join("", (IntegerParameter(name="D", default=3).ref,))}),
        training(**machine("ml.m5.large", count=IntegerParameter(name="C").ref)),
        training(OutputDataConfig={"S3OutputPath": ExecutionVariable.PIPELINE_NAME.ref}),
    ],
)
def test_fitting_references_and_values_of_the_deployment_pass(arguments: dict[str, Any]) -> None:
    check(arguments)


def test_properties_are_looked_up_in_what_the_step_makes() -> None:
    train = TrainingStep(name="Train", arguments=training())
    model = train.property("ModelArtifacts.S3ModelArtifacts")
    assert model.to_json() == {"Get": "Steps.Train.ModelArtifacts.S3ModelArtifacts"}
    assert train.property("ResourceConfig.VolumeSizeInGB").kind == "Integer"
    assert train.property("InputDataConfig[0].ChannelName").kind == "String"
    assert train.property("HyperParameters['eta']").kind == "String"
    tune = TuningStep(name="Tune", arguments={})
    assert tune.property("BestTrainingJob.TrainingJobName").kind == "String"
    assert tune.property("TrainingJobSummaries[0].TrainingJobName").kind == "String"
    assert CreateModelStep(name="M", arguments={}).property("ModelName").kind == "String"
    assert TransformStep(name="T", arguments={}).property("TransformOutput.S3OutputPath").kind == "String"


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("ModelArtifact", ["'ModelArtifact'", "ModelArtifacts"]),
        ("ModelArtifacts.S3", ["'S3'", "S3ModelArtifacts"]),
        ("ModelArtifacts", ["structure", "S3ModelArtifacts inside"]),
        ("TrainingJobName.x", ["string", "no named members"]),
        ("TrainingJobName[0]", ["no items"]),
        ("ModelArtifacts/S3", ["'/S3'", "A.B"]),
    ],
)
def test_properties_that_do_not_exist_are_refused(path: str, words: list[str]) -> None:
    with pytest.raises(DefinitionError) as error:
        TrainingStep(name="Train", arguments=training()).property(path)
    assert all(word in str(error.value) for word in ["'Train' (Training)", *words]), str(error.value)


def evaluate(settings: PipelineSettings, *files: PropertyFile) -> ProcessingStep:
    jobs = JobArguments(settings, "ml.m5.large")
    arguments = jobs.processing(
        arguments=["evaluate"], inputs={}, outputs={"evaluation": "s3://processed"}, output_key=settings.data_key
    )
    return ProcessingStep(name="Evaluate", arguments=arguments, property_files=files)


def test_outputs_and_property_files_must_be_the_steps_own(pipeline_settings: PipelineSettings) -> None:
    step = evaluate(pipeline_settings, PropertyFile("Report", "evaluation", "report.json"))
    step.check()
    assert step.json("Report", "auc.value").to_json() == {
        "Std:JsonGet": {"PropertyFile": {"Get": "Steps.Evaluate.PropertyFiles.Report"}, "Path": "auc.value"}
    }
    with pytest.raises(DefinitionError, match="'test'; allowed are the job's outputs: evaluation"):
        step.output("test")
    with pytest.raises(DefinitionError, match="'Other'; allowed are the step's property files: Report"):
        step.json("Other", "auc")
    with pytest.raises(DefinitionError, match=r"'Report': found the output 'nowhere'; allowed are .*evaluation"):
        evaluate(pipeline_settings, PropertyFile("Report", "nowhere", "x.json")).check()
    twice = (PropertyFile("Report", "evaluation", "a.json"), PropertyFile("Report", "evaluation", "b.json"))
    with pytest.raises(DefinitionError, match="'Report' twice"):
        evaluate(pipeline_settings, *twice).check()


def test_a_callback_writes_queue_inputs_and_outputs() -> None:
    step = CallbackStep(
        name="Label",
        display_name="Label images",
        queue_url="https://sqs/q",
        inputs={"run": ExecutionVariable.PIPELINE_EXECUTION_ID.ref},
        outputs=(Output("manifest"), Output("count", "Integer")),
    )
    assert step.to_json() == {
        "Name": "Label",
        "Type": "Callback",
        "Arguments": {"run": {"Get": "Execution.PipelineExecutionId"}},
        "DisplayName": "Label images",
        "SqsQueueUrl": "https://sqs/q",
        "OutputParameters": [
            {"OutputName": "manifest", "OutputType": "String"},
            {"OutputName": "count", "OutputType": "Integer"},
        ],
    }
    assert step.output("count").to_json() == {"Get": "Steps.Label.OutputParameters['count']"}


def test_a_wrong_step_in_a_branch_is_found_by_the_pipeline() -> None:
    step = TrainingStep(name="Train", arguments=training(Nope=1))
    with pytest.raises(DefinitionError, match="'Train'"):
        Pipeline((), (step,)).to_definition()


@pytest.mark.parametrize(
    ("machine_type", "has_disks"),
    [
        *((f"ml.{family}.xlarge", True) for family in ("g4dn", "g5", "g6e", "p3dn", "p4de", "r5d", "p6-b200", "trn1n")),
        *((f"ml.{family}.xlarge", False) for family in ("m5", "c5n", "c7i-flex", "p3", "t3", "r8i", "m4")),
    ],
)
def test_a_volume_key_is_refused_where_the_machine_has_its_own_disks(machine_type: str, has_disks: bool) -> None:
    resources = {"InstanceCount": 1, "InstanceType": StringParameter(name="M", default=machine_type).ref}
    check_volume_keys("Train", {"ResourceConfig": resources})
    with_key = {"Definitions": [{"ResourceConfig": {**resources, "VolumeKmsKeyId": "key"}}]}
    if has_disks:
        with pytest.raises(DefinitionError, match=f"'Train': InstanceType: found '{machine_type}'.*ml.m5.large"):
            check_volume_keys("Train", with_key)
    else:
        check_volume_keys("Train", with_key)
