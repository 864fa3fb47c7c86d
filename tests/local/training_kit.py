"""What the tests of training jobs share: data, a role, jobs to start, and what came of them."""

import io
import json
import tarfile
import time
from pathlib import Path
from typing import Any

import numpy as np

from local_cloud import archives

REGISTRY = "354813040037.dkr.ecr.ap-northeast-1.amazonaws.com"
XGBOOST = f"{REGISTRY}/sagemaker-xgboost:3.2-0"
SKLEARN = f"{REGISTRY}/sagemaker-scikit-learn:1.9-0"
TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "sagemaker.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}
BUILT_IN = {
    "num_round": "8",
    "objective": "binary:logistic",
    "eval_metric": "auc,logloss",
    "max_depth": "3",
    "seed": "1",
}


def rows(seed: int, count: int = 300) -> bytes:
    random = np.random.default_rng(seed)
    features = random.normal(size=(count, 4))
    label = (features[:, 0] + 0.5 * features[:, 1] + random.normal(scale=0.5, size=count) > 0).astype(int)
    return "\n".join(
        ",".join(f"{value:.5g}" for value in (y, *x)) for y, x in zip(label, features, strict=True)
    ).encode()


def make_world(client: Any, name: str) -> dict[str, Any]:
    """Make a bucket and a role of this name, with data in the bucket, and the clients that the functions below take."""
    s3, iam = client("s3"), client("iam")
    s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": "ap-northeast-1"})
    s3.put_object(Bucket=name, Key="data/train/part-0.csv", Body=rows(1))
    s3.put_object(Bucket=name, Key="data/validation/part-0.csv", Body=rows(2))
    role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(TRUST))["Role"]["Arn"]
    allowed = {"Effect": "Allow", "Action": ["s3:*", "kms:*", "logs:*", "cloudwatch:PutMetricData"], "Resource": "*"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [allowed]})
    iam.put_role_policy(RoleName=name, PolicyName="do", PolicyDocument=policy)
    key = client("kms").create_key()["KeyMetadata"]["Arn"]
    clients = {name: client(name) for name in ("logs", "cloudwatch")}
    return {"s3": s3, "sm": client("sagemaker"), "role": role, "key": key, "bucket": name, **clients}


def channel(world: dict[str, Any], name: str, content_type: str = "text/csv", **place: Any) -> dict[str, Any]:
    place = {"S3DataType": "S3Prefix", "S3Uri": f"s3://{world['bucket']}/data/{name}/", **place}
    return {"ChannelName": name, "ContentType": content_type, "DataSource": {"S3DataSource": place}}


def start(world: dict[str, Any], name: str, hyperparameters: dict[str, str], **changes: Any) -> None:
    request: dict[str, Any] = {
        "TrainingJobName": name,
        "RoleArn": world["role"],
        "AlgorithmSpecification": {"TrainingImage": XGBOOST, "TrainingInputMode": "File"},
        "HyperParameters": hyperparameters,
        "InputDataConfig": [channel(world, "train"), channel(world, "validation")],
        "OutputDataConfig": {"S3OutputPath": f"s3://{world['bucket']}/models"},
        "ResourceConfig": {"InstanceCount": 1, "InstanceType": "ml.m5.large", "VolumeSizeInGB": 10},
        "StoppingCondition": {"MaxRuntimeInSeconds": 60},
        "EnableNetworkIsolation": True,
    }
    world["sm"].create_training_job(**{**request, **changes})


def start_script(world: dict[str, Any], name: str, script: str, **changes: Any) -> None:
    upload_script(world, name, script)
    hyperparameters = {
        "sagemaker_program": json.dumps("train.py"),
        "sagemaker_submit_directory": json.dumps(f"s3://{world['bucket']}/code/{name}/sourcedir.tar.gz"),
        "depth": "3", "colour": json.dumps("blue"),
    }  # fmt: skip
    algorithm = {"TrainingImage": SKLEARN, "TrainingInputMode": "File"}
    defaults = {"AlgorithmSpecification": algorithm, "EnableNetworkIsolation": False}
    start(world, name, hyperparameters, **{**defaults, **changes})


def upload_script(world: dict[str, Any], name: str, script: str) -> None:
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w:gz") as content:
        entry = tarfile.TarInfo("train.py")
        entry.size = len(script.encode())
        content.addfile(entry, io.BytesIO(script.encode()))
    world["s3"].put_object(Bucket=world["bucket"], Key=f"code/{name}/sourcedir.tar.gz", Body=archive.getvalue())


def ended(world: dict[str, Any], name: str, seconds: float = 60) -> dict[str, Any]:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        job: dict[str, Any] = world["sm"].describe_training_job(TrainingJobName=name)
        if job["TrainingJobStatus"] not in {"InProgress", "Stopping"}:
            return job
        time.sleep(0.1)
    raise AssertionError(f"{name} did not end: {job}")


def logs_of(world: dict[str, Any], name: str) -> dict[str, list[str]]:
    """Return the lines of each stream, `<job>/<host>-<time>`."""
    group = "/aws/sagemaker/TrainingJobs"
    streams = world["logs"].describe_log_streams(logGroupName=group, logStreamNamePrefix=f"{name}/")["logStreams"]
    found = {}
    for stream in [stream["logStreamName"] for stream in streams]:
        events = world["logs"].get_log_events(logGroupName=group, logStreamName=stream, startFromHead=True)["events"]
        found[stream] = [event["message"] for event in events]
    return found


def log_of(world: dict[str, Any], name: str) -> list[str]:
    """Return the lines of a job that has one stream."""
    [lines] = logs_of(world, name).values()
    return lines


def keys(world: dict[str, Any], prefix: str) -> list[str]:
    found = world["s3"].list_objects_v2(Bucket=world["bucket"], Prefix=prefix)
    return [item["Key"] for item in found.get("Contents", [])]


def unpack(world: dict[str, Any], uri: str, folder: Path) -> dict[str, Any]:
    answer: dict[str, Any] = world["s3"].get_object(
        Bucket=world["bucket"], Key=uri.removeprefix(f"s3://{world['bucket']}/")
    )
    with tarfile.open(fileobj=io.BytesIO(answer["Body"].read())) as archive:
        archives.unpack(archive, folder)
    return answer


def booster_in(folder: Path) -> Any:
    import xgboost

    return xgboost.Booster(model_file=bytearray((folder / "xgboost-model").read_bytes()))
