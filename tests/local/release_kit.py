"""A local cloud with the environment `local` deployed: model packages, releases, alarms and who hears of them."""

import json
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from local_cloud import clients
from ops.demo.cdk import CDK, Cdk
from tests.local import held_out
from tests.local.conftest import running
from tests.local.endpoints_kit import ECHO, IMAGE, archive, until
from tests.local.roles import allow
from tests.once import alone, shared

GROUP = "local-flight-delays"
SERVING = "local-flight-delays-serving"
PREFIX = "flight_delays/test"
# Alarms of this many times shorter periods: 15 periods of 5 minutes are 30 seconds.
SPEED = "150"


def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the repository that is deployed: a copy of this one, with a use case that this one lacks."""
    return shared(tmp_path_factory) / "repository"


def _deployment(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Deploy once in a run of the tests; return the cloud's folder."""
    with alone(tmp_path_factory, "deployment") as folder:
        ready = folder / "ready"
        if not ready.exists():
            shutil.rmtree(folder, ignore_errors=True)
            source = held_out.copied(repository(tmp_path_factory))
            held_out.add(source)
            held_out.serverless(source)
            held_out.trained_again(source)
            held_out.turned_by_alarms(source)
            held_out.labelled(source)
            with running(folder / "state") as cloud:
                cdk = Cdk(clients.environment(cloud.port), folder, source)
                cdk.prepare("local", clients.ACCOUNT, clients.REGION)
                cdk.deploy()
            ready.touch()
    return folder


@contextmanager
def deployed(
    tmp_path_factory: pytest.TempPathFactory, name: str, use_case: str = "flight_delays"
) -> Iterator["Platform"]:
    """Start a local cloud of one's own that remembers the deployment."""
    folder = tmp_path_factory.mktemp(name) / "cloud"
    shutil.copytree(_deployment(tmp_path_factory), folder)
    with running(folder / "state") as cloud:
        yield Platform(cloud, folder, use_case)


class Platform:
    """A local cloud with the environment `local` deployed, and model packages of a use case made by hand."""

    def __init__(self, cloud: Any, folder: Path, use_case: str = "flight_delays") -> None:
        self.cloud = cloud
        self.group = f"local-{use_case.replace('_', '-')}"
        self.serving, self._prefix = f"{self.group}-serving", f"{use_case}/test"
        self.cdk = Cdk(clients.environment(cloud.port), folder)
        self.sagemaker = cloud.client("sagemaker")
        self.cloudformation = cloud.client("cloudformation")
        self._mailbox = ""
        self._messages: list[dict[str, Any]] = []
        self.models = self.physical("local-data", "AWS::S3::Bucket", "Models")

    def physical(self, stack: str, kind: str, prefix: str) -> str:
        pages = self.cloudformation.get_paginator("list_stack_resources").paginate(StackName=stack)
        (found,) = [
            row["PhysicalResourceId"]
            for page in pages
            for row in page["StackResourceSummaries"]
            if row["ResourceType"] == kind and row["LogicalResourceId"].startswith(prefix)
        ]
        return str(found)

    def register(self, code: str = ECHO, sample: bytes | None = None, **more: Any) -> str:
        """Register a model that runs this code, with a sample record or without one; return its package."""
        count = len(self.sagemaker.list_model_packages(ModelPackageGroupName=self.group)["ModelPackageSummaryList"])
        name = f"v{count + 1}"
        key = f"{self._prefix}/{name}/model.tar.gz"
        body = archive({"name.txt": name, "code/inference.py": code})
        self.cloud.client("s3").put_object(Bucket=self.models, Key=key, Body=body)
        container = {
            "Image": IMAGE,
            "ModelDataUrl": f"s3://{self.models}/{key}",
            "Environment": {"SAGEMAKER_PROGRAM": "inference.py"},
        }
        package = self.sagemaker.create_model_package(
            ModelPackageGroupName=self.group,
            ModelApprovalStatus="PendingManualApproval",
            **({"SamplePayloadUrl": self._sample(name, sample)} if sample else {}),
            **more,
            InferenceSpecification={
                "Containers": [container],
                "SupportedContentTypes": ["text/csv"],
                "SupportedResponseMIMETypes": ["application/json"],
            },
        )
        return str(package["ModelPackageArn"])

    def _sample(self, name: str, record: bytes) -> str:
        key = f"{self._prefix}/{name}/package/sample.tar.gz"
        self.cloud.client("s3").put_object(Bucket=self.models, Key=key, Body=archive({"sample.csv": record}))
        return f"s3://{self.models}/{key}"

    def decide(self, package: str, status: str) -> None:
        self.sagemaker.update_model_package(ModelPackageArn=package, ModelApprovalStatus=status)

    def records(self) -> list[dict[str, str]]:
        table = self.physical("local-control", "AWS::DynamoDB::Table", "Releases")
        items = self.cloud.client("dynamodb").scan(TableName=table)["Items"]
        plain = [{key: next(iter(value.values())) for key, value in item.items()} for item in items]
        return sorted(plain, key=lambda item: int(item["number"]))

    def settled(self, package: str, after: int) -> dict[str, str]:
        """Wait until nothing is open and the newest attempt at `package` is later than `after`; return its record."""

        def over() -> dict[str, str] | None:
            found = self.records()
            if any(record["result"] == "started" for record in found):
                return None
            later = [record for record in found if record["package"] == package and int(record["number"]) > after]
            return later[-1] if later else None

        try:
            return dict(until(over, 120, f"the end of a release of {package}"))
        except AssertionError as error:
            raise AssertionError(f"{error}: {self.records()}\n{self.function_log()}") from error

    def function_log(self) -> str:
        logs = self.cloud.client("logs")
        group = self.physical("local-control", "AWS::Logs::LogGroup", "ReleaseLogs")
        return "\n".join(event["message"] for event in logs.filter_log_events(logGroupName=group)["events"][-40:])

    def answer(self) -> str:
        runtime = self.cloud.client("sagemaker-runtime")
        return str(runtime.invoke_endpoint(EndpointName=self.group, ContentType="text/csv", Body=b"1")["Body"].read())

    def champion(self) -> str:
        (stack,) = self.cloudformation.describe_stacks(StackName=self.serving)["Stacks"]
        return str(
            {item["ParameterKey"]: item["ParameterValue"] for item in stack["Parameters"]}["ChampionModelPackage"]
        )

    def diff(self) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(CDK), "diff", "--app", str(self.cdk.assembly), "**", "--fail"],
            cwd=clients.ROOT,
            env=clients.environment(self.cloud.port),
            capture_output=True,
            text=True,
            check=False,
        )

    def listen(self) -> None:
        """Subscribe a queue to the topic of the alarms."""
        sqs = self.cloud.client("sqs")
        self._mailbox = str(sqs.create_queue(QueueName="mailbox")["QueueUrl"])
        arn = sqs.get_queue_attributes(QueueUrl=self._mailbox, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        statement = {**allow("sqs:SendMessage", arn), "Principal": {"Service": "sns.amazonaws.com"}}
        policy = json.dumps({"Version": "2012-10-17", "Statement": statement})
        sqs.set_queue_attributes(QueueUrl=self._mailbox, Attributes={"Policy": policy})
        topic = self.physical("local-control", "AWS::SNS::Topic", "Alarms")
        self.cloud.client("sns").subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)

    def told(self, alarm: str, seconds: float = 30) -> dict[str, Any]:
        """Wait for a message of the alarm whose name holds `alarm`; return it. Others are dropped."""

        def found() -> dict[str, Any] | None:
            answer = self.cloud.client("sqs").receive_message(QueueUrl=self._mailbox, MaxNumberOfMessages=10)
            bodies = [json.loads(json.loads(message["Body"])["Message"]) for message in answer.get("Messages", [])]
            self._messages += bodies
            return next((body for body in self._messages if alarm in body["AlarmName"]), None)

        message: dict[str, Any] = until(found, seconds, f"a message of the alarm {alarm}")
        self._messages.remove(message)
        return message

    def alarm_state(self, stack: str, prefix: str) -> str:
        name = self.physical(stack, "AWS::CloudWatch::Alarm", prefix)
        (alarm,) = self.cloud.client("cloudwatch").describe_alarms(AlarmNames=[name])["MetricAlarms"]
        return str(alarm["StateValue"])

    def serving_status(self) -> str:
        (stack,) = self.cloudformation.describe_stacks(StackName=self.serving)["Stacks"]
        return str(stack["StackStatus"])
