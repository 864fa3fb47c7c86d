"""Steps that run no job: registering a model, functions and callbacks; and conditions of every kind."""

import time
from typing import Any, cast

import pytest
from botocore.exceptions import ClientError

from local_cloud.sagemaker import api
from local_cloud.sagemaker.pipelines import conditions
from local_cloud.sagemaker.pipelines.expressions import ExpressionError, Scope
from tests.local.pipelines_cloud import ACCOUNT, REGION, Cloud, processing, training

FUNCTION = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:double"


def function_step(name: str, arguments: dict[str, Any], *outputs: tuple[str, str]) -> dict[str, Any]:
    declared = [{"OutputName": name, "OutputType": kind} for name, kind in outputs]
    return {
        "Name": name,
        "Type": "Lambda",
        "Arguments": arguments,
        "FunctionArn": FUNCTION,
        "OutputParameters": declared,
    }


def test_a_function_gets_arguments_and_gives_outputs(cloud: Cloud) -> None:
    cloud.functions["double"] = lambda event: {"twice": event["n"] * 2, "noise": 1}
    use = processing("use", {"n": {"Std:Join": {"On": "", "Values": [{"Get": "Steps.f.OutputParameters['twice']"}]}}})
    arn = cloud.run([use, function_step("f", {"n": 21}, ("twice", "Integer"))])
    metadata = cloud.steps(arn)["f"]["Metadata"]["Lambda"]
    assert metadata == {"Arn": FUNCTION, "OutputParameters": [{"Name": "twice", "Value": "42"}]}
    assert cloud.store.list("ProcessingJob")[0]["Environment"] == {"n": "42"}
    assert ("ROLEpipeline", "lambda:InvokeFunction") in cloud.calls


@pytest.mark.parametrize(
    ("function", "said"),
    [(lambda event: 1 / 0, "division by zero"), (lambda event: {}, "twice"), (lambda event: {"twice": "x"}, "Integer")],
)
def test_a_function_that_fails_fails_the_step(cloud: Cloud, function: Any, said: str) -> None:
    cloud.functions["double"] = function
    arn = cloud.run([function_step("f", {}, ("twice", "Integer"))], "Failed")
    assert said in cloud.steps(arn)["f"]["FailureReason"]


def callback_step() -> dict[str, Any]:
    return {
        "Name": "ask",
        "Type": "Callback",
        "SqsQueueUrl": f"https://sqs.{REGION}.amazonaws.com/{ACCOUNT}/questions",
        "Arguments": {"question": "good?"},
        "OutputParameters": [{"OutputName": "answer", "OutputType": "Float"}],
    }


def asked(cloud: Cloud) -> str:
    cloud.create([callback_step()])
    arn = cloud.start()
    cloud.wait_for_step(arn, "ask", "Executing")
    return arn


def test_a_callback_sends_a_token_and_waits_for_it(cloud: Cloud) -> None:
    arn = asked(cloud)
    [message] = cloud.messages
    assert message["arguments"] == {"question": "good?"}
    assert message["pipelineExecutionArn"] == arn
    answer = {"CallbackToken": message["token"], "OutputParameters": [{"Name": "answer", "Value": "0.5"}]}
    assert cloud.client().send_pipeline_execution_step_success(**answer)["PipelineExecutionArn"] == arn
    cloud.wait(arn, "Succeeded")
    assert cloud.steps(arn)["ask"]["Metadata"]["Callback"]["OutputParameters"] == [{"Name": "answer", "Value": "0.5"}]
    with pytest.raises(ClientError, match="already answered"):
        cloud.client().send_pipeline_execution_step_success(**answer)


def test_a_callback_can_fail_its_step(cloud: Cloud) -> None:
    arn = asked(cloud)
    token = cloud.messages[0]["token"]
    cloud.client().send_pipeline_execution_step_failure(CallbackToken=token, FailureReason="bad data")
    cloud.wait(arn, "Failed")
    assert cloud.steps(arn)["ask"]["FailureReason"] == "ClientError: bad data"


def test_stopping_asks_the_callback_again_and_waits(cloud: Cloud) -> None:
    arn = asked(cloud)
    cloud.client().stop_pipeline_execution(PipelineExecutionArn=arn)
    cloud.wait_for_step(arn, "ask", "Stopping")
    end = time.monotonic() + 5
    while len(cloud.messages) < 2 and time.monotonic() < end:
        time.sleep(0.02)
    assert [message["status"] for message in cloud.messages] == ["Executing", "Stopping"]
    cloud.client().send_pipeline_execution_step_failure(CallbackToken=cloud.messages[1]["token"])
    cloud.wait(arn, "Stopped")


def test_registering_makes_the_group_and_a_version(cloud: Cloud) -> None:
    def register(name: str, url: object) -> dict[str, Any]:
        specification = {
            "Containers": [{"Image": "image", "ModelDataUrl": url}],
            "SupportedContentTypes": ["text/csv"],
            "SupportedResponseMIMETypes": ["text/csv"],
        }
        arguments = {"ModelPackageGroupName": "churn", "InferenceSpecification": specification}
        return {"Name": name, "Type": "RegisterModel", "Arguments": arguments}

    cloud.objects["bucket/m.tar.gz"] = b"model"
    arn = cloud.run([training("train"), register("register", "s3://bucket/m.tar.gz")])
    package = cloud.steps(arn)["register"]["Metadata"]["RegisterModel"]["Arn"]
    assert package.endswith("model-package/churn/1")
    assert cloud.client().describe_model_package(ModelPackageName=package)["ModelPackageVersion"] == 1
    reference = {"Get": "Steps.train.ModelArtifacts.S3ModelArtifacts"}
    failed = cloud.run([training("train"), register("register", reference)], "Failed", name="without-model")
    assert "Could not find model data at s3://" in cloud.steps(failed)["register"]["FailureReason"]


@pytest.mark.parametrize(("kind", "order"), [("Minimize", "Ascending"), ("Maximize", "Descending")])
def test_a_tuning_steps_first_training_job_is_the_best(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch, kind: str, order: str
) -> None:
    asked: list[dict[str, Any]] = []

    def create(request: dict[str, Any], call: api.Call) -> dict[str, Any]:
        name = request["HyperParameterTuningJobName"]
        arn = call.arn(f"hyper-parameter-tuning-job/{name}")
        call.store.put("HyperParameterTuningJob", name, {**request, "HyperParameterTuningJobArn": arn})
        return {"HyperParameterTuningJobArn": arn}

    def describe(request: dict[str, Any], call: api.Call) -> dict[str, Any]:
        document = call.store.get("HyperParameterTuningJob", request["HyperParameterTuningJobName"]) or {}
        return {**document, "HyperParameterTuningJobStatus": "Completed"}

    def list_jobs(request: dict[str, Any], call: api.Call) -> dict[str, Any]:
        asked.append(request)
        return {"TrainingJobSummaries": [{"TrainingJobName": "best"}, {"TrainingJobName": "other"}]}

    monkeypatch.setitem(api._OPERATIONS, "CreateHyperParameterTuningJob", create)
    monkeypatch.setitem(api._OPERATIONS, "DescribeHyperParameterTuningJob", describe)
    monkeypatch.setitem(api._OPERATIONS, "ListTrainingJobsForHyperParameterTuningJob", list_jobs)
    config = {
        "Strategy": "Random",
        "ResourceLimits": {"MaxParallelTrainingJobs": 1},
        "HyperParameterTuningJobObjective": {"Type": kind, "MetricName": "auc"},
    }
    tune = {"Name": "tune-the-model", "Type": "Tuning", "Arguments": {"HyperParameterTuningJobConfig": config}}
    reference = {"Get": "Steps.tune-the-model.TrainingJobSummaries[0].TrainingJobName"}
    arn = cloud.run([tune, processing("use", {"job": reference})])
    assert cloud.store.list("ProcessingJob")[0]["Environment"] == {"job": "best"}
    assert [(request["SortBy"], request["SortOrder"]) for request in asked] == [("FinalObjectiveMetricValue", order)]
    assert len(cloud.steps(arn)["tune-the-model"]["Metadata"]["TuningJob"]["Arn"].rpartition("/")[2]) <= 32


class Values:
    """A scope of parameters, which are all that these conditions ask for."""

    def __init__(self, **values: object) -> None:
        self.values = values

    def parameter(self, name: str) -> object:
        return self.values[name]


def holds(condition: dict[str, Any], **values: object) -> bool:
    assert list(conditions.check(condition)) == []
    return conditions.holds(condition, cast(Scope, Values(**values)))


def compare(kind: str, left: object, right: object) -> dict[str, Any]:
    return {"Type": kind, "LeftValue": left, "RightValue": right}


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("Equals", [False, True, False]),
        ("GreaterThan", [False, False, True]),
        ("GreaterThanOrEqualTo", [False, True, True]),
        ("LessThan", [True, False, False]),
        ("LessThanOrEqualTo", [True, True, False]),
    ],
)
def test_comparisons(kind: str, expected: list[bool]) -> None:
    x = {"Get": "Parameters.x"}
    assert [holds(compare(kind, x, 2), x=value) for value in (1, 2, 3.5)] == expected


def test_in_not_and_or() -> None:
    x = {"Get": "Parameters.x"}
    one, two = compare("Equals", x, 1), compare("Equals", x, 2)
    assert [holds({"Type": "Or", "Conditions": [one, two]}, x=value) for value in (1, 2, 3)] == [True, True, False]
    assert holds({"Type": "And", "Conditions": [one, {"Type": "Not", "Condition": two}]}, x=1)
    assert not holds({"Type": "Not", "Condition": one}, x=1)
    among = {"Type": "In", "QueryValue": x, "Values": ["a", {"Get": "Parameters.y"}, 1]}
    assert [holds(among, x=value, y="b") for value in ("a", "b", "c", 1, True)] == [True, True, False, True, False]


def test_what_cannot_be_compared_is_an_error() -> None:
    with pytest.raises(ExpressionError, match="different types"):
        holds(compare("LessThan", {"Get": "Parameters.x"}, 1), x="a")
