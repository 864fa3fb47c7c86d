"""A cloud around the pipelines for tests: an HTTP front that knows who calls, S3, SQS, Lambda, and jobs on command.

A job's step says in its Environment or HyperParameters how long it takes and how it ends, so nothing here is canned
by name: {"seconds": "0.2", "fail": "AlgorithmError: exit code 1"}.
"""

import json
import re
import threading
import time
from dataclasses import dataclass, field
from functools import cached_property
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config

from local_cloud.platform import Credentials
from local_cloud.sagemaker import api, pipelines, registry
from local_cloud.sagemaker.errors import SageMakerError, validation_error
from local_cloud.sagemaker.store import Database, Store

ACCOUNT = "111122223333"
REGION = "ap-northeast-1"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/pipeline"
PERSON = f"arn:aws:iam::{ACCOUNT}:user/person"
SESSION: Any = boto3.Session("PERSON", "secret", region_name=REGION)
LOADED = (pipelines, registry)
JOBS = {
    "ProcessingJob": ("processing-job", "Environment"),
    "TrainingJob": ("training-job", "HyperParameters"),
    "TransformJob": ("transform-job", "Environment"),
}


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


def job_operations() -> dict[str, Any]:
    """The operations on jobs, whose end is a matter of time."""
    operations = {}
    for kind, (resource, settings) in JOBS.items():
        operations[f"Create{kind}"] = _create(kind, resource, settings)
        operations[f"Describe{kind}"] = _describe(kind)
        operations[f"Stop{kind}"] = _stop(kind)
    operations["CreateModel"] = _create_model
    operations["DescribeModel"] = lambda request, call: _get("Model", request["ModelName"], call)
    return operations


def _create(kind: str, resource: str, settings: str) -> api.Operation:
    def create(request: dict[str, Any], call: api.Call) -> dict[str, Any]:
        name = request[f"{kind}Name"]
        told = request.get(settings, {})
        document = {
            **request,
            f"{kind}Arn": call.arn(f"{resource}/{name}"),
            "CreationTime": api.now(),
            "EndAt": time.time() + float(told.get("seconds", 0)),
            "FailureReason": told.get("fail"),
        }
        if kind == "TrainingJob":
            document["ModelArtifacts"] = {"S3ModelArtifacts": f"s3://bucket/models/{name}/output/model.tar.gz"}
        if not call.store.insert(kind, name, document):
            raise SageMakerError("ResourceInUse", f"{name} exists")
        return document

    return create


def _describe(kind: str) -> api.Operation:
    def describe(request: dict[str, Any], call: api.Call) -> dict[str, Any]:
        document = _get(kind, request[f"{kind}Name"], call)
        if document.get("Stop"):
            return {**document, f"{kind}Status": "Stopped"}
        if time.time() < document["EndAt"]:
            return {**document, f"{kind}Status": "InProgress", "FailureReason": None}
        return {**document, f"{kind}Status": "Failed" if document["FailureReason"] else "Completed"}

    return describe


def _stop(kind: str) -> api.Operation:
    def stop(request: dict[str, Any], call: api.Call) -> dict[str, Any]:
        call.store.update(kind, request[f"{kind}Name"], lambda document: document.update(Stop=True))
        return {}

    return stop


def _create_model(request: dict[str, Any], call: api.Call) -> dict[str, Any]:
    document = {**request, "ModelArn": call.arn(f"model/{request['ModelName']}"), "CreationTime": api.now()}
    call.store.insert("Model", request["ModelName"], document)
    return document


def _get(kind: str, name: str, call: api.Call) -> dict[str, Any]:
    document = call.store.get(kind, name)
    if document is None:
        raise validation_error(f"Could not find {kind} {name}")
    return document


def serve(state_dir: Path) -> tuple[Cloud, ThreadingHTTPServer]:
    """Start a cloud on a free port of this machine."""
    cloud = Cloud(state_dir, Store(Database(state_dir / "sagemaker.sqlite"), ACCOUNT, REGION))
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"cloud": cloud}))
    server.daemon_threads = True
    cloud.endpoint_url = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    return cloud, server


class _Handler(BaseHTTPRequestHandler):
    cloud: Cloud
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self._object(with_body=True)

    def do_HEAD(self) -> None:
        self._object(with_body=False)

    def _object(self, with_body: bool) -> None:
        content = self.cloud.objects.get(self.path.lstrip("/").partition("?")[0])
        self.cloud.calls.append((self._caller(), "s3:GetObject"))
        if content is None or "s3:GetObject" in self.cloud.denied:
            missing = content is None
            code = "NoSuchKey" if missing else "AccessDenied"
            self._answer(
                404 if missing else 403, f"<Error><Code>{code}</Code><Message>{code}</Message></Error>".encode()
            )
        else:
            self._answer(200, content if with_body else b"", {"ETag": '"e7a9"'}, length=len(content))

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        target = self.headers.get("X-Amz-Target", "")
        function = re.fullmatch(r"/2015-03-31/functions/(.+)/invocations", self.path)
        if function:
            self._invoke(function[1], body)
        elif target.startswith("AmazonSQS."):
            self.cloud.messages.append(json.loads(json.loads(body)["MessageBody"]))
            self._answer(200, b'{"MessageId": "1", "MD5OfMessageBody": ""}')
        else:
            self._sagemaker(target, body)

    def _sagemaker(self, target: str, body: bytes) -> None:
        action = f"sagemaker:{target.rpartition('.')[2]}"
        self.cloud.calls.append((self._caller(), action))
        planned = self.cloud.errors.get(action)
        if action in self.cloud.denied:
            message = f"User: {self._caller()} is not authorized to perform: {action}"
            self._error(400, "AccessDeniedException", message)
        elif planned:
            self._error(*planned.pop(0), "as planned")
        else:
            status, headers, answer = api.handle(target, body, self.cloud.call)
            self._answer(status, answer, headers)

    def _invoke(self, name: str, body: bytes) -> None:
        self.cloud.calls.append((self._caller(), "lambda:InvokeFunction"))
        function = self.cloud.functions[name.replace("%3A", ":").rpartition(":")[2]]
        try:
            self._answer(200, json.dumps(function(json.loads(body))).encode())
        except Exception as error:
            failure = json.dumps({"errorMessage": str(error)}).encode()
            self._answer(200, failure, {"X-Amz-Function-Error": "Unhandled"})

    def _caller(self) -> str:
        match = re.search(r"Credential=([^/]+)/", self.headers.get("Authorization", ""))
        return match[1] if match else "nobody"

    def _error(self, status: int, code: str, message: str) -> None:
        body = json.dumps({"__type": code, "message": message}).encode()
        self._answer(status, body, {"x-amzn-errortype": code})

    def _answer(
        self, status: int, body: bytes, headers: dict[str, str] | None = None, length: int | None = None
    ) -> None:
        self.send_response(status)
        for key, value in (headers or {}).items():
            self.send_header(key, value)
        self.send_header("Content-Length", str(len(body) if length is None else length))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Keep the tests' output quiet."""
