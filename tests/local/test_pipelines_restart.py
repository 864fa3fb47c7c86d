"""A pipeline in the real local cloud that is killed in the middle: it ends honestly after the next start."""

import json
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

IMAGE = "354813040037.dkr.ecr.ap-northeast-1.amazonaws.com/sagemaker-xgboost:3.2-0"
TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "sagemaker.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}


def step(name: str, role: str, command: str, **more: Any) -> dict[str, Any]:
    cluster = {"InstanceCount": 1, "InstanceType": "ml.m5.large", "VolumeSizeInGB": 1}
    arguments = {
        "AppSpecification": {"ImageUri": IMAGE, "ContainerEntrypoint": ["python3", "-c", command]},
        "ProcessingResources": {"ClusterConfig": cluster},
        "RoleArn": role,
    }
    return {"Name": name, "Type": "Processing", "Arguments": arguments, **more}


def ended(cloud: Any, execution: str, seconds: float = 40) -> str:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        found = cloud.client("sagemaker").describe_pipeline_execution(PipelineExecutionArn=execution)
        if found["PipelineExecutionStatus"] not in {"Executing", "Stopping"}:
            return str(found["PipelineExecutionStatus"])
        time.sleep(0.1)
    raise AssertionError(f"{execution} did not end:\n{cloud.log()[-2000:]}")


def steps(cloud: Any, execution: str) -> dict[str, dict[str, Any]]:
    listed = cloud.client("sagemaker").list_pipeline_execution_steps(PipelineExecutionArn=execution)
    return {item["StepName"]: item for item in listed["PipelineExecutionSteps"]}


def test_an_execution_survives_the_end_of_the_local_cloud(
    tmp_path: Path, start_cloud: Callable[..., Any], free_port: int
) -> None:
    with start_cloud(tmp_path, free_port) as cloud:
        iam, sagemaker = cloud.client("iam"), cloud.client("sagemaker")
        role = iam.create_role(RoleName="pipeline", AssumeRolePolicyDocument=json.dumps(TRUST))["Role"]["Arn"]
        actions = ["sagemaker:*", "iam:PassRole", "logs:*", "cloudwatch:PutMetricData", "s3:*"]
        statement = {"Effect": "Allow", "Action": actions, "Resource": "*"}
        policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        iam.put_role_policy(RoleName="pipeline", PolicyName="do", PolicyDocument=policy)
        body = [
            step("first", role, "print(1)"),
            step("second", role, "import time; time.sleep(60)", DependsOn=["first"]),
        ]
        definition = json.dumps({"Version": "2020-12-01", "Steps": body})
        sagemaker.create_pipeline(PipelineName="p", PipelineDefinition=definition, RoleArn=role)
        execution = sagemaker.start_pipeline_execution(PipelineName="p")["PipelineExecutionArn"]
        deadline = time.monotonic() + 30
        while steps(cloud, execution).get("second", {}).get("StepStatus") != "Executing":
            assert time.monotonic() < deadline, steps(cloud, execution)
            time.sleep(0.1)
        # The core saves its own state in the background.
        while not any('"do"' in file.read_text() for file in tmp_path.rglob("iam.json")):
            assert time.monotonic() < deadline, "the role was never saved"
            time.sleep(0.1)
        before = steps(cloud, execution)["first"]
        os.kill(cloud.process.pid, signal.SIGKILL)
        cloud.process.wait()
    with start_cloud(tmp_path, free_port) as cloud:
        assert ended(cloud, execution) == "Failed"
        after = steps(cloud, execution)
        assert after["first"] == before
        assert after["second"]["StepStatus"] == "Failed"
        assert "the local cloud ended while the job was running" in after["second"]["FailureReason"]
