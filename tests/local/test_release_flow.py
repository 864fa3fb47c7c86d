"""Releases from approval to endpoint, with the deployed stacks, in the local cloud."""

import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local_cloud import clients
from ops.demo.cdk import CDK, Cdk
from tests.local.conftest import running
from tests.local.endpoints_kit import BROKEN, ECHO, IMAGE, archive, until

GROUP = "local-flight-delays"
SERVING = "local-flight-delays-serving"
PREFIX = "flight_delays/test"


class Platform:
    """A local cloud with the environment `local` deployed, and model packages made by hand."""

    def __init__(self, cloud: Any, folder: Path) -> None:
        self.cloud = cloud
        self.cdk = Cdk(clients.environment(cloud.port), folder)
        self.cdk.synth("local")
        self.cdk.bootstrap(clients.ACCOUNT, clients.REGION)
        self.cdk.deploy()
        self.sagemaker = cloud.client("sagemaker")
        self.cloudformation = cloud.client("cloudformation")
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

    def register(self, code: str = ECHO) -> str:
        count = len(self.sagemaker.list_model_packages(ModelPackageGroupName=GROUP)["ModelPackageSummaryList"])
        name = f"v{count + 1}"
        key = f"{PREFIX}/{name}/model.tar.gz"
        body = archive({"name.txt": name, "code/inference.py": code})
        self.cloud.client("s3").put_object(Bucket=self.models, Key=key, Body=body)
        container = {
            "Image": IMAGE,
            "ModelDataUrl": f"s3://{self.models}/{key}",
            "Environment": {"SAGEMAKER_PROGRAM": "inference.py"},
        }
        package = self.sagemaker.create_model_package(
            ModelPackageGroupName=GROUP,
            ModelApprovalStatus="PendingManualApproval",
            InferenceSpecification={
                "Containers": [container],
                "SupportedContentTypes": ["text/csv"],
                "SupportedResponseMIMETypes": ["application/json"],
            },
        )
        return str(package["ModelPackageArn"])

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
        return str(runtime.invoke_endpoint(EndpointName=GROUP, ContentType="text/csv", Body=b"1")["Body"].read())

    def champion(self) -> str:
        (stack,) = self.cloudformation.describe_stacks(StackName=SERVING)["Stacks"]
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


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    folder = tmp_path_factory.mktemp("release-flow")
    with running(folder / "state") as cloud:
        yield Platform(cloud, folder)


def test_the_first_deployment_has_no_endpoint(platform):
    assert platform.champion() == ""
    assert platform.sagemaker.list_endpoints()["Endpoints"] == []


def test_releases_from_first_model_to_rollback(platform):
    first = platform.register()
    platform.decide(first, "Approved")
    record = platform.settled(first, after=0)
    assert (record["result"], record["before"], record["reason"]) == ("succeeded", "", "approval"), record
    assert record["trigger"].startswith("SageMaker Model Package State Change")
    assert record["approved_by"]
    assert "v1" in platform.answer()

    # A version that cannot start: the one before serves on, the record says why, and the stack tells the truth again.
    broken = platform.register(BROKEN)
    platform.decide(broken, "Approved")
    record = platform.settled(broken, after=1)
    assert (record["result"], record["before"]) == ("failed", first), record
    assert record["detail"]
    until(lambda: platform.champion() == first, 60, "the stack's return to the first version")
    assert "v1" in platform.answer()

    # A third one works.
    third = platform.register()
    platform.decide(third, "Approved")
    record = platform.settled(third, after=2)
    assert (record["result"], record["before"]) == ("succeeded", first), record
    assert "v3" in platform.answer()

    # Rejecting it brings the one before back; the broken one is not tried again.
    platform.decide(third, "Rejected")
    record = platform.settled(first, after=int(record["number"]))
    assert (record["result"], record["before"], record["reason"]) == ("succeeded", third, "rollback"), record
    assert platform.champion() == first
    assert "v1" in platform.answer()
    assert [record["package"] for record in platform.records()].count(broken) == 1


def test_the_code_and_the_cloud_agree_after_releases(platform):
    diff = platform.diff()
    assert diff.returncode == 0, diff.stdout + diff.stderr
    before = (platform.champion(), len(platform.records()))
    platform.cdk.deploy()
    assert (platform.champion(), len(platform.records())) == before
    assert "v1" in platform.answer()


def test_the_function_may_not_update_the_stack_in_any_other_way(platform):
    role = platform.physical("local-control", "AWS::IAM::Role", "ReleaseRole")
    as_function = platform.cloud.client(
        "cloudformation", platform.cloud.session(f"arn:aws:iam::{clients.ACCOUNT}:role/{role}")
    )
    request = {
        "StackName": SERVING,
        "UsePreviousTemplate": True,
        "Parameters": [{"ParameterKey": "ChampionModelPackage", "UsePreviousValue": True}],
        "Capabilities": ["CAPABILITY_NAMED_IAM"],
    }
    roles = f"arn:aws:iam::{clients.ACCOUNT}:role"
    administrator = f"{roles}/cdk-hnb659fds-cfn-exec-role-{clients.ACCOUNT}-{clients.REGION}"
    release_role = f"{roles}/ml-loop/local/local-flight-delays-release"
    for denied in (
        request,
        {**request, "RoleARN": administrator},
        {**request, "StackName": "local-control", "RoleARN": release_role},
    ):
        with pytest.raises(ClientError) as caught:
            as_function.update_stack(**denied)
        assert caught.value.response["Error"]["Code"].startswith("AccessDenied"), caught.value
