"""Which model `ops pipeline start` hands to training."""

import hashlib
from typing import Any

import pytest
from botocore.stub import ANY

from config.use_case.train import XGBoostTrain
from ops import live, pipeline
from ops.target import OperationError
from ops.warm_start import earlier_model
from tests.unit.ops_stub_kit import ARN, EXECUTION, Stubs

FOREIGN = "arn:aws:sagemaker:ap-northeast-1:111122223333:model-package/prod-flight-delays/7"
OWN = "s3://models-bucket/flight_delays/abc/package/model.tar.gz"


def stubs(warm_start: str) -> Stubs:
    found = Stubs()
    train = XGBoostTrain.model_validate({"warm_start": warm_start})
    use_case = found.target.use_case.model_copy(update={"train": train})
    object.__setattr__(found.target, "use_case", use_case)
    return found


def package(uri: str) -> dict[str, Any]:
    return {
        "ModelPackageName": "x", "ModelPackageArn": ARN, "CreationTime": 0, "ModelPackageStatus": "Completed",
        "ModelPackageStatusDetails": {"ValidationStatuses": []},
        "InferenceSpecification": {"Containers": [{"Image": "i", "ModelDataUrl": uri}]},
    }  # fmt: skip


def outputs(stub: Stubs) -> None:
    cloudformation = stub.stub("cloudformation", "cloudformation")
    output = {"OutputKey": "ModelsBucketName", "OutputValue": "models-bucket"}
    stack = {"StackName": "dev-data", "CreationTime": 0, "StackStatus": "CREATE_COMPLETE", "Outputs": [output]}
    cloudformation.add_response("describe_stacks", {"Stacks": [stack]}, {"StackName": "dev-data"})


def test_without_a_warm_start_nothing_is_asked() -> None:
    assert earlier_model(stubs("none").target) == ""


@pytest.mark.parametrize("live", ["", f"{ARN}/3"])
def test_the_champion_is_what_the_serving_stack_names(live: str) -> None:
    stub = stubs("champion")
    sagemaker, cloudformation = stub.sagemaker, stub.stub("cloudformation", "cloudformation")
    parameter = {"ParameterKey": "ChampionModelPackage", "ParameterValue": live}
    stack = {"StackName": "s", "CreationTime": 0, "StackStatus": "CREATE_COMPLETE", "Parameters": [parameter]}
    cloudformation.add_response("describe_stacks", {"Stacks": [stack]}, {"StackName": "dev-flight-delays-serving"})
    if live:
        sagemaker.add_response("describe_model_package", package(OWN), {"ModelPackageName": live})
    assert earlier_model(stub.target) == (OWN if live else "")


def test_a_model_of_the_use_cases_own_folder_is_taken_where_it_lies() -> None:
    stub = stubs(FOREIGN)
    stub.sagemaker.add_response("describe_model_package", package(OWN), {"ModelPackageName": FOREIGN})
    outputs(stub)
    assert earlier_model(stub.target) == OWN


@pytest.mark.parametrize("there", [True, False])
def test_a_model_from_elsewhere_is_copied_once(there: bool) -> None:
    stub = stubs(FOREIGN)
    sagemaker, s3 = stub.sagemaker, stub.stub("s3", "s3")
    sagemaker.add_response("describe_model_package", package("s3://prod-models/flight_delays/x/model.tar.gz"))
    outputs(stub)
    key = f"flight_delays/pretrained/{hashlib.sha256(FOREIGN.encode()).hexdigest()[:16]}/model.tar.gz"
    s3.add_response("list_objects_v2", {"KeyCount": int(there)}, {"Bucket": "models-bucket", "Prefix": key})
    if not there:
        source = {"Bucket": "prod-models", "Key": "flight_delays/x/model.tar.gz"}
        s3.add_response("head_object", {"ContentLength": 3, "ETag": "x"}, source)
        s3.add_response("copy_object", {}, {"Bucket": "models-bucket", "Key": key, "CopySource": source})
    assert earlier_model(stub.target) == f"s3://models-bucket/{key}"
    s3.assert_no_pending_responses()


def test_a_package_that_is_not_there_is_named_with_a_remedy() -> None:
    stub = stubs(FOREIGN)
    stub.sagemaker.add_client_error("describe_model_package", "ValidationException", "does not exist")
    with pytest.raises(OperationError, match=r"train\.warm_start: found arn:.*Correct the ARN in use_case\.yaml"):
        earlier_model(stub.target)


def test_the_pipeline_is_started_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    stub = stubs("champion")
    monkeypatch.setattr(pipeline, "raw_version", lambda _: "abc")
    monkeypatch.setattr(pipeline, "earlier_model", lambda _: OWN)
    monkeypatch.setattr(live, "champion_model", lambda _: "")
    parameters = [{"Name": "RawDataVersion", "Value": "abc"}, {"Name": "WarmStartModelUri", "Value": OWN}]
    stub.sagemaker.add_response(
        "start_pipeline_execution",
        {"PipelineExecutionArn": EXECUTION},
        {"PipelineName": "dev-flight-delays", "PipelineParameters": parameters, "ClientRequestToken": ANY},
    )
    assert pipeline.start_execution(stub.target) == EXECUTION
