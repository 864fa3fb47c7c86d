"""How the release function keeps its attempts in DynamoDB."""

import pytest
from botocore.exceptions import ClientError
from botocore.stub import ANY

from release.records import Records
from tests.unit.release_stub_kit import ATTEMPT, GROUP, NOW, stubbed


@pytest.fixture
def records():
    with stubbed("dynamodb") as (client, stubber):
        yield Records(client, "releases"), stubber


def test_a_claim_is_written_if_its_number_is_free(records):
    table, stub = records
    item = {
        "use_case": {"S": "flight-delays"},
        "number": {"N": "3"},
        "slot": {"S": "champion"},
        "package": {"S": f"{GROUP}/4"},
        "shift": {"S": "at_once"},
        "kind": {"S": ""},
        "why": {"S": ""},
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
