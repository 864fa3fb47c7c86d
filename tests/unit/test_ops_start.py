"""What a pipeline is started with."""

import re

import pytest
from botocore.stub import ANY

from config import load_use_case
from ops import data, live, pipeline
from ops.target import OperationError, Target
from tests.unit.ops_stub_kit import ARN, EXECUTION, GROUP, NOW, Stubs


def serving_stack(stubs: Stubs, champion: str | None) -> None:
    """Say which champion the serving stack has; None: there is no such stack."""
    stubber = stubs.stub("cloudformation", "cloudformation")
    if champion is None:
        stubber.add_client_error("describe_stacks", "ValidationError", f"Stack with id {GROUP}-serving does not exist")
        return
    parameters = [{"ParameterKey": "ChampionModelPackage", "ParameterValue": champion}]
    stack = {"StackName": "x", "CreationTime": NOW, "StackStatus": "CREATE_COMPLETE", "Parameters": parameters}
    stubber.add_response("describe_stacks", {"Stacks": [stack]}, {"StackName": f"{GROUP}-serving"})


@pytest.mark.parametrize("champion", [None, "", f"{ARN}/3"])
@pytest.mark.parametrize("compare", [True, False])
def test_a_pipeline_is_given_the_champion_that_serves_if_there_is_one(
    champion: str | None, compare: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pipeline, "raw_version", lambda target: "v1")
    stubs = Stubs()
    serving_stack(stubs, champion)
    sagemaker = stubs.sagemaker
    parameters = [{"Name": "RawDataVersion", "Value": "v1"}]
    if champion and compare:
        container = {"Image": "image", "ModelDataUrl": "s3://models/package/model.tar.gz"}
        described = {
            "ModelPackageName": "x", "ModelPackageArn": champion, "CreationTime": NOW,
            "ModelPackageStatus": "Completed", "ModelPackageStatusDetails": {"ValidationStatuses": []},
            "InferenceSpecification": {"Containers": [container]},
        }  # fmt: skip
        sagemaker.add_response("describe_model_package", described, {"ModelPackageName": champion})
        parameters.append({"Name": "ChampionModelUri", "Value": container["ModelDataUrl"]})
    expected = {"PipelineName": GROUP, "PipelineParameters": parameters, "ClientRequestToken": ANY}
    sagemaker.add_response("start_pipeline_execution", {"PipelineExecutionArn": EXECUTION}, expected)
    assert pipeline.start_execution(stubs.target, compare) == EXECUTION
    sagemaker.assert_no_pending_responses()


def test_a_pipeline_starts_on_the_raw_files_that_are_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Target, "bucket", lambda self, purpose: purpose)
    monkeypatch.setattr(live, "champion_model", lambda target: "")
    versions_started = []
    for etags in (["1", "2"], ["1", "2"], ["1", "3"]):
        stubs = Stubs()
        contents = [{"Key": f"flight_delays/{place}", "ETag": etag} for place, etag in enumerate(etags)]
        stubs.stub("s3", "s3").add_response("list_objects_v2", {"Contents": contents, "IsTruncated": False})
        version = data.raw_version(stubs.target)
        stubs.stub("s3", "s3").add_response("list_objects_v2", {"Contents": contents, "IsTruncated": False})
        stubs.sagemaker.add_response(
            "start_pipeline_execution",
            {"PipelineExecutionArn": EXECUTION},
            {
                "PipelineName": GROUP,
                "PipelineParameters": [{"Name": "RawDataVersion", "Value": version}],
                "ClientRequestToken": ANY,
            },
        )
        assert pipeline.start_execution(stubs.target) == EXECUTION
        versions_started.append(version)
    assert versions_started[0] == versions_started[1] != versions_started[2]


def test_new_labels_are_new_input_and_none_yet_is_a_file_without_labels(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Target, "bucket", lambda self, purpose: purpose)
    raw = [{"Key": "handwritten_digits/images.parquet", "ETag": "1"}]
    none = [{"Key": "handwritten_digits/labelled/_none", "ETag": "2"}]
    label = [{"Key": "handwritten_digits/labelled/run.manifest", "ETag": "3"}]
    versions = []
    for labels in ([], none, label, none + label):
        stubs = Stubs()
        stubs.target = Target(stubs.target.environment, load_use_case("handwritten_digits"))
        s3 = stubs.stub("s3", "s3")
        for bucket, contents in (("raw", raw), ("labelled", labels)):
            prefix = "handwritten_digits/" if bucket == "raw" else "handwritten_digits/labelled/"
            answer = {"IsTruncated": False, **({"Contents": contents} if contents else {})}
            s3.add_response("list_objects_v2", answer, {"Bucket": bucket, "Prefix": prefix})
        if not labels:
            key = {"Bucket": "labelled", "Key": none[0]["Key"], "Body": b""}
            s3.add_response("put_object", {}, key)
        versions.append(data.raw_version(stubs.target))
        s3.assert_no_pending_responses()
    assert versions[0] == versions[1] != versions[2] == versions[3]


def test_a_pipeline_is_given_where_its_splits_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pipeline, "raw_version", lambda target: "v1")
    monkeypatch.setattr(live, "champion_model", lambda target: "")
    stubs = Stubs()
    until = "2013-07-01T00:00:00/2013-08-01T00:00:00/2013-09-01T12:00:00"
    given = [{"Name": "RawDataVersion", "Value": "v1"}, {"Name": "SplitUntil", "Value": until}]
    expected = {"PipelineName": GROUP, "PipelineParameters": given, "ClientRequestToken": ANY}
    stubs.sagemaker.add_response("start_pipeline_execution", {"PipelineExecutionArn": EXECUTION}, expected)
    assert pipeline.start_execution(stubs.target, split_until="2013-07-01/2013-08-01/2013-09-01T12:00") == EXECUTION


@pytest.mark.parametrize(
    ("until", "said"),
    [
        ("2013-07-01/2013-08-01", "not three; name three"),
        ("2013-07-01/2013-08-01/2013-08-01", "put them in order"),
        ("July/August/September", 'train_until: found "July"; allowed is a date such as 2013-04-01'),
        ("2013-07-01/2013-08-01/2013-09-01T00:00Z", "time zone"),
    ],
)
def test_splits_that_cannot_be_start_nothing(until: str, said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pipeline, "raw_version", lambda target: "v1")
    monkeypatch.setattr(live, "champion_model", lambda target: "")
    with pytest.raises(OperationError, match=f"{re.escape(until)}.*{said}"):
        pipeline.start_execution(Stubs().target, split_until=until)


def test_prepared_data_is_split_already() -> None:
    with pytest.raises(OperationError, match="Leave --split-until out"):
        pipeline.start_execution(Stubs().target, prepared="s3://p/q", split_until="2013-07-01/2013-08-01/2013-09-01")


def test_a_pipeline_without_raw_files_does_not_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Target, "bucket", lambda self, purpose: purpose)
    stubs = Stubs()
    stubs.stub("s3", "s3").add_response("list_objects_v2", {"IsTruncated": False})
    with pytest.raises(OperationError, match="no raw files below s3://raw/flight_delays/"):
        pipeline.start_execution(stubs.target)
