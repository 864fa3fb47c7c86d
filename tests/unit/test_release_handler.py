"""The release function from its event on."""

import json
from pathlib import Path
from typing import cast

import pytest
from pydantic import ValidationError

from release.events import EndpointEvent, Hour, PackageEvent, StackEvent, parse, serving_use_case, use_case_of
from release.handler import run
from release.reconcile import World
from release.settings import Settings
from release.steps import Rest

LAMBDA = Path(__file__).resolve().parents[2] / "lambda"
PACKAGE_EVENT = {
    "version": "0",
    "id": "844e2571-85d4-695f-b930-0153b71dcb42",
    "detail-type": "SageMaker Model Package State Change",
    "source": "aws.sagemaker",
    "account": "111122223333",
    "time": "2026-11-23T12:00:00Z",
    "region": "ap-northeast-1",
    "resources": ["arn:aws:sagemaker:ap-northeast-1:111122223333:model-package/dev-flight-delays/3"],
    "detail": {
        "ModelPackageGroupName": "dev-flight-delays",
        "ModelPackageVersion": 3,
        "ModelPackageStatus": "Completed",
        "ModelApprovalStatus": "Approved",
    },
}
STACK_EVENT = {
    **PACKAGE_EVENT,
    "detail-type": "CloudFormation Stack Status Change",
    "source": "aws.cloudformation",
    "detail": {
        "stack-id": "arn:aws:cloudformation:ap-northeast-1:111122223333:stack/dev-flight-delays-serving/0a1b2c3d",
        "status-details": {"status": "UPDATE_COMPLETE", "status-reason": ""},
        "client-request-token": "",
    },
}
ENDPOINT_EVENT = {
    **PACKAGE_EVENT,
    "detail-type": "SageMaker Endpoint State Change",
    "detail": {"EndpointName": "dev-flight-delays", "EndpointStatus": "IN_SERVICE"},
}
HOUR = {**PACKAGE_EVENT, "detail-type": "Scheduled Event", "source": "aws.events", "detail": {}}


@pytest.mark.parametrize(
    ("event", "kind", "use_case"),
    [
        (PACKAGE_EVENT, PackageEvent, "flight-delays"),
        (STACK_EVENT, StackEvent, "flight-delays"),
        (ENDPOINT_EVENT, EndpointEvent, "flight-delays"),
        (HOUR, Hour, None),
    ],
)
def test_events_are_read(event, kind, use_case):
    parsed = parse(event)
    assert isinstance(parsed, kind)
    assert use_case_of(parsed, "dev") == use_case
    assert use_case_of(parsed, "prod") is None


@pytest.mark.parametrize(
    "event",
    [
        {},
        {**PACKAGE_EVENT, "source": "aws.s3"},
        {**PACKAGE_EVENT, "detail": {}},
        {**ENDPOINT_EVENT, "detail": {}},
        "hello",
        None,
    ],
)
def test_what_is_no_event_of_ours_goes_to_the_dead_letter_queue(event):
    with pytest.raises(ValidationError):
        parse(event)


@pytest.mark.parametrize("name", ["dev-flight-delays-training", "dev-control", "dev-serving", "prod-x-serving", "-"])
def test_only_serving_stacks_of_the_environment_count(name):
    assert serving_use_case(name, "dev") is None


def test_settings_name_what_is_missing():
    with pytest.raises(ValidationError, match="ML_LOOP_RECORDS_TABLE"):
        Settings.load({"ML_LOOP_ENVIRONMENT": "dev"})


def test_trouble_with_one_use_case_does_not_keep_the_others_waiting(monkeypatch):
    done = []

    def reconcile(world, use_case, trigger):
        if use_case == "first":
            raise OSError("unreachable")
        done.append((use_case, trigger))
        return Rest("fine")

    monkeypatch.setattr("release.handler.reconcile", reconcile)
    with pytest.raises(ExceptionGroup) as caught:
        run(cast(World, None), ["first", "second"], "Scheduled Event e1")
    assert done == [("second", "Scheduled Event e1")]
    assert [type(error) for error in caught.value.exceptions] == [OSError]


def test_a_metric_names_environment_and_use_case(capsys):
    from shared.metrics import count

    count("ReleaseFailed", environment="dev", use_case="flight-delays")
    blob = json.loads(capsys.readouterr().out)
    directive = blob["_aws"]["CloudWatchMetrics"][0]
    assert directive["Namespace"] == "MlLoop"
    assert [sorted(dimensions) for dimensions in directive["Dimensions"]] == [["Environment", "UseCase"]]
    assert (blob["ReleaseFailed"], blob["Environment"], blob["UseCase"]) == ([1.0], "dev", "flight-delays")
