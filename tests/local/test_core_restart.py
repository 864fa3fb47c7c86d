"""What is in the local cloud is there again after it was stopped, or killed."""

import contextlib
import json
import os
import signal
import threading
import time
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.local.conftest import RunningCloud

ANYONE = json.dumps(
    {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}}
)
EVERYTHING = json.dumps({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}})
TEMPLATE = json.dumps({"Resources": {"Queue": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": "kept"}}}})


def fill(cloud: Any) -> None:
    s3, iam, cloudformation = cloud.client("s3"), cloud.client("iam"), cloud.client("cloudformation")
    s3.create_bucket(Bucket="kept-bucket", CreateBucketConfiguration={"LocationConstraint": "ap-northeast-1"})
    s3.put_bucket_versioning(Bucket="kept-bucket", VersioningConfiguration={"Status": "Enabled"})
    for body in (b"first", b"second"):
        s3.put_object(Bucket="kept-bucket", Key="folder/object", Body=body)
    iam.create_role(RoleName="kept-role", AssumeRolePolicyDocument=ANYONE)
    cloudformation.create_stack(StackName="kept-stack", TemplateBody=TEMPLATE)
    cloudformation.get_waiter("stack_create_complete").wait(StackName="kept-stack", WaiterConfig={"Delay": 1})


def check(cloud: Any) -> None:
    s3 = cloud.client("s3")
    assert s3.get_object(Bucket="kept-bucket", Key="folder/object")["Body"].read() == b"second"
    assert len(s3.list_object_versions(Bucket="kept-bucket")["Versions"]) == 2
    assert cloud.client("iam").get_role(RoleName="kept-role")["Role"]["RoleName"] == "kept-role"
    stack = cloud.client("cloudformation").describe_stacks(StackName="kept-stack")["Stacks"][0]
    assert stack["StackStatus"] == "CREATE_COMPLETE"
    sqs = cloud.client("sqs")
    assert sqs.create_queue(QueueName="kept")["QueueUrl"].endswith("/kept")  # answers with the one that is there
    assert len(sqs.list_queues(QueueNamePrefix="kept")["QueueUrls"]) == 1


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
def test_state_survives(start_cloud: Any, tmp_path: Path, how: int) -> None:
    with start_cloud(tmp_path / "state") as cloud:
        fill(cloud)
        if how == signal.SIGKILL:
            time.sleep(5)  # it saves every two seconds
        os.kill(cloud.process.pid, how)
        cloud.process.wait(30)
    # What was stopped in peace may come up elsewhere.
    with start_cloud(tmp_path / "state", cloud.port if how == signal.SIGKILL else None) as again:
        check(again)


def test_temporary_credentials_survive(start_cloud: Any, tmp_path: Path) -> None:
    with start_cloud(tmp_path / "state") as cloud:
        iam = cloud.client("iam")
        iam.create_role(RoleName="session-role", AssumeRolePolicyDocument=ANYONE)
        iam.put_role_policy(RoleName="session-role", PolicyName="all", PolicyDocument=EVERYTHING)
        role = iam.get_role(RoleName="session-role")["Role"]["Arn"]
        session = cloud.session(role)
    with start_cloud(tmp_path / "state", cloud.port) as again:
        identity = again.client("sts", session).get_caller_identity()
        assert identity["Arn"].endswith("assumed-role/session-role/test")


def suppressed(call: Any) -> Any:
    """The call never gets its answer, since the server is killed before."""

    def run(**arguments: Any) -> None:
        with contextlib.suppress(Exception):
            call(**arguments)

    return run


def test_an_interrupted_stack_can_be_deployed_again(start_cloud: Any, tmp_path: Path) -> None:
    slow = {"Resources": {"Wait": {"Type": "AWS::CloudFormation::WaitCondition", "Properties": {"Timeout": "600",
            "Handle": {"Ref": "Handle"}}}, "Handle": {"Type": "AWS::CloudFormation::WaitConditionHandle"}}}  # fmt: skip
    with start_cloud(tmp_path / "state") as cloud:
        create = cloud.client("cloudformation").create_stack
        arguments = {"StackName": "slow", "TemplateBody": json.dumps(slow)}
        threading.Thread(target=suppressed(create), kwargs=arguments, daemon=True).start()
        time.sleep(6)
        os.kill(cloud.process.pid, signal.SIGKILL)
        cloud.process.wait(30)
    with start_cloud(tmp_path / "state", cloud.port) as again:
        cloudformation = again.client("cloudformation")
        stack = cloudformation.describe_stacks(StackName="slow")["Stacks"][0]
        assert stack["StackStatus"] == "ROLLBACK_FAILED"
        assert "local cloud ended" in stack["StackStatusReason"]
        cloudformation.delete_stack(StackName="slow")
        cloudformation.get_waiter("stack_delete_complete").wait(StackName="slow", WaiterConfig={"Delay": 1})
        cloudformation.create_stack(StackName="slow", TemplateBody=TEMPLATE)
        cloudformation.get_waiter("stack_create_complete").wait(StackName="slow", WaiterConfig={"Delay": 1})


def test_an_interrupted_deletion_goes_on(start_cloud: Any, tmp_path: Path) -> None:
    with start_cloud(tmp_path / "state") as cloud:
        cloud.client("cloudformation").create_stack(StackName="half", TemplateBody=TEMPLATE)
    # What a server leaves that is killed between a deletion's request and its end.
    saved = tmp_path / "state" / "ministack" / "cloudformation.json"
    text = saved.read_text()
    assert text.count('"StackStatus": "CREATE_COMPLETE"') == 1
    saved.write_text(text.replace('"StackStatus": "CREATE_COMPLETE"', '"StackStatus": "DELETE_IN_PROGRESS"'))
    with start_cloud(tmp_path / "state", cloud.port) as again:
        with pytest.raises(ClientError, match="does not exist"):
            again.client("cloudformation").describe_stacks(StackName="half")
        assert again.client("sqs").list_queues().get("QueueUrls", []) == []
        again.client("cloudformation").create_stack(StackName="half", TemplateBody=TEMPLATE)


def test_supervisor_starts_once_and_stops(tmp_path: Path, free_port: int) -> None:
    from local_cloud import supervisor

    first = supervisor.up(free_port, tmp_path)
    try:
        assert supervisor.up(free_port, tmp_path) == first
        with pytest.raises(supervisor.LocalCloudError, match=f"Port {free_port} .* taken by the local cloud of"):
            supervisor.up(free_port, tmp_path / "other")
    finally:
        assert supervisor.down(tmp_path)
    assert supervisor.running(tmp_path) is None
    assert not supervisor.down(tmp_path)


def test_a_wrong_signature_is_refused(local_cloud: RunningCloud) -> None:
    from local_cloud.platform import Credentials

    unknown = Credentials("ASIAUNKNOWNUNKNOWN00", "no", "no")
    with pytest.raises(ClientError, match="security token"):
        local_cloud.client("sagemaker", unknown).list_models()
