"""What nobody reports: endpoints that roll back in silence, functions that keep failing, live models rejected."""

import json
from collections.abc import Iterator

import pytest

from local_cloud import settings
from tests.local.endpoints_kit import BROKEN, until
from tests.local.release_kit import SERVING, SPEED, Platform, deployed

pytestmark = pytest.mark.flow


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv(settings.ALARM_SPEED, SPEED)
        environment.setenv(settings.SILENT_ROLLBACKS, "1")
        with deployed(tmp_path_factory, "release-trouble") as platform:
            platform.listen()
            yield platform


def test_a_silent_rollback_is_found_and_told(platform: Platform) -> None:
    first = platform.register()
    platform.decide(first, "Approved")
    assert platform.settled(first, after=0)["result"] == "succeeded"

    # CloudFormation takes this update for done, though the endpoint has gone back to the first version.
    broken = platform.register(BROKEN)
    platform.decide(broken, "Approved")
    record = platform.settled(broken, after=1)
    assert (record["result"], record["before"]) == ("failed", first), record
    assert "SageMaker rolled it back" in record["detail"]
    assert platform.told("ReleaseFailed")["NewStateValue"] == "ALARM"

    # The function sets the stack back to what serves, so that it tells the truth again.
    assert platform.settled(first, after=2)["result"] == "succeeded"
    assert (platform.champion(), platform.serving_status()) == (first, "UPDATE_COMPLETE")
    assert "v1" in platform.answer()


def test_a_live_model_without_a_successor_is_told_when_it_is_rejected(platform: Platform) -> None:
    platform.decide(platform.champion(), "Rejected")
    assert platform.told("RejectedModelLive")["NewStateValue"] == "ALARM"
    assert "v1" in platform.answer()
    platform.decide(platform.champion(), "Approved")
    until(lambda: platform.alarm_state(SERVING, "ReleasesRejectedModelLive") == "OK", 60, "the end of the alarm")


def test_an_event_that_cannot_be_handled_is_kept_and_told(platform: Platform) -> None:
    function = platform.physical("local-control", "AWS::Lambda::Function", "Release")
    event = {"detail-type": "Something Else", "id": "no-event-of-ours"}
    platform.cloud.client("lambda").invoke(FunctionName=function, InvocationType="Event", Payload=json.dumps(event))
    assert platform.told("FailedEventsNotEmpty", 60)["NewStateValue"] == "ALARM"
    assert platform.told("ReleaseAlarmsErrors")["NewStateValue"] == "ALARM"
    queue = platform.physical("local-control", "AWS::SQS::Queue", "FailedEvents")
    (letter,) = platform.cloud.client("sqs").receive_message(QueueUrl=queue, WaitTimeSeconds=5)["Messages"]
    assert json.loads(letter["Body"]) == event


def test_an_event_that_cannot_be_delivered_is_kept_and_told(platform: Platform) -> None:
    functions = platform.cloud.client("lambda")
    function = platform.physical("local-control", "AWS::Lambda::Function", "Release")
    for statement in json.loads(functions.get_policy(FunctionName=function)["Policy"])["Statement"]:
        functions.remove_permission(FunctionName=function, StatementId=statement["Sid"])
    package = platform.register()
    assert platform.told("UndeliveredEventsNotEmpty", 60)["NewStateValue"] == "ALARM"
    queue = platform.physical("local-control", "AWS::SQS::Queue", "UndeliveredEvents")
    (letter,) = platform.cloud.client("sqs").receive_message(QueueUrl=queue, WaitTimeSeconds=5)["Messages"]
    assert json.loads(letter["Body"])["detail"]["ModelPackageArn"] == package
