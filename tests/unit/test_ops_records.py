"""What `release status` reads from the records of releases."""

from datetime import UTC, datetime
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from ops import records
from ops.target import Target

NOW = datetime(2026, 1, 1, tzinfo=UTC)
PACKAGES = "arn:aws:sagemaker:ap-northeast-1:111122223333:model-package/dev-flight-delays"


def stub(target: Target, service: str) -> Stubber:
    client: Any = boto3.client(  # type: ignore[call-overload]  # the name is a variable
        service, region_name="ap-northeast-1", aws_access_key_id="x", aws_secret_access_key="x"
    )
    target.__dict__[service] = client  # where cached_property keeps it
    stubber = Stubber(client)
    stubber.activate()
    return stubber


@pytest.mark.parametrize(
    ("ended", "said"),
    [
        ({"result": {"S": "started"}}, "(3): 2026-01-01T00:00:00 champion version 1 -> version 2, approval, started"),
        (
            {
                "result": {"S": "failed"},
                "detail": {"S": "Model: [AccessDenied] on kms:CreateGrant"},
                "finished_at": {"S": "2026-01-01T00:09:00+00:00"},
                "approved_by": {"S": "ann"},
                "why": {"S": "why not"},
            },
            "(3): 2026-01-01T00:09:00 champion version 1 -> version 2, approval, failed; by ann, why not; "
            "Model: [AccessDenied] on kms:CreateGrant",
        ),
        (None, None),
    ],
)
def test_the_last_release_says_how_it_ended(ended: dict[str, Any] | None, said: str | None) -> None:
    target = Target.of("dev", "flight_delays")
    stack = {
        "StackName": "dev-control",
        "CreationTime": NOW,
        "StackStatus": "UPDATE_COMPLETE",
        "Outputs": [{"OutputKey": "ReleaseRecords", "OutputValue": "the-table"}],
    }
    stub(target, "cloudformation").add_response("describe_stacks", {"Stacks": [stack]}, {"StackName": "dev-control"})
    item = {
        "number": {"N": "3"},
        "slot": {"S": "champion"},
        "package": {"S": f"{PACKAGES}/2"},
        "before": {"S": f"{PACKAGES}/1"},
        "reason": {"S": "approval"},
        "claimed_at": {"S": NOW.isoformat()},
    }
    stub(target, "dynamodb").add_response(
        "query",
        {"Items": [] if ended is None else [item | ended]},
        {
            "TableName": "the-table",
            "KeyConditionExpression": "use_case = :use_case",
            "ExpressionAttributeValues": {":use_case": {"S": "flight-delays"}},
            "ScanIndexForward": False,
            "Limit": 1,
        },
    )
    assert [str(last) for last in records.newest(target, 1)] == ([said] if said else [])
