"""What the release function asks CloudFormation, and what it makes of the answers."""

from dataclasses import replace
from datetime import timedelta

import pytest
from botocore.exceptions import ClientError

from release.reconcile import RefusedError
from release.stacks import ServingStacks
from release.state import Stack, Update
from tests.unit.release_stub_kit import ATTEMPT, GROUP, NOW, STACK_ID, stubbed


@pytest.fixture
def stacks():
    with stubbed("cloudformation") as (client, stubber):
        yield ServingStacks(client, "dev"), stubber


def described(status="UPDATE_COMPLETE", **more):
    stack = {
        "StackName": "dev-flight-delays-serving",
        "StackId": STACK_ID,
        "CreationTime": NOW,
        "StackStatus": status,
        "Parameters": [
            {"ParameterKey": "ChampionModelPackage", "ParameterValue": f"{GROUP}/2"},
            {"ParameterKey": "ChallengerModelPackage", "ParameterValue": ""},
            {"ParameterKey": "ShadowModelPackage", "ParameterValue": f"{GROUP}/3"},
            {"ParameterKey": "TrafficShift", "ParameterValue": "at_once"},
            {"ParameterKey": "BootstrapVersion", "ParameterValue": "/cdk-bootstrap/hnb659fds/version"},
        ],
        **more,
    }
    return {"Stacks": [stack]}


def test_a_stack_is_its_status_slots_and_configuration(stacks):
    serving, stub = stacks
    outputs = [{"OutputKey": "EndpointConfigName", "OutputValue": "dev-flight-delays-1a2b3c-2"}]
    stub.add_response("describe_stacks", described(Outputs=outputs), {"StackName": "dev-flight-delays-serving"})
    assert serving.get("flight-delays") == Stack(
        "UPDATE_COMPLETE",
        {"champion": f"{GROUP}/2", "challenger": "", "shadow": f"{GROUP}/3"},
        "dev-flight-delays-1a2b3c-2",
    )


@pytest.mark.parametrize(
    ("outputs", "scaled"),
    [
        ([], set()),
        ([{"OutputKey": "ScaledVariants", "OutputValue": "champion,challenger"}], {"champion", "challenger"}),
    ],
)
def test_a_stack_says_which_slots_scale(stacks, outputs, scaled):
    serving, stub = stacks
    stub.add_response("describe_stacks", described(Outputs=outputs))
    assert serving.get("flight-delays").scaled == scaled


def test_a_missing_stack_is_none(stacks):
    serving, stub = stacks
    stub.add_client_error("describe_stacks", "ValidationError", "Stack with id dev-x-serving does not exist")
    assert serving.get("x") is None


@pytest.mark.parametrize("slot", ["champion", "challenger", "shadow"])
def test_an_update_changes_one_slot_and_how_traffic_moves_and_nothing_else(stacks, slot):
    serving, stub = stacks
    changed = f"{slot.capitalize()}ModelPackage"
    others = [f"{name}ModelPackage" for name in ("Champion", "Challenger", "Shadow")]
    stub.add_response("describe_stacks", described())
    stub.add_response(
        "update_stack",
        {"StackId": STACK_ID},
        {
            "StackName": STACK_ID,
            "UsePreviousTemplate": True,
            "Parameters": [
                *(
                    {"ParameterKey": key, "ParameterValue": f"{GROUP}/4"}
                    if key == changed
                    else {"ParameterKey": key, "UsePreviousValue": True}
                    for key in others
                ),
                {"ParameterKey": "TrafficShift", "ParameterValue": "guarded"},
                {"ParameterKey": "BootstrapVersion", "UsePreviousValue": True},
            ],
            "Capabilities": ["CAPABILITY_NAMED_IAM"],
            "RoleARN": "arn:aws:iam::111122223333:role/ml-loop/dev/dev-flight-delays-release",
            "ClientRequestToken": f"flight-delays-3-{int(NOW.timestamp())}",
        },
    )
    assert serving.update(replace(ATTEMPT, slot=slot, shift="guarded")) == "started"


@pytest.mark.parametrize(
    ("code", "message", "result"),
    [
        ("ValidationError", "No updates are to be performed.", "unchanged"),
        ("ValidationError", "Stack:x is in UPDATE_IN_PROGRESS state and can not be updated.", "busy"),
        ("TokenAlreadyExistsException", "A client request token already exists", "busy"),
    ],
)
def test_what_is_no_failure_is_told_apart(stacks, code, message, result):
    serving, stub = stacks
    stub.add_response("describe_stacks", described())
    stub.add_client_error("update_stack", code, message)
    assert serving.update(ATTEMPT) == result


def test_a_refusal_for_good_says_why(stacks):
    serving, stub = stacks
    stub.add_response("describe_stacks", described())
    stub.add_client_error("update_stack", "ValidationError", "Parameter ChampionModelPackage is empty or the ARN")
    with pytest.raises(RefusedError, match="is empty or the ARN"):
        serving.update(ATTEMPT)


@pytest.mark.parametrize("code", ["AccessDenied", "Throttling", "InternalFailure"])
def test_what_is_not_the_models_fault_is_raised_and_tried_again(stacks, code):
    serving, stub = stacks
    stub.add_response("describe_stacks", described())
    stub.add_client_error("update_stack", code, "not now")
    with pytest.raises(ClientError, match="not now"):
        serving.update(ATTEMPT)


def event(status, resource="dev-flight-delays-serving", reason=None, token=ATTEMPT.token, minutes=1):
    whole = resource == "dev-flight-delays-serving"
    return {
        "StackId": STACK_ID,
        "EventId": f"{resource}-{status}",
        "StackName": "dev-flight-delays-serving",
        "LogicalResourceId": resource,
        "PhysicalResourceId": STACK_ID if whole else "dev-flight-delays",
        "ResourceType": "AWS::CloudFormation::Stack" if whole else "AWS::SageMaker::Endpoint",
        "Timestamp": NOW + timedelta(minutes=minutes),
        "ResourceStatus": status,
        **({"ResourceStatusReason": reason} if reason else {}),
        **({"ClientRequestToken": token} if token else {}),
    }


def outcome(stacks, *events):
    serving, stub = stacks
    stub.add_response("describe_stack_events", {"StackEvents": list(events)})
    return serving.outcome(ATTEMPT)


def test_an_attempt_without_events_never_began(stacks):
    others = [event("UPDATE_COMPLETE", token=None), event("UPDATE_COMPLETE", token="flight-delays-2-1")]
    assert outcome(stacks, *others) == Update("none")


def test_events_before_the_claim_are_another_attempts(stacks):
    assert outcome(stacks, event("UPDATE_COMPLETE", minutes=-60)) == Update("none")


def test_a_running_update_is_known_by_its_token(stacks):
    assert outcome(stacks, event("UPDATE_IN_PROGRESS")) == Update("running")


def test_a_complete_update_succeeded(stacks):
    assert outcome(stacks, event("UPDATE_COMPLETE"), event("UPDATE_IN_PROGRESS")) == Update("succeeded")


def test_a_rollback_gives_the_first_cause(stacks):
    newest_first = [
        event("UPDATE_ROLLBACK_COMPLETE", minutes=5),
        event("UPDATE_FAILED", "Alarm", "Resource update cancelled", minutes=4),
        event(
            "UPDATE_ROLLBACK_IN_PROGRESS", reason="The following resource(s) failed to update: [Endpoint].", minutes=3
        ),
        event("UPDATE_FAILED", "Endpoint", "Failed health check of variant champion", minutes=2),
        event("UPDATE_IN_PROGRESS"),
    ]
    assert outcome(stacks, *newest_first) == Update("failed", "Endpoint: Failed health check of variant champion")


def test_use_cases_are_found_by_the_names_of_their_stacks(stacks):
    serving, stub = stacks
    names = {
        "dev-flight-delays-serving": "UPDATE_COMPLETE",
        "dev-flight-delays-training": "UPDATE_COMPLETE",
        "dev-old-serving": "DELETE_COMPLETE",
        "dev-serving": "UPDATE_COMPLETE",
        "prod-flight-delays-serving": "UPDATE_COMPLETE",
    }
    summaries = [{"StackName": n, "CreationTime": NOW, "StackStatus": s} for n, s in names.items()]
    stub.add_response("list_stacks", {"StackSummaries": summaries[:2], "NextToken": "more"})
    stub.add_response("list_stacks", {"StackSummaries": summaries[2:]}, {"NextToken": "more"})
    assert serving.use_cases() == ["flight-delays"]
