import io
import json
import tarfile
import time
from typing import Any

import numpy as np
import pytest
import xgboost
from botocore.exceptions import ClientError

IMAGE = "354813040037.dkr.ecr.ap-northeast-1.amazonaws.com/sagemaker-xgboost:3.2-0"
TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "sagemaker.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}
ROWS = ["1,0,0", "-1,0,0", "2,1,0"]


@pytest.fixture(scope="module")
def world(client: Any) -> dict[str, Any]:
    s3, iam, sagemaker = client("s3"), client("iam"), client("sagemaker")
    s3.create_bucket(Bucket="jobs-transform", CreateBucketConfiguration={"LocationConstraint": "ap-northeast-1"})
    role = iam.create_role(RoleName="jobs-transform", AssumeRolePolicyDocument=json.dumps(TRUST))["Role"]["Arn"]
    allowed = {"Effect": "Allow", "Action": ["s3:*", "logs:*"], "Resource": "*"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [allowed]})
    iam.put_role_policy(RoleName="jobs-transform", PolicyName="do", PolicyDocument=policy)
    booster = a_booster()
    s3.put_object(Bucket="jobs-transform", Key="model.tar.gz", Body=archive_of(bytes(booster.save_raw())))
    s3.put_object(Bucket="jobs-transform", Key="in/day=1/rows.csv", Body="\n".join(ROWS[:2]).encode())
    s3.put_object(Bucket="jobs-transform", Key="in/day=2/rows.csv", Body=(ROWS[2] + "\n").encode())
    sagemaker.create_model(
        ModelName="jobs-transform", ExecutionRoleArn=role, EnableNetworkIsolation=True,
        PrimaryContainer={"Image": IMAGE, "ModelDataUrl": "s3://jobs-transform/model.tar.gz"},
    )  # fmt: skip
    expected = booster.predict(xgboost.DMatrix(np.array([[float(x) for x in row.split(",")] for row in ROWS])))
    return {"s3": s3, "sm": sagemaker, "expected": expected}


def a_booster() -> xgboost.Booster:
    random = np.random.default_rng(0)
    features = random.normal(size=(200, 3))
    data = xgboost.DMatrix(features, label=(features[:, 0] > 0).astype(int))
    return xgboost.train({"objective": "binary:logistic"}, data, 3)


def archive_of(content: bytes) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        entry = tarfile.TarInfo("xgboost-model")
        entry.size = len(content)
        archive.addfile(entry, io.BytesIO(content))
    return packed.getvalue()


def transform(world: dict[str, Any], name: str, **changes: Any) -> dict[str, Any]:
    request: dict[str, Any] = {
        "TransformJobName": name,
        "ModelName": "jobs-transform",
        "TransformInput": {
            "DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": "s3://jobs-transform/in/"}},
            "ContentType": "text/csv",
            "SplitType": "Line",
        },
        "TransformOutput": {
            "S3OutputPath": f"s3://jobs-transform/{name}", "Accept": "text/csv", "AssembleWith": "Line"
        },
        "TransformResources": {"InstanceType": "ml.m5.large", "InstanceCount": 1},
    }  # fmt: skip
    world["sm"].create_transform_job(**{**request, **changes})
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        job: dict[str, Any] = world["sm"].describe_transform_job(TransformJobName=name)
        if job["TransformJobStatus"] not in {"InProgress", "Stopping"}:
            return job
        time.sleep(0.1)
    raise AssertionError(f"{name} did not end: {job}")


def result(world: dict[str, Any], key: str) -> list[str]:
    body: bytes = world["s3"].get_object(Bucket="jobs-transform", Key=key)["Body"].read()
    return body.decode().splitlines()


@pytest.mark.parametrize("strategy", ["MultiRecord", "SingleRecord"])
def test_each_input_object_has_one_output_object(world: dict[str, Any], strategy: str) -> None:
    name = f"transform-{strategy.lower()}"
    job = transform(world, name, BatchStrategy=strategy, MaxConcurrentTransforms=2)
    assert job["TransformJobStatus"] == "Completed", job.get("FailureReason")
    first, second = result(world, f"{name}/day=1/rows.csv.out"), result(world, f"{name}/day=2/rows.csv.out")
    assert [float(line) for line in first + second] == pytest.approx(world["expected"], rel=1e-5)
    assert job["TransformStartTime"] <= job["TransformEndTime"]


def test_predictions_are_joined_with_their_records(world: dict[str, Any]) -> None:
    world["s3"].put_object(Bucket="jobs-transform", Key="keyed/rows.csv", Body=b"first,1,0,0\nsecond,-1,0,0\n")
    given = {
        "DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": "s3://jobs-transform/keyed/rows.csv"}},
        "ContentType": "text/csv", "SplitType": "Line",
    }  # fmt: skip
    processing = {"InputFilter": "$[1:]", "JoinSource": "Input", "OutputFilter": "$[0,-1]"}
    job = transform(world, "transform-joined", TransformInput=given, DataProcessing=processing)
    assert job["TransformJobStatus"] == "Completed", job.get("FailureReason")
    lines = [line.split(",") for line in result(world, "transform-joined/rows.csv.out")]
    assert [line[0] for line in lines] == ["first", "second"]
    assert [float(line[1]) for line in lines] == pytest.approx(world["expected"][:2], rel=1e-5)


def test_what_the_model_refuses_fails_the_job_and_writes_nothing(world: dict[str, Any]) -> None:
    world["s3"].put_object(Bucket="jobs-transform", Key="wrong/a.csv", Body=b"1,0,0\n")
    world["s3"].put_object(Bucket="jobs-transform", Key="wrong/b.csv", Body=b"1,0,0,4,5\n")
    given = {
        "DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": "s3://jobs-transform/wrong/"}},
        "ContentType": "text/csv", "SplitType": "Line",
    }  # fmt: skip
    job = transform(world, "transform-wrong", TransformInput=given)
    assert job["TransformJobStatus"] == "Failed"
    assert "Bad HTTP status received from algorithm: 400" in job["FailureReason"]
    assert world["s3"].list_objects_v2(Bucket="jobs-transform", Prefix="transform-wrong/")["KeyCount"] == 0


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"ModelName": "nobody"}, "Could not find model"),
        ({"DataProcessing": {"InputFilter": "$..book"}}, "is not one the local cloud understands"),
        ({"DataCaptureConfig": {"DestinationS3Uri": "s3://b/c"}}, "DataCaptureConfig"),
    ],
)
def test_what_cannot_be_transformed_is_refused_by_name(
    world: dict[str, Any], changes: dict[str, Any], text: str
) -> None:
    with pytest.raises(ClientError, match=text):
        transform(world, "transform-refused", **changes)
