"""The release function's requests and answers, checked against the service models by botocore's stubber."""

from datetime import UTC, datetime, timedelta

import botocore.session
import pytest
from botocore.exceptions import ClientError
from botocore.stub import ANY, Stubber

from release.reconcile import RefusedError
from release.records import Records
from release.registry import Registry
from release.stacks import ServingStacks
from release.state import Attempt, Live, Stack, Update

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
SESSION = botocore.session.get_session()  # reads each service model once
STACK_ID = "arn:aws:cloudformation:ap-northeast-1:111122223333:stack/dev-flight-delays-serving/0a1b2c3d"
GROUP = "arn:aws:sagemaker:ap-northeast-1:111122223333:model-package/dev-flight-delays"
ATTEMPT = Attempt(
    use_case="flight-delays",
    number=3,
    package=f"{GROUP}/4",
    before=f"{GROUP}/2",
    reason="approval",
    trigger="SageMaker Model Package State Change e1",
    approved_at=NOW - timedelta(minutes=2),
    approved_by=None,
    claimed_at=NOW,
)


@pytest.fixture
def stubbed():
    """Return a function from a service to a client and its stubber; every prepared answer must have been used."""
    stubbers = []

    def make(service: str):
        client = SESSION.create_client(
            service, region_name="ap-northeast-1", aws_access_key_id="a", aws_secret_access_key="b"
        )
        stubber = Stubber(client)
        stubber.activate()
        stubbers.append(stubber)
        return client, stubber

    yield make
    for stubber in stubbers:
        stubber.assert_no_pending_responses()


@pytest.fixture
def stacks(stubbed):
    client, stubber = stubbed("cloudformation")
    return ServingStacks(client, "dev"), stubber


@pytest.fixture
def registry(stubbed):
    client, stubber = stubbed("sagemaker")
    return Registry(client, "dev"), stubber


@pytest.fixture
def records(stubbed):
    client, stubber = stubbed("dynamodb")
    return Records(client, "releases"), stubber


def described(status="UPDATE_COMPLETE", **more):
    stack = {
        "StackName": "dev-flight-delays-serving",
        "StackId": STACK_ID,
        "CreationTime": NOW,
        "StackStatus": status,
        "Parameters": [
            {"ParameterKey": "ChampionModelPackage", "ParameterValue": f"{GROUP}/2"},
            {"ParameterKey": "BootstrapVersion", "ParameterValue": "/cdk-bootstrap/hnb659fds/version"},
        ],
        **more,
    }
    return {"Stacks": [stack]}


def test_a_stack_is_its_status_champion_and_configuration(stacks):
    serving, stub = stacks
    outputs = [{"OutputKey": "EndpointConfigName", "OutputValue": "dev-flight-delays-1a2b3c-2"}]
    stub.add_response("describe_stacks", described(Outputs=outputs), {"StackName": "dev-flight-delays-serving"})
    assert serving.get("flight-delays") == Stack("UPDATE_COMPLETE", f"{GROUP}/2", "dev-flight-delays-1a2b3c-2")


def test_a_missing_stack_is_none(stacks):
    serving, stub = stacks
    stub.add_client_error("describe_stacks", "ValidationError", "Stack with id dev-x-serving does not exist")
    assert serving.get("x") is None


def test_an_update_changes_one_parameter_and_nothing_else(stacks):
    serving, stub = stacks
    stub.add_response("describe_stacks", described())
    stub.add_response(
        "update_stack",
        {"StackId": STACK_ID},
        {
            "StackName": STACK_ID,
            "UsePreviousTemplate": True,
            "Parameters": [
                {"ParameterKey": "ChampionModelPackage", "ParameterValue": f"{GROUP}/4"},
                {"ParameterKey": "BootstrapVersion", "UsePreviousValue": True},
            ],
            "Capabilities": ["CAPABILITY_NAMED_IAM"],
            "RoleARN": "arn:aws:iam::111122223333:role/ml-loop/dev/dev-flight-delays-release",
            "ClientRequestToken": f"flight-delays-3-{int(NOW.timestamp())}",
        },
    )
    assert serving.update(ATTEMPT) == "started"


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


def test_only_complete_approved_packages_count(registry):
    models, stub = registry
    summaries = [
        {
            "ModelPackageArn": f"{GROUP}/{version}",
            "ModelPackageVersion": version,
            "CreationTime": NOW,
            "ModelPackageStatus": status,
        }
        for version, status in ((1, "Completed"), (2, "Failed"))
    ]
    expected = {"ModelPackageGroupName": "dev-flight-delays", "ModelApprovalStatus": "Approved"}
    stub.add_response("list_model_packages", {"ModelPackageSummaryList": summaries}, expected)
    assert models.approved("flight-delays") == {f"{GROUP}/1"}


def test_a_group_that_does_not_exist_has_nothing_approved(registry):
    models, stub = registry
    stub.add_client_error("list_model_packages", "ValidationException", "Model Package Group x does not exist.")
    assert models.approved("x") == frozenset()


def test_other_trouble_with_the_registry_is_raised(registry):
    models, stub = registry
    stub.add_client_error("list_model_packages", "AccessDeniedException", "no")
    with pytest.raises(ClientError):
        models.approved("x")


@pytest.mark.parametrize(
    ("more", "approved_at", "approved_by"),
    [
        ({}, NOW, None),
        ({"LastModifiedTime": NOW + timedelta(hours=1)}, NOW + timedelta(hours=1), None),
        (
            {"LastModifiedTime": NOW, "LastModifiedBy": {"IamIdentity": {"Arn": "arn:aws:iam::1:user/ann"}}},
            NOW,
            "arn:aws:iam::1:user/ann",
        ),
        ({"LastModifiedBy": {"UserProfileName": "ann"}}, NOW, "ann"),
    ],
)
def test_the_approval_is_the_last_modification(registry, more, approved_at, approved_by):
    models, stub = registry
    answer = {
        "ModelPackageName": "dev-flight-delays",
        "ModelPackageArn": f"{GROUP}/4",
        "CreationTime": NOW,
        "ModelPackageStatus": "Completed",
        "ModelPackageStatusDetails": {"ValidationStatuses": []},
        "ModelApprovalStatus": "Approved",
        **more,
    }
    stub.add_response("describe_model_package", answer, {"ModelPackageName": f"{GROUP}/4"})
    package = models.package(f"{GROUP}/4")
    assert package is not None
    assert (package.approved_at, package.approved_by) == (approved_at, approved_by)


def test_live_is_what_is_behind_the_champion(registry):
    models, stub = registry
    arn = "arn:aws:sagemaker:ap-northeast-1:111122223333"
    stub.add_response(
        "describe_endpoint",
        {
            "EndpointName": "dev-flight-delays",
            "EndpointArn": f"{arn}:endpoint/dev-flight-delays",
            "EndpointConfigName": "config-4",
            "EndpointStatus": "InService",
            "CreationTime": NOW,
            "LastModifiedTime": NOW,
        },
        {"EndpointName": "dev-flight-delays"},
    )
    variants = [
        {"VariantName": name, "ModelName": f"model-{name}", "InitialInstanceCount": 1, "InstanceType": "ml.t2.medium"}
        for name in ("challenger", "champion")
    ]
    config = {
        "EndpointConfigName": "config-4",
        "EndpointConfigArn": f"{arn}:endpoint-config/config-4",
        "ProductionVariants": variants,
        "CreationTime": NOW,
    }
    stub.add_response("describe_endpoint_config", config, {"EndpointConfigName": "config-4"})
    model = {
        "ModelName": "model-champion",
        "ModelArn": f"{arn}:model/model-champion",
        "CreationTime": NOW,
        "PrimaryContainer": {"ModelPackageName": f"{GROUP}/4"},
    }
    stub.add_response("describe_model", model, {"ModelName": "model-champion"})
    assert models.live("flight-delays") == Live("InService", "config-4", f"{GROUP}/4")


def test_no_endpoint_is_none(registry):
    models, stub = registry
    stub.add_client_error("describe_endpoint", "ValidationException", 'Could not find endpoint "x".')
    assert models.live("flight-delays") is None


def test_a_claim_is_written_if_its_number_is_free(records):
    table, stub = records
    item = {
        "use_case": {"S": "flight-delays"},
        "number": {"N": "3"},
        "package": {"S": f"{GROUP}/4"},
        "before": {"S": f"{GROUP}/2"},
        "reason": {"S": "approval"},
        "trigger": {"S": ATTEMPT.trigger},
        "approved_at": {"S": "2026-11-23T11:58:00+00:00"},
        "claimed_at": {"S": "2026-11-23T12:00:00+00:00"},
        "result": {"S": "started"},
        "detail": {"S": ""},
    }
    request = {"TableName": "releases", "Item": item, "ConditionExpression": "attribute_not_exists(use_case)"}
    stub.add_response("put_item", {}, request)
    assert table.claim(ATTEMPT)
    stub.add_client_error("put_item", "ConditionalCheckFailedException", "The conditional request failed")
    assert not table.claim(ATTEMPT)


def test_an_attempt_is_closed_once(records):
    table, stub = records
    request = {
        "TableName": "releases",
        "Key": {"use_case": {"S": "flight-delays"}, "number": {"N": "3"}},
        "UpdateExpression": ANY,
        "ConditionExpression": "#result = :started",
        "ExpressionAttributeNames": ANY,
        "ExpressionAttributeValues": {
            ":started": {"S": "started"},
            ":result": {"S": "failed"},
            ":detail": {"S": "no capacity"},
            ":finished_at": {"S": "2026-11-23T12:00:00+00:00"},
        },
    }
    stub.add_response("update_item", {}, request)
    assert table.close(ATTEMPT, "failed", "no capacity", NOW)
    stub.add_client_error("update_item", "ConditionalCheckFailedException", "The conditional request failed")
    assert not table.close(ATTEMPT, "succeeded", "", NOW)
    stub.add_client_error("update_item", "ProvisionedThroughputExceededException", "slow down")
    with pytest.raises(ClientError):
        table.close(ATTEMPT, "succeeded", "", NOW)


def test_attempts_come_back_as_they_were_written(records):
    table, stub = records
    written = []
    table._client.meta.events.register(
        "provide-client-params.dynamodb.PutItem", lambda params, **_: written.append(params["Item"])
    )
    stub.add_response("put_item", {})
    table.claim(ATTEMPT)
    stub.add_response("query", {"Items": written})
    assert table.attempts("flight-delays") == (ATTEMPT,)
