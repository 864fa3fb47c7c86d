"""What the tests of processing jobs share: a bucket, roles, jobs to start, and what came of them."""

import contextlib
import json
import time
from typing import Any

from botocore.exceptions import ClientError

IMAGE = "354813040037.dkr.ecr.ap-northeast-1.amazonaws.com/sagemaker-xgboost:3.2-0"
TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "sagemaker.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}
LOGS = [
    {"Effect": "Allow", "Action": ["logs:*", "cloudwatch:PutMetricData"], "Resource": "*"},
]


def make_world(client: Any, bucket: str) -> dict[str, Any]:
    """Make a bucket and two roles named after it, `full` and `blind`, and what the functions below take."""
    s3, iam, kms = client("s3"), client("iam"), client("kms")
    s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": "ap-northeast-1"})
    key = kms.create_key()["KeyMetadata"]["Arn"]
    roles = {}
    for name, actions in (("full", ["s3:*", "kms:*"]), ("blind", ["s3:ListBucket", "s3:PutObject"])):
        roles[name] = iam.create_role(RoleName=f"{bucket}-{name}", AssumeRolePolicyDocument=json.dumps(TRUST))["Role"][
            "Arn"
        ]
        statements = [{"Effect": "Allow", "Action": actions, "Resource": "*"}, *LOGS]
        iam.put_role_policy(
            RoleName=f"{bucket}-{name}", PolicyName="do",
            PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": statements}),
        )  # fmt: skip
    return {"s3": s3, "sm": client("sagemaker"), "logs": client("logs"), "key": key, "roles": roles, "bucket": bucket}


def start(world: dict[str, Any], name: str, script: str, role: str = "full", **changes: Any) -> None:
    world["s3"].put_object(Bucket=world["bucket"], Key=f"{name}/code/run.py", Body=script.encode())
    request: dict[str, Any] = {
        "ProcessingJobName": name,
        "RoleArn": world["roles"][role],
        "AppSpecification": {
            "ImageUri": IMAGE,
            "ContainerEntrypoint": ["python3", "/opt/ml/processing/input/code/run.py"],
        },
        "ProcessingResources": {
            "ClusterConfig": {"InstanceCount": 1, "InstanceType": "ml.m5.large", "VolumeSizeInGB": 10}
        },
        "ProcessingInputs": [source("code", f"s3://{world['bucket']}/{name}/code", "/opt/ml/processing/input/code")],
    }
    world["sm"].create_processing_job(**{**request, **changes})


def source(name: str, uri: str, path: str, **changes: Any) -> dict[str, Any]:
    given = {"S3Uri": uri, "LocalPath": path, "S3DataType": "S3Prefix", "S3InputMode": "File"}
    return {"InputName": name, "S3Input": {**given, **changes}}


def output(
    world: dict[str, Any], name: str, path: str = "/opt/ml/processing/out", mode: str = "EndOfJob"
) -> dict[str, Any]:
    uri = f"s3://{world['bucket']}/{name}/out"
    return {"OutputName": "out", "S3Output": {"S3Uri": uri, "LocalPath": path, "S3UploadMode": mode}}


def ended(world: dict[str, Any], name: str, seconds: float = 30) -> dict[str, Any]:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        job: dict[str, Any] = world["sm"].describe_processing_job(ProcessingJobName=name)
        if job["ProcessingJobStatus"] not in {"InProgress", "Stopping"}:
            return job
        time.sleep(0.1)
    raise AssertionError(f"{name} did not end: {job}")


def log_of(world: dict[str, Any], name: str) -> list[str]:
    group = "/aws/sagemaker/ProcessingJobs"
    streams = world["logs"].describe_log_streams(logGroupName=group, logStreamNamePrefix=f"{name}/")["logStreams"]
    return [
        event["message"]
        for stream in streams
        for event in world["logs"].get_log_events(
            logGroupName=group, logStreamName=stream["logStreamName"], startFromHead=True
        )["events"]
    ]


def wait_for_line(world: dict[str, Any], name: str, line: str) -> None:
    deadline = time.monotonic() + 20
    while True:
        with contextlib.suppress(ClientError):  # there is no stream yet
            if line in log_of(world, name):
                return
        assert time.monotonic() < deadline, f"{name} never said {line}"
        time.sleep(0.1)
