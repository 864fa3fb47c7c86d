"""A cloud around the pipelines for tests, as they and the platform see it; pipelines_server.py is its HTTP front."""

import json
import time
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config

from local_cloud.platform import Credentials
from local_cloud.sagemaker import api, pipelines, registry
from local_cloud.sagemaker.errors import validation_error
from local_cloud.sagemaker.store import Store

ACCOUNT = "111122223333"
REGION = "ap-northeast-1"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/pipeline"
PERSON = f"arn:aws:iam::{ACCOUNT}:user/person"
SESSION: Any = boto3.Session("PERSON", "secret", region_name=REGION)
LOADED = (pipelines, registry)


@dataclass
class Cloud:
    """The platform, its HTTP front, and what tests look at."""

    state_dir: Path
    store: Store
    endpoint_url: str = ""
    objects: dict[str, bytes] = field(default_factory=dict)
    events: list[dict[str, Any]] = field(default_factory=list)
    calls: list[tuple[str, str]] = field(default_factory=list)
    denied: set[str] = field(default_factory=set)
    errors: dict[str, list[tuple[int, str]]] = field(default_factory=dict)
    messages: list[dict[str, Any]] = field(default_factory=list)
    functions: dict[str, Any] = field(default_factory=dict)
    untrusted: bool = False

    def assume_role(self, role_arn: str, session_name: str) -> Credentials:
        assert session_name == "SageMaker"
        if self.untrusted:
            raise validation_error(f"{role_arn} does not trust sagemaker.amazonaws.com")
        return Credentials(f"ROLE{role_arn.rpartition('/')[2]}", "secret", "token")

    def put_event(self, account: str, region: str, event: dict[str, Any]) -> None:
        assert (account, region) == (ACCOUNT, REGION)
        self.events.append(json.loads(json.dumps(event)))

    @property
    def call(self) -> api.Call:
        return api.Call(self.store, self, PERSON)

    @cached_property
    def person(self) -> Any:
        config = Config(retries={"total_max_attempts": 1})
        return SESSION.client("sagemaker", endpoint_url=self.endpoint_url, config=config)

    def client(self) -> Any:
        """A person's client."""
        return self.person

    def steps(self, arn: str) -> dict[str, dict[str, Any]]:
        listed = self.client().list_pipeline_execution_steps(PipelineExecutionArn=arn)["PipelineExecutionSteps"]
        return {step["StepName"]: step for step in listed}

    def wait(self, arn: str, status: str, seconds: float = 20) -> dict[str, Any]:
        """Wait until an execution has ended and check how."""
        end = time.monotonic() + seconds
        client = self.client()
        while time.monotonic() < end:
            found: dict[str, Any] = client.describe_pipeline_execution(PipelineExecutionArn=arn)
            if found["PipelineExecutionStatus"] not in {"Executing", "Stopping"}:
                assert found["PipelineExecutionStatus"] == status, (found, self.steps(arn))
                return found
            time.sleep(0.03)
        raise AssertionError(f"still running: {self.steps(arn)}")

    def wait_for_step(self, arn: str, name: str, status: str, seconds: float = 10) -> dict[str, Any]:
        """Wait until a step has a status."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            step = self.steps(arn).get(name, {})
            if step.get("StepStatus") == status:
                return step
            time.sleep(0.02)
        raise AssertionError(f"{name} is not {status}: {self.steps(arn)}")

    def create(self, steps: list[dict[str, Any]], name: str = "pipe", **more: Any) -> None:
        """Create a pipeline, as a person."""
        self.client().create_pipeline(PipelineName=name, PipelineDefinition=define(steps, **more), RoleArn=ROLE)

    def start(self, name: str = "pipe", **arguments: Any) -> str:
        """Start it and return the execution's ARN."""
        return str(self.client().start_pipeline_execution(PipelineName=name, **arguments)["PipelineExecutionArn"])

    def run(self, steps: list[dict[str, Any]], status: str = "Succeeded", **more: Any) -> str:
        """Create a pipeline, run it to its end, and return the execution's ARN."""
        self.create(steps, **more)
        arn = self.start(more.get("name", "pipe"))
        self.wait(arn, status)
        return arn


def define(steps: list[dict[str, Any]], **more: Any) -> str:
    return json.dumps({"Version": "2020-12-01", "Steps": steps, **more})


def processing(name: str, environment: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    """A Processing step with an input and an output, which is what AWS requires and little else."""
    arguments = {
        "AppSpecification": {"ImageUri": "image", "ContainerEntrypoint": ["run"]},
        "ProcessingResources": {
            "ClusterConfig": {"InstanceCount": 1, "InstanceType": "ml.m5.large", "VolumeSizeInGB": 1}
        },
        "ProcessingOutputConfig": {
            "Outputs": [
                {
                    "OutputName": "out",
                    "S3Output": {"S3Uri": f"s3://bucket/{name}", "LocalPath": "/out", "S3UploadMode": "EndOfJob"},
                }
            ]
        },
        "Environment": environment or {},
        "RoleArn": ROLE,
        **more.pop("arguments", {}),
    }
    return {"Name": name, "Type": "Processing", "Arguments": arguments, **more}


def training(name: str, hyperparameters: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    arguments = {
        "AlgorithmSpecification": {"TrainingImage": "image", "TrainingInputMode": "File"},
        "OutputDataConfig": {"S3OutputPath": "s3://bucket/models"},
        "ResourceConfig": {"InstanceCount": 1, "InstanceType": "ml.m5.large", "VolumeSizeInGB": 1},
        "StoppingCondition": {"MaxRuntimeInSeconds": 60},
        "HyperParameters": hyperparameters or {},
        "RoleArn": ROLE,
        **more.pop("arguments", {}),
    }
    return {"Name": name, "Type": "Training", "Arguments": arguments, **more}
