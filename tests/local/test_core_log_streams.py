"""IAM decides about log streams as on AWS: a role that may write some streams of a group may write no others."""

import contextlib
import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.local.conftest import RunningCloud

GROUP = "/aws/sagemaker/ProcessingJobs"
ARN = f"arn:aws:logs:ap-northeast-1:000000000000:log-group:{GROUP}"


@pytest.fixture(scope="module")
def logs(local_cloud: RunningCloud, client: Callable[..., Any]) -> Any:
    iam, trust = client("iam"), {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}
    role = iam.create_role(RoleName="log-streams", AssumeRolePolicyDocument=json.dumps({"Statement": trust}))["Role"]
    statements = [
        {"Effect": "Allow", "Action": "logs:CreateLogGroup", "Resource": f"{ARN}:*"},
        {
            "Effect": "Allow",
            "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
            "Resource": f"{ARN}:log-stream:pipelines-*",
        },
    ]
    policy = json.dumps({"Version": "2012-10-17", "Statement": statements})
    iam.put_role_policy(RoleName="log-streams", PolicyName="logs", PolicyDocument=policy)
    granted = client("logs", local_cloud.session(role["Arn"]))
    with contextlib.suppress(granted.exceptions.ResourceAlreadyExistsException):  # other tests' jobs write into it
        granted.create_log_group(logGroupName=GROUP)
    return granted


def test_a_stream_that_the_policy_names_is_written(logs: Any) -> None:
    logs.create_log_stream(logGroupName=GROUP, logStreamName="pipelines-1/algo-1")
    events = [{"timestamp": 1_700_000_000_000, "message": "said"}]
    logs.put_log_events(logGroupName=GROUP, logStreamName="pipelines-1/algo-1", logEvents=events)


def test_another_stream_of_the_group_is_refused(logs: Any) -> None:
    with pytest.raises(ClientError, match="not authorized"):
        logs.create_log_stream(logGroupName=GROUP, logStreamName="other/algo-1")
