"""What the tests of tuning jobs share: a script with one best place, jobs to start, and what came of them."""

import io
import json
import tarfile
import time
from typing import Any

SKLEARN = "354813040037.dkr.ecr.ap-northeast-1.amazonaws.com/sagemaker-scikit-learn:1.9-0"
TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "sagemaker.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}
SCRIPT = """
import argparse, time
parser = argparse.ArgumentParser()
parser.add_argument("--place", type=float, default=0)
parser.add_argument("--kind", default="good")
given = parser.parse_args()
if given.kind == "silent":
    raise SystemExit(0)
if given.kind == "slow":
    time.sleep(60)
if given.kind == "endless":
    for epoch in range(1, 10000):
        print(f"score={(1 - (given.place - 0.3) ** 2) * epoch / 3:.6f};", flush=True)
        time.sleep(0.15)
for epoch in range(1, 4 if given.kind == "good" else 40):
    time.sleep(0 if given.kind == "good" else 0.15)
    if epoch == 4 and given.place < 0.8:
        break
    print(f"score={(1 - (given.place - 0.3) ** 2) * epoch / 3:.6f};", flush=True)
"""


def make_world(client: Any, name: str) -> dict[str, Any]:
    """Make a bucket with the script and a role, both of this name, and what the functions below take."""
    s3, iam = client("s3"), client("iam")
    s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": "ap-northeast-1"})
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        entry = tarfile.TarInfo("train.py")
        entry.size = len(SCRIPT.encode())
        archive.addfile(entry, io.BytesIO(SCRIPT.encode()))
    s3.put_object(Bucket=name, Key="code/sourcedir.tar.gz", Body=packed.getvalue())
    role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(TRUST))["Role"]["Arn"]
    allowed = {"Effect": "Allow", "Action": ["s3:*", "logs:*"], "Resource": "*"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [allowed]})
    iam.put_role_policy(RoleName=name, PolicyName="do", PolicyDocument=policy)
    return {"s3": s3, "sm": client("sagemaker"), "role": role, "bucket": name}


def definition(world: dict[str, Any], **static: str) -> dict[str, Any]:
    place = {"S3DataType": "S3Prefix", "S3Uri": f"s3://{world['bucket']}/code/"}
    return {
        "StaticHyperParameters": {
            "sagemaker_program": "train.py",
            "sagemaker_submit_directory": "/opt/ml/input/data/code/sourcedir.tar.gz", **static,
        },
        "AlgorithmSpecification": {
            "TrainingImage": SKLEARN, "TrainingInputMode": "File",
            "MetricDefinitions": [{"Name": "score", "Regex": "score=(.*?);"}],
        },
        "RoleArn": world["role"],
        "InputDataConfig": [{"ChannelName": "code", "DataSource": {"S3DataSource": place}}],
        "OutputDataConfig": {"S3OutputPath": f"s3://{world['bucket']}/models"},
        "ResourceConfig": {"InstanceCount": 1, "InstanceType": "ml.m5.large", "VolumeSizeInGB": 10},
        "StoppingCondition": {"MaxRuntimeInSeconds": 60},
        "EnableNetworkIsolation": True,
    }  # fmt: skip


def config(strategy: str, jobs: int, **changes: Any) -> dict[str, Any]:
    return {
        "Strategy": strategy,
        "HyperParameterTuningJobObjective": {"Type": "Maximize", "MetricName": "score"},
        "ResourceLimits": {"MaxNumberOfTrainingJobs": jobs, "MaxParallelTrainingJobs": 2},
        "ParameterRanges": {"ContinuousParameterRanges": [{"Name": "place", "MinValue": "0", "MaxValue": "1"}]},
        "RandomSeed": 5,
        **changes,
    }


def start(world: dict[str, Any], name: str, settings: dict[str, Any], **static: str) -> None:
    world["sm"].create_hyper_parameter_tuning_job(
        HyperParameterTuningJobName=name, HyperParameterTuningJobConfig=settings,
        TrainingJobDefinition=definition(world, **static),
    )  # fmt: skip


def ended(world: dict[str, Any], name: str, seconds: float = 120) -> dict[str, Any]:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        job: dict[str, Any] = world["sm"].describe_hyper_parameter_tuning_job(HyperParameterTuningJobName=name)
        if job["HyperParameterTuningJobStatus"] not in {"InProgress", "Stopping"}:
            return job
        time.sleep(0.1)
    raise AssertionError(f"{name} did not end: {job}")


def trained(world: dict[str, Any], name: str, **filters: Any) -> list[dict[str, Any]]:
    answer = world["sm"].list_training_jobs_for_hyper_parameter_tuning_job(
        HyperParameterTuningJobName=name, MaxResults=100, **filters
    )
    found: list[dict[str, Any]] = answer["TrainingJobSummaries"]
    return found


def objective_of(item: dict[str, Any]) -> float:
    return float(item["FinalHyperParameterTuningJobObjectiveMetric"]["Value"])
