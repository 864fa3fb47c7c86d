"""The release function's clients, their requests and answers checked against the service models by botocore."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import botocore.session
from botocore.stub import Stubber

from release.state import Attempt

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


@contextmanager
def stubbed(service: str) -> Iterator[tuple[Any, Stubber]]:
    """Yield a client of a service and its stubber; every prepared answer must have been used."""
    client = SESSION.create_client(
        service, region_name="ap-northeast-1", aws_access_key_id="a", aws_secret_access_key="b"
    )
    stubber = Stubber(client)
    stubber.activate()
    yield client, stubber
    stubber.assert_no_pending_responses()
