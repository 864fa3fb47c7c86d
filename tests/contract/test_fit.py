"""`fit` asks for the training job that the deployed pipeline asks for, through the SDK's own ModelTrainer.

The answers of SageMaker are given; tests/contract/test_sagemaker_sdk_platform.py trains in a deployed environment.
"""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import boto3
import botocore.session
import numpy as np
import pytest
from botocore.stub import Stubber
from botocore.validate import ParamValidator

from config import UseCase, load_environment
from ops import fit as package
from ops.fit import place, prepared
from ops.fit.deployed import Deployed
from ops.fit.request import request
from ops.fit.trainer import surroundings, trainer
from ops.target import OperationError, Target
from pipelines_src.definition.settings import PipelineSettings, Script
from pipelines_src.definition.use_case_pipeline import build_pipeline
from tests.use_cases import WAYS, way

REGION = "ap-northeast-1"
ARN = f"arn:aws:sagemaker:{REGION}:111122223333:pipeline/dev-points"
THEN, LATER = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 2, tzinfo=UTC)
NAME = "dev-points-0a1b2c3d"
CREATE: Any = (
    botocore.session.get_session().get_service_model("sagemaker").operation_model("CreateTrainingJob").input_shape
)
Answers = Callable[[list[tuple[str, dict[str, Any]]]], Target]


@pytest.fixture
def deployed(pipeline_settings: PipelineSettings) -> Callable[[UseCase], Deployed]:
    settings = replace(
        pipeline_settings, script=Script(uri="s3://assets/4567.tar.gz", file="4567.tar.gz"), tags=(("owner", "ana"),)
    )
    return lambda case: Deployed(ARN, build_pipeline(case, settings).to_definition(), THEN)


@pytest.fixture
def answering(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Make a target whose SageMaker gives these answers, in their order."""
    stubs = []

    def make(case: UseCase, answers: list[tuple[str, dict[str, Any] | str]]) -> Target:
        client = boto3.client("sagemaker", region_name=REGION, aws_access_key_id="x", aws_secret_access_key="x")
        stubs.append(stub := Stubber(client))
        for method, answer in answers:
            if isinstance(answer, str):
                stub.add_client_error(method, answer)
            else:
                stub.add_response(method, answer)
        stub.activate()
        monkeypatch.setattr("ops.target.client", lambda environment, service: client)
        return Target(load_environment("dev"), case)

    yield make
    for stub in stubs:
        stub.assert_no_pending_responses()


def of(case: UseCase) -> Target:
    return Target(load_environment("dev"), case)


def data(**changes: Any) -> prepared.Prepared:
    found = prepared.Prepared("run2", THEN, {"Prepare": "run1", "WarmStart": "run2"}, {"WarmStartModelUri": "s3://b/c"})
    return replace(found, **changes)


def steps(arn: str, **more: Any) -> dict[str, Any]:
    return {"PipelineExecutionSteps": [{"StepName": "Prepare", "StepStatus": "Succeeded", **more}]}


# Between them they have every field that a training step of ours can have.
@pytest.mark.parametrize("name", ["together", "script", "image search"])
def test_the_sdk_sends_the_request_of_the_pipelines_step(name: str, deployed: Any) -> None:
    case = way(name)
    pipeline = deployed(case)
    no_model = {"WarmStartModelUri": pipeline.defaults.get("WarmStartModelUri", "")}
    wanted = request(of(case), pipeline, data(parameters=no_model), NAME, {})
    with surroundings(REGION):
        sent = trainer(wanted, NAME, REGION)._create_training_job_args(boto3=True)
    report = ParamValidator().validate(sent, CREATE)
    assert not report.has_errors(), report.generate_report()
    assert sent.pop("TrainingJobName").startswith(f"{NAME}-20")
    # What the SDK writes though it is the API's own default.
    assert sent["OutputDataConfig"].pop("CompressionType") == "GZIP"
    assert sent.get("CheckpointConfig", {}).pop("LocalPath", "/opt/ml/checkpoints") == "/opt/ml/checkpoints"
    assert {key: value for key, value in sent.items() if value is not None} == wanted


def test_a_persons_own_defaults_of_the_sdk_change_nothing(
    deployed: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    training = {"Environment": {"A": "b"}, "Tags": [{"Key": "x", "Value": "y"}], "EnableNetworkIsolation": False,
                "VpcConfig": {"Subnets": ["subnet-0"], "SecurityGroupIds": ["sg-0"]}}  # fmt: skip
    own = {"SchemaVersion": "1.0", "SageMaker": {"TrainingJob": training}}
    (tmp_path / "config.yaml").write_text(json.dumps(own))
    monkeypatch.setenv("SAGEMAKER_USER_CONFIG_OVERRIDE", str(tmp_path / "config.yaml"))
    wanted = request(of(way("xgboost")), deployed(way("xgboost")), data(), NAME, {})
    without_tags = {key: value for key, value in wanted.items() if key != "Tags"}
    with surroundings(REGION):
        sent = trainer(without_tags, NAME, REGION)._create_training_job_args(boto3=True)
    assert not sent.get("Environment")
    assert not sent.get("Tags")
    assert (sent["EnableNetworkIsolation"], sent["VpcConfig"]) == (True, wanted["VpcConfig"])


@pytest.mark.parametrize("name", WAYS)
def test_the_request_differs_from_the_step_where_the_pipeline_runs_alone(name: str, deployed: Any) -> None:
    case = way(name)
    pipeline = deployed(case)
    no_model = {"WarmStartModelUri": pipeline.defaults.get("WarmStartModelUri", "")}
    found = request(of(case), pipeline, data(parameters=no_model), NAME, {})
    step = pipeline.training
    assert found.keys() == step.keys()
    assert "{" not in json.dumps(found["HyperParameters"]).strip("{}")
    same = {"AlgorithmSpecification", "OutputDataConfig", "VpcConfig", "RoleArn", "StoppingCondition", "Tags"}
    assert {key: found[key] for key in same} == {key: step[key] for key in same}
    inputs = {one["ChannelName"]: one["DataSource"]["S3DataSource"]["S3Uri"] for one in found["InputDataConfig"]}
    assert inputs["train"].endswith("/run1/train")
    if "CheckpointConfig" in found:
        assert found["CheckpointConfig"]["S3Uri"].endswith(f"/checkpoints/{NAME}")
    if "warm_start" in inputs:
        assert inputs["warm_start"].endswith("/run2/warm_start")


def test_hyperparameters_are_texts_as_the_job_reads_them(deployed: Any) -> None:
    given: dict[str, Any] = {"rounds": 5, "colour": "red"}
    found = request(of(way("script")), deployed(way("script")), data(), NAME, given)["HyperParameters"]
    assert (found["rounds"], found["colour"]) == ("5", '"red"')
    kmeans = request(of(way("kmeans")), deployed(way("kmeans")), data(), NAME, {"k": 4})["HyperParameters"]
    assert (kmeans["k"], kmeans["feature_dim"]) == ("4", "2")


def test_a_search_is_trained_once_with_the_files_values_and_the_given(deployed: Any) -> None:
    case = way("search")
    found = request(of(case), deployed(case), data(), NAME, {"eta": 0.3})["HyperParameters"]
    assert found == {
        "num_round": "100",
        "eta": "0.3",
        "objective": "binary:logistic",
        "save_model_on_termination": "true",
    }


def test_numbers_of_numpy_are_numbers(deployed: Any) -> None:
    given: Any = {"eta": np.float64(0.3), "max_depth": np.int64(4)}
    found = request(of(way("xgboost")), deployed(way("xgboost")), data(), NAME, given)["HyperParameters"]
    assert (found["eta"], found["max_depth"]) == ("0.3", "4")
    rounds: Any = {"rounds": np.int64(5)}
    found = request(of(way("script")), deployed(way("script")), data(), NAME, rounds)["HyperParameters"]
    assert found["rounds"] == "5"


def test_a_model_to_go_on_from_is_left_to_the_pipeline(deployed: Any) -> None:
    with pytest.raises(OperationError, match="only the pipeline can bring"):
        request(of(way("warm")), deployed(way("warm")), data(), NAME, {})


@pytest.mark.parametrize(
    ("name", "given", "message"),
    [
        ("xgboost", {"max_dept": 3}, "max_dept: is no hyperparameter of the built-in XGBoost.*did you mean max_depth"),
        ("xgboost", {"objective": "multi:softprob"}, "allowed for binary_classification is 'binary:logistic'"),
        ("xgboost", {"monotone_constraints": "(1,)", "tree_method": "hist"}, "found 1 places"),
        ("xgboost", {"num_class": 3}, "num_class: comes from data.classes"),
        ("xgboost", {"max_depth": [3]}, r"train.*max_depth.*found \[3\]"),
        ("kmeans", {"k": 1}, "train.k: found 1; .*greater than or equal to 2"),
        ("kmeans", {"epochs": 0}, "epochs: found 0; allowed is a whole number of at least 1"),
        ("kmeans", {"feature_dim": 3}, "feature_dim: comes with the use case"),
        ("script", {"sagemaker_program": "other.py"}, "sagemaker_program: comes with the use case"),
    ],
)
def test_a_wrong_hyperparameter_is_refused(name: str, given: Any, message: str, deployed: Any) -> None:
    with pytest.raises(OperationError, match=message):
        request(of(way(name)), deployed(way(name)), data(), NAME, given)


def test_the_newest_prepared_data_is_found_where_it_was_made(answering: Any, deployed: Any) -> None:
    case = way("xgboost")
    executions = [{"PipelineExecutionArn": f"{ARN}/execution/{name}", "StartTime": LATER} for name in ("run3", "run2")]
    cached = {"CacheHitResult": {"SourcePipelineExecutionArn": f"{ARN}/execution/run1"}}
    answers = [
        ("list_pipeline_executions", {"PipelineExecutionSummaries": executions}),
        ("list_pipeline_parameters_for_execution", {"PipelineParameters": []}),
        ("list_pipeline_execution_steps", {"PipelineExecutionSteps": []}),
        ("list_pipeline_parameters_for_execution", {"PipelineParameters": []}),
        ("list_pipeline_execution_steps", steps("run2", **cached)),
    ]
    found = prepared.find(answering(case, answers), deployed(case))
    assert (found.execution, found.started) == ("run2", LATER)
    assert found.uri(deployed(case), "train").endswith("/run1/train")


def test_data_that_glue_prepared_is_where_the_execution_says(answering: Any, deployed: Any) -> None:
    document = way("xgboost").model_dump(exclude_unset=True)
    case = UseCase.model_validate({**document, "prepare": {"engine": "glue"}})
    place = {"Name": "PreparedDataUri", "Value": "s3://processed/points/prepared/abc"}
    answers = [
        ("describe_pipeline_execution", {"CreationTime": THEN}),
        ("list_pipeline_parameters_for_execution", {"PipelineParameters": [place]}),
        ("list_pipeline_execution_steps", {"PipelineExecutionSteps": []}),
    ]
    found = prepared.find(answering(case, answers), pipeline := deployed(case), f"{ARN}/execution/run1")
    assert found.uri(pipeline, "test") == "s3://processed/points/prepared/abc/test"
    channels = request(of(case), pipeline, found, NAME, {})["InputDataConfig"]
    assert channels[0]["DataSource"]["S3DataSource"]["S3Uri"] == "s3://processed/points/prepared/abc/train"


@pytest.mark.parametrize(
    ("answers", "options", "message"),
    [
        ([("describe_pipeline", "ResourceNotFound")], {}, r"no pipeline dev-flight-delays in .*cdk deploy 'Dev/\*'"),
        ([("describe_pipeline", "AccessDeniedException")], {}, "DescribePipeline was refused.*lack this permission"),
        (
            [("list_pipeline_executions", {"PipelineExecutionSummaries": []})],
            {},
            "No data is prepared.*data upload dev",
        ),
        ([("describe_pipeline_execution", "ResourceNotFound")], {"execution": "gone"}, "no execution gone"),
    ],
)
def test_what_is_missing_is_said(answers: Any, options: Any, message: str, answering: Any) -> None:
    pipeline = {"PipelineArn": ARN, "PipelineDefinition": '{"Parameters": [], "Steps": []}', "LastModifiedTime": THEN}
    before = [] if answers[0][0] == "describe_pipeline" else [("describe_pipeline", pipeline)]
    answering(way("xgboost"), [*before, *answers])
    with pytest.raises(OperationError, match=message):
        package.fit("flight_delays", "dev", **options)


def test_a_use_case_that_the_environment_lacks_is_named() -> None:
    with pytest.raises(OperationError, match="dev does not deploy digit_clusters; it has flight_delays"):
        package.fit("digit_clusters", "dev")


def test_the_environment_is_the_notebooks_own(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    metadata = tmp_path / "resource-metadata.json"
    monkeypatch.delenv(place.VARIABLE, raising=False)
    assert place.environment(None, metadata) == "dev"
    metadata.write_text('{"ResourceName": "staging-looking"}')
    assert place.environment(None, metadata) == "staging"
    monkeypatch.setenv(place.VARIABLE, "local")
    assert place.environment(None, metadata) == "local"
    assert place.environment("prod", metadata) == "prod"
