"""What the tests of endpoints share: roles, archives of models, waiting, and a client that is quick enough for load."""

import http.client
import io
import json
import tarfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.exceptions import ClientError

from local_cloud.clients import REGION

IMAGE = f"354813040037.dkr.ecr.{REGION}.amazonaws.com/sagemaker-xgboost:3.2-0"
TRUST = {"Effect": "Allow", "Principal": {"Service": "sagemaker.amazonaws.com"}, "Action": "sts:AssumeRole"}
ALLOWED = ("s3:*", "kms:*", "logs:*", "cloudwatch:PutMetricData")

# Answers with what `name.txt` says, after the milliseconds that the request says; "fail" in the request raises.
ECHO = """
import json, os, pathlib, time

def model_fn(model_dir):
    return (pathlib.Path(model_dir) / "name.txt").read_text()

def transform_fn(model, body, content_type, accept):
    text = body if isinstance(body, str) else body.decode(errors="replace")
    if text == "fail":
        raise RuntimeError("asked to fail")
    if text.startswith("sleep "):
        time.sleep(float(text[6:]) / 1000)
    if text == "die":
        os._exit(3)
    return json.dumps({"model": model, "type": content_type, "accept": accept}), "application/json"
"""
BROKEN = "raise RuntimeError('this model cannot be loaded')\n"


def archive(files: dict[str, bytes | str]) -> bytes:
    """Return a model.tar.gz."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as tar:
        for name, content in files.items():
            data = content.encode() if isinstance(content, str) else content
            member = tarfile.TarInfo(name)
            member.size = len(data)
            tar.addfile(member, io.BytesIO(data))
    return buffer.getvalue()


def until(condition: Callable[[], Any], seconds: float = 60, what: str = "the condition") -> Any:
    """Wait for a true value and return it."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if value := condition():
            return value
        time.sleep(0.05)
    raise AssertionError(f"{what} did not come true within {seconds} s")


@dataclass
class Kit:
    """A bucket, a role and the clients of one test module; names start with `prefix`."""

    client: Callable[..., Any]
    port: int
    prefix: str
    role: str = ""
    models: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.s3, self.iam = self.client("s3"), self.client("iam")
        self.sagemaker, self.runtime = self.client("sagemaker"), self.client("sagemaker-runtime")
        self.bucket = f"{self.prefix}-bucket"
        self.s3.create_bucket(Bucket=self.bucket, CreateBucketConfiguration={"LocationConstraint": REGION})
        self.role = self.make_role(f"{self.prefix}-execution", ALLOWED)

    def make_role(self, name: str, actions: tuple[str, ...]) -> str:
        document = json.dumps({"Version": "2012-10-17", "Statement": [TRUST]})
        arn: str = self.iam.create_role(RoleName=name, AssumeRolePolicyDocument=document)["Role"]["Arn"]
        if actions:
            statement = {"Effect": "Allow", "Action": [*actions], "Resource": "*"}
            policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
            self.iam.put_role_policy(RoleName=name, PolicyName="allow", PolicyDocument=policy)
        return arn

    def make_model(self, name: str, files: dict[str, bytes | str], **changes: Any) -> str:
        """Upload an archive and create a model of it."""
        key = f"models/{name}/model.tar.gz"
        self.s3.put_object(Bucket=self.bucket, Key=key, Body=archive(files))
        container = {
            "Image": IMAGE,
            "ModelDataUrl": f"s3://{self.bucket}/{key}",
            "Environment": changes.pop("environment", {}),
        }
        arguments = {"ExecutionRoleArn": self.role, "EnableNetworkIsolation": True, **changes}
        self.sagemaker.create_model(ModelName=f"{self.prefix}-{name}", PrimaryContainer=container, **arguments)
        return f"{self.prefix}-{name}"

    def make_echo(self, name: str, code: str = ECHO, **changes: Any) -> str:
        """Create a model in script mode; its answers carry its name."""
        files: dict[str, bytes | str] = {"name.txt": name, "code/inference.py": code}
        return self.make_model(name, files, environment={"SAGEMAKER_PROGRAM": "inference.py"}, **changes)

    def make_config(self, name: str, variants: dict[str, tuple[str, float]], **changes: Any) -> str:
        """Create an endpoint configuration from {variant: (model, weight)}."""
        production = [
            {
                "VariantName": variant,
                "ModelName": model,
                "InitialVariantWeight": weight,
                "InstanceType": "ml.t2.medium",
                "InitialInstanceCount": 1,
            }
            for variant, (model, weight) in variants.items()
        ]
        name = f"{self.prefix}-{name}"
        self.sagemaker.create_endpoint_config(EndpointConfigName=name, ProductionVariants=production, **changes)
        return name

    def make_endpoint(self, name: str, config: str, status: str = "InService") -> str:
        """Create an endpoint and wait until it is no longer being created."""
        name = f"{self.prefix}-{name}"
        self.sagemaker.create_endpoint(EndpointName=name, EndpointConfigName=config)
        described = self.settled(name)
        assert described["EndpointStatus"] == status, described.get("FailureReason")
        return name

    def settled(self, endpoint: str) -> dict[str, Any]:
        """Wait until nothing happens to an endpoint any more, and describe it."""

        def described() -> Any:
            document = self.sagemaker.describe_endpoint(EndpointName=endpoint)
            return document if document["EndpointStatus"] in {"InService", "Failed"} else None

        result: dict[str, Any] = until(described, what=f"an end of the change to {endpoint}")
        return result

    def delete(self, endpoint: str) -> None:
        self.sagemaker.delete_endpoint(EndpointName=endpoint)
        until(lambda: not self.exists(endpoint), what=f"the end of {endpoint}")

    def exists(self, endpoint: str) -> bool:
        try:
            self.sagemaker.describe_endpoint(EndpointName=endpoint)
        except ClientError as error:
            assert "Could not find endpoint" in str(error)
            return False
        return True

    def ask(self, endpoint: str, body: bytes | str = b"1", **arguments: Any) -> tuple[dict[str, Any], str]:
        """Invoke an endpoint of echo models; return its answer and the variant."""
        answer = self.runtime.invoke_endpoint(EndpointName=endpoint, Body=body, **arguments)
        return json.loads(answer["Body"].read()), answer["InvokedProductionVariant"]

    def captured(self, prefix: str) -> list[tuple[str, dict[str, Any]]]:
        """Return all captured records below a prefix with their keys."""
        pages = self.s3.get_paginator("list_objects_v2").paginate(Bucket=self.bucket, Prefix=prefix)
        keys = [item["Key"] for page in pages for item in page.get("Contents", [])]
        return [
            (key, json.loads(line))
            for key in keys
            for line in self.s3.get_object(Bucket=self.bucket, Key=key)["Body"].read().splitlines()
        ]


class QuickClient:
    """Sends one invocation again and again on one connection; signed once, so that little but the cloud is measured."""

    def __init__(self, port: int, endpoint: str, body: bytes, content_type: str = "text/csv") -> None:
        self._path = f"/endpoints/{endpoint}/invocations"
        self._body = body
        request = AWSRequest("POST", f"http://127.0.0.1:{port}{self._path}", {"Content-Type": content_type}, body)
        credentials = Credentials("test", "test")
        SigV4Auth(credentials, "sagemaker", REGION).add_auth(request)
        self._headers = dict(request.headers.items())
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)

    def send(self) -> tuple[int, str | None, bytes]:
        """Return status, variant and body."""
        self._connection.request("POST", self._path, self._body, self._headers)
        response = self._connection.getresponse()
        return response.status, response.headers.get("x-amzn-invoked-production-variant"), response.read()


@dataclass
class Load:
    """What came back under load."""

    variants: Counter[str] = field(default_factory=Counter)
    models: Counter[str] = field(default_factory=Counter)
    pairs: Counter[tuple[str, str]] = field(default_factory=Counter)  # of variant and model
    errors: list[str] = field(default_factory=list)

    @property
    def total(self) -> int:
        return sum(self.variants.values()) + len(self.errors)


@contextmanager
def steady_load(port: int, endpoint: str, threads: int = 3, pause: float = 0.0) -> Iterator[Load]:
    """Keep an endpoint of echo models busy; `pause`: seconds that a thread waits after an answer."""
    load, stop, lock = Load(), threading.Event(), threading.Lock()

    def run() -> None:
        client = QuickClient(port, endpoint, b"1")
        while not stop.wait(pause):
            status, variant, body = client.send()
            with lock:
                if status == 200 and variant:
                    load.variants[variant] += 1
                    model = json.loads(body)["model"]
                    load.models[model] += 1
                    load.pairs[variant, model] += 1
                else:
                    load.errors.append(f"{status} {body!r}")

    workers = [threading.Thread(target=run) for _ in range(threads)]
    for worker in workers:
        worker.start()
    try:
        yield load
    finally:
        stop.set()
        for worker in workers:
            worker.join()
