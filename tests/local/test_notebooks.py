"""Notebook instances of the local cloud: the API, CloudFormation, and the idle stop that stops one."""

import base64
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local_cloud import clients
from tests.local.conftest import RunningCloud
from tests.local.endpoints_kit import until
from tests.local.roles import allow, deny, make_role

SERVICE = {"Service": "sagemaker.amazonaws.com"}
PREFIX = "arn:aws:sagemaker:ap-northeast-1:000000000000"
GIT = "https://git-codecommit.ap-northeast-1.amazonaws.com/v1/repos/models"


@pytest.fixture(scope="module")
def sagemaker(client: Any) -> Any:
    return client("sagemaker")


@pytest.fixture(scope="module")
def role(client: Any) -> str:
    own = f"{PREFIX}:notebook-instance/self-stopping"
    return make_role(client("iam"), "notebook", [allow("sagemaker:StopNotebookInstance", own)], SERVICE)


def status(sagemaker: Any, name: str) -> str:
    return str(sagemaker.describe_notebook_instance(NotebookInstanceName=name)["NotebookInstanceStatus"])


def reach(sagemaker: Any, name: str, wanted: str) -> None:
    until(lambda: status(sagemaker, name) == wanted, 10, f"{name} to be {wanted}")


def gone(sagemaker: Any, name: str) -> bool:
    names = [item["NotebookInstanceName"] for item in sagemaker.list_notebook_instances()["NotebookInstances"]]
    return name not in names


def create(sagemaker: Any, name: str, role: str, **more: Any) -> str:
    arguments = {"NotebookInstanceName": name, "InstanceType": "ml.t3.medium", "RoleArn": role} | more
    return str(sagemaker.create_notebook_instance(**arguments)["NotebookInstanceArn"])


def test_a_change_is_kept_and_the_rest_stays(sagemaker: Any, role: str) -> None:
    arn = create(sagemaker, "changed", role, Tags=[{"Key": "who", "Value": "ana"}])
    reach(sagemaker, "changed", "InService")
    sagemaker.stop_notebook_instance(NotebookInstanceName="changed")
    reach(sagemaker, "changed", "Stopped")
    sagemaker.update_notebook_instance(
        NotebookInstanceName="changed", InstanceType="ml.g5.xlarge", VolumeSizeInGB=9, RootAccess="Disabled"
    )
    reach(sagemaker, "changed", "Stopped")
    found = sagemaker.describe_notebook_instance(NotebookInstanceName="changed")
    assert (found["InstanceType"], found["VolumeSizeInGB"], found["RootAccess"]) == ("ml.g5.xlarge", 9, "Disabled")
    assert found["DirectInternetAccess"] == "Enabled"  # AWS's default
    assert sagemaker.list_tags(ResourceArn=arn)["Tags"] == [{"Key": "who", "Value": "ana"}]
    with pytest.raises(ClientError, match="can grow, not shrink"):
        sagemaker.update_notebook_instance(NotebookInstanceName="changed", VolumeSizeInGB=5)
    sagemaker.delete_notebook_instance(NotebookInstanceName="changed")
    until(lambda: gone(sagemaker, "changed"), 10, "the end of it")


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"RoleArn": "arn:aws:iam::000000000000:role/nobody-has-it"}, "Could not assume role"),
        ({"LifecycleConfigName": "nowhere"}, "nowhere"),
        ({"DefaultCodeRepository": "nowhere"}, "code-repository/nowhere"),
        ({"DirectInternetAccess": "Disabled"}, "SubnetId"),
        ({"AcceleratorTypes": ["ml.eia1.medium"]}, "AcceleratorTypes"),
    ],
)
def test_a_wrong_instance_is_refused(sagemaker: Any, role: str, change: dict[str, Any], reason: str) -> None:
    with pytest.raises(ClientError, match=reason):
        create(sagemaker, "wrong", role, **change)
    assert gone(sagemaker, "wrong")


def test_opening_one_is_refused_by_name_after_iam(local_cloud: RunningCloud, sagemaker: Any, role: str) -> None:
    create(sagemaker, "opened", role)
    with pytest.raises(ClientError, match="no Jupyter runs") as refused:
        sagemaker.create_presigned_notebook_instance_url(NotebookInstanceName="opened")
    assert refused.value.response["Error"]["Code"] == "NotImplementedByLocalCloud"
    elsewhere = {"NotIpAddress": {"aws:SourceIp": "203.0.113.0/24"}}
    statements = [allow("sagemaker:*"), deny("sagemaker:CreatePresignedNotebookInstanceUrl", elsewhere)]
    person = local_cloud.session(make_role(local_cloud.client("iam"), "notebook-person", statements))
    with pytest.raises(ClientError, match="explicit deny") as denied:
        local_cloud.client("sagemaker", person).create_presigned_notebook_instance_url(NotebookInstanceName="opened")
    assert denied.value.response["Error"]["Code"] == "AccessDeniedException"


def test_iam_sees_the_network_and_the_metadata_service_of_a_request(local_cloud: RunningCloud, role: str) -> None:
    action = "sagemaker:CreateNotebookInstance"
    statements = [
        allow(action),
        allow("iam:PassRole", role),
        deny(action, {"Null": {"sagemaker:VpcSubnets": "true"}}),
        deny(action, {"ForAnyValue:StringNotEquals": {"sagemaker:VpcSecurityGroupIds": ["sg-1"]}}),
        deny(action, {"StringNotEqualsIfExists": {"sagemaker:MinimumInstanceMetadataServiceVersion": "2"}}),
    ]
    person = local_cloud.session(make_role(local_cloud.client("iam"), "notebook-guarded", statements))
    sagemaker = local_cloud.client("sagemaker", person)
    good = {
        "SubnetId": "subnet-1",
        "SecurityGroupIds": ["sg-1"],
        "InstanceMetadataServiceConfiguration": {"MinimumInstanceMetadataServiceVersion": "2"},
    }
    wrong = [
        {key: value for key, value in good.items() if key != gone}
        for gone in ("SubnetId", "InstanceMetadataServiceConfiguration")
    ]
    for case in [*wrong, good | {"SecurityGroupIds": ["sg-1", "sg-2"]}]:
        with pytest.raises(ClientError, match="AccessDenied"):
            create(sagemaker, "guarded", role, **case)
    create(sagemaker, "guarded", role, **good)


def test_scripts_must_be_text_in_base64_and_not_too_long(sagemaker: Any) -> None:
    for number, content in enumerate(["not base64!", base64.b64encode(b"\xff\xfe").decode()]):
        with pytest.raises(ClientError, match="not text in base64"):
            sagemaker.create_notebook_instance_lifecycle_config(
                NotebookInstanceLifecycleConfigName=f"broken-{number}", OnStart=[{"Content": content}]
            )


def template(git: dict[str, str], minutes: str = "10", instance: dict[str, Any] | None = None, role: str = "") -> str:
    properties = {
        "NotebookInstanceName": "stacked",
        "InstanceType": "ml.t3.medium",
        "RoleArn": role,
        "LifecycleConfigName": {"Fn::GetAtt": ["Lifecycle", "NotebookInstanceLifecycleConfigName"]},
        "DefaultCodeRepository": {"Fn::GetAtt": ["Repository", "CodeRepositoryName"]},
        "VolumeSizeInGB": "20",
        "Tags": [{"Key": "who", "Value": "ana"}],
    } | (instance or {})
    script = [{"Content": {"Fn::Base64": f"echo {minutes}\n"}}]
    return json.dumps(
        {
            "Resources": {
                "Lifecycle": {
                    "Type": "AWS::SageMaker::NotebookInstanceLifecycleConfig",
                    "Properties": {"OnStart": script},
                },
                "Repository": {"Type": "AWS::SageMaker::CodeRepository", "Properties": {"GitConfig": git}},
                "Instance": {
                    "Type": "AWS::SageMaker::NotebookInstance",
                    "Properties": {key: value for key, value in properties.items() if value is not None},
                },
            },
            "Outputs": {"Arn": {"Value": {"Ref": "Instance"}}},
        }
    )


def test_a_stack_makes_changes_and_deletes_them(client: Any, sagemaker: Any, role: str) -> None:
    cloudformation = client("cloudformation")

    def wait(event: str) -> dict[str, Any]:
        cloudformation.get_waiter(f"stack_{event}_complete").wait(StackName="notebooks", WaiterConfig={"Delay": 1})
        return dict(sagemaker.describe_notebook_instance(NotebookInstanceName="stacked"))

    cloudformation.create_stack(StackName="notebooks", TemplateBody=template({"RepositoryUrl": GIT}, role=role))
    made = wait("create")
    assert made["NotebookInstanceStatus"] == "InService"
    lifecycle = sagemaker.describe_notebook_instance_lifecycle_config(
        NotebookInstanceLifecycleConfigName=made["NotebookInstanceLifecycleConfigName"]
    )
    assert base64.b64decode(lifecycle["OnStart"][0]["Content"]) == b"echo 10\n"
    repository = sagemaker.describe_code_repository(CodeRepositoryName=made["DefaultCodeRepository"])
    assert repository["GitConfig"] == {"RepositoryUrl": GIT}
    outputs = cloudformation.describe_stacks(StackName="notebooks")["Stacks"][0]["Outputs"]
    assert outputs[0]["OutputValue"] == made["NotebookInstanceArn"]

    body = template(
        {"RepositoryUrl": GIT, "Branch": "main"}, "30", {"InstanceType": "ml.t3.large", "RootAccess": "Disabled"}, role
    )
    cloudformation.update_stack(StackName="notebooks", TemplateBody=body)
    changed = wait("update")
    assert changed["CreationTime"] == made["CreationTime"]
    assert (changed["InstanceType"], changed["RootAccess"]) == ("ml.t3.large", "Disabled")
    assert changed["NotebookInstanceStatus"] == "InService"
    assert changed["NotebookInstanceLifecycleConfigName"] == made["NotebookInstanceLifecycleConfigName"]
    lifecycle = sagemaker.describe_notebook_instance_lifecycle_config(
        NotebookInstanceLifecycleConfigName=made["NotebookInstanceLifecycleConfigName"]
    )
    assert base64.b64decode(lifecycle["OnStart"][0]["Content"]) == b"echo 30\n"
    # Another branch is another repository; the one before is gone.
    assert changed["DefaultCodeRepository"] != made["DefaultCodeRepository"]
    names = [item["CodeRepositoryName"] for item in sagemaker.list_code_repositories()["CodeRepositorySummaryList"]]
    assert names == [changed["DefaultCodeRepository"]]

    body = template(
        {"RepositoryUrl": GIT, "Branch": "main"}, "30", {"DefaultCodeRepository": None, "RootAccess": "Disabled"}, role
    )
    cloudformation.update_stack(StackName="notebooks", TemplateBody=body)
    assert "DefaultCodeRepository" not in wait("update")

    cloudformation.delete_stack(StackName="notebooks")
    cloudformation.get_waiter("stack_delete_complete").wait(StackName="notebooks", WaiterConfig={"Delay": 1})
    assert gone(sagemaker, "stacked")
    assert sagemaker.list_code_repositories()["CodeRepositorySummaryList"] == []
    assert sagemaker.list_notebook_instance_lifecycle_configs()["NotebookInstanceLifecycleConfigs"] == []


def test_the_idle_stop_stops_its_instance_and_may_stop_no_other(
    local_cloud: RunningCloud, sagemaker: Any, role: str, tmp_path: Path
) -> None:
    rights = [allow("sagemaker:StopNotebookInstance", f"{PREFIX}:notebook-instance/self-stopping")]
    session = local_cloud.session(make_role(local_cloud.client("iam"), "notebook-self", rights))
    variables = {
        "AWS_ENDPOINT_URL": clients.endpoint_url(local_cloud.port),
        "AWS_ACCESS_KEY_ID": session.access_key_id,
        "AWS_SECRET_ACCESS_KEY": session.secret_access_key,
        "AWS_SESSION_TOKEN": session.session_token,
        "AWS_EC2_METADATA_DISABLED": "true",
        "PATH": os.environ["PATH"],
    }

    def run(name: str) -> "subprocess.CompletedProcess[str]":
        state, metadata = tmp_path / f"{name}-state", tmp_path / f"{name}.json"
        state.write_text(str(time.time() - 3600))
        arn = f"{PREFIX}:notebook-instance/{name}"
        metadata.write_text(json.dumps({"ResourceArn": arn, "ResourceName": name}))
        # Nothing answers at this port: the state alone says since when it is idle.
        options = ["--jupyter", "http://127.0.0.1:9", "--state", str(state), "--metadata", str(metadata)]
        script = clients.ROOT / "workbench" / "idle_stop.py"
        return subprocess.run(
            [sys.executable, "-I", str(script), "--minutes", "60", *options],
            env=variables,
            capture_output=True,
            text=True,
            check=False,
        )

    for name in ("self-stopping", "another"):
        create(sagemaker, name, role)
        reach(sagemaker, name, "InService")
    assert run("self-stopping").returncode == 0
    reach(sagemaker, "self-stopping", "Stopped")
    refused = run("another")
    assert refused.returncode == 1
    assert "AccessDeniedException" in refused.stderr
    assert status(sagemaker, "another") == "InService"
