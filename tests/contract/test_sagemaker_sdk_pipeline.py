"""The SageMaker SDK, a client that nobody here wrote, makes pipelines of its own, starts them, waits and reads."""

import json
import time
from collections.abc import Iterator
from typing import Any

import pytest

from local_cloud import clients
from tests.contract import sdk_kit
from tests.local.conftest import running

BUCKET = "sdk-pipeline"
IMAGE = "354813040037.dkr.ecr.ap-northeast-1.amazonaws.com/sagemaker-xgboost:3.2-0"
TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "sagemaker.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}
SCRIPT = """
import json, os, pathlib
out = pathlib.Path(os.environ.get("ML_LOOP_BASE_DIR", "/opt/ml")) / "processing/out"
(out / "report.json").write_text(json.dumps({"metrics": {"auc": 0.9}}))
"""


def role(cloud: Any, name: str, *actions: str) -> str:
    iam = cloud.client("iam")
    arn: str = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(TRUST))["Role"]["Arn"]
    statement = {"Effect": "Allow", "Action": list(actions), "Resource": "*"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    iam.put_role_policy(RoleName=name, PolicyName="do", PolicyDocument=policy)
    return arn


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    with running(tmp_path_factory.mktemp("sdk")) as cloud:
        s3 = cloud.client("s3")
        s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": clients.REGION})
        s3.put_object(Bucket=BUCKET, Key="code/report.py", Body=SCRIPT.encode())
        yield cloud


@pytest.fixture(scope="module")
def seen(cloud: Any, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    arn = role(cloud, "sdk-pipeline", "sagemaker:*", "iam:PassRole", "s3:*", "logs:*", "cloudwatch:PutMetricData")
    return sdk_kit.run("sdk_pipeline_client.py", cloud.port, tmp_path_factory.mktemp("home"), arn, BUCKET, IMAGE)


def test_the_sdks_own_definition_runs(seen: dict[str, Any]) -> None:
    assert seen["arn"] == "arn:aws:sagemaker:ap-northeast-1:000000000000:pipeline/sdk-made"
    assert [(step["name"], step["status"]) for step in seen["good"]] == [
        ("measure", "Succeeded"),
        ("gate", "Succeeded"),
    ]
    assert seen["good"][0]["metadata"]["ProcessingJob"]["Arn"].startswith("arn:aws:sagemaker:")
    assert seen["good"][1]["metadata"]["Condition"]["Outcome"] == "True"
    assert seen["good_name"] == "good"


def test_the_second_run_answers_from_the_cache_and_fails_at_the_gate(seen: dict[str, Any]) -> None:
    measure, gate, refuse = seen["bad"]
    assert (measure["cached"], measure["status"]) == (True, "Succeeded")
    assert gate["metadata"]["Condition"]["Outcome"] == "False"
    assert (refuse["status"], refuse["reason"]) == ("Failed", "AUC must be at least 0.95")
    assert (seen["bad_ended"], seen["bad_reason"]) == ("WaiterError", "Step failure: One or multiple steps failed.")
    assert seen["parameters"] == [{"Name": "least", "Value": "0.95"}]


def test_what_was_made_and_started_is_listed(seen: dict[str, Any]) -> None:
    assert seen["pipelines"] == ["sdk-made"]
    assert seen["executions"] == 2


def test_a_role_without_the_permission_fails_here_too(cloud: Any) -> None:
    sagemaker = cloud.client("sagemaker")
    for missing in ("sagemaker:CreateProcessingJob", "sagemaker:AddTags", "iam:PassRole"):
        actions = {
            "sagemaker:CreateProcessingJob",
            "sagemaker:AddTags",
            "iam:PassRole",
            "sagemaker:DescribeProcessingJob",
        }
        name = f"without-{missing.partition(':')[2]}"
        arn = role(cloud, name, *sorted(actions - {missing}))
        step = {
            "Name": "measure",
            "Type": "Processing",
            "Arguments": {
                "AppSpecification": {"ImageUri": IMAGE, "ContainerEntrypoint": ["true"]},
                "ProcessingResources": {
                    "ClusterConfig": {"InstanceCount": 1, "InstanceType": "ml.m5.large", "VolumeSizeInGB": 1}
                },
                "RoleArn": arn,
            },
        }
        definition = json.dumps({"Version": "2020-12-01", "Steps": [step]})
        sagemaker.create_pipeline(PipelineName=name, PipelineDefinition=definition, RoleArn=arn)
        execution = sagemaker.start_pipeline_execution(PipelineName=name)["PipelineExecutionArn"]
        reason = _failure(sagemaker, execution)
        assert "Failed to invoke sagemaker:CreateProcessingJob" in reason
        assert missing in reason


def _failure(sagemaker: Any, execution: str) -> str:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        status = sagemaker.describe_pipeline_execution(PipelineExecutionArn=execution)["PipelineExecutionStatus"]
        if status == "Failed":
            [step] = sagemaker.list_pipeline_execution_steps(PipelineExecutionArn=execution)["PipelineExecutionSteps"]
            return str(step["FailureReason"])
        time.sleep(0.1)
    raise AssertionError(f"{execution} did not fail: {status}")
