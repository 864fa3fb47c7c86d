"""The notebooks of an environment, as CloudFormation gets them, and the script that their instances start with."""

import base64
import os
import py_compile
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from aws_cdk.assertions import Match, Template

from config import Environment, load_environment
from config.loading import ROOT
from constructs.notebook_lifecycle import LONGEST, on_start

CODECOMMIT = "https://git-codecommit.ap-northeast-1.amazonaws.com/v1/repos/models"
SECRET = "arn:aws:secretsmanager:ap-northeast-1:111122223333:secret:git-AbCdEf"
NOTEBOOKS: list[dict[str, Any]] = [
    {"name": "looking", "idle_stop_minutes": 90, "volume_gb": 50, "owner": "ana"},
    {
        "name": "gpu-one",
        "instance": "ml.g5.xlarge",
        "own_disks": "Images are public",
        "use_cases": ["flight_delays"],
        "repository": {"url": CODECOMMIT, "branch": "main"},
    },
    {
        "name": "peered",
        "repository": {
            "url": "https://git.example.com/a/b",
            "inside_network": "GitLab over VPC peering",
            "credentials_secret": SECRET,
        },
    },
]


def dev(**changes: Any) -> Environment:
    given = load_environment("dev").model_dump() | changes
    given["network"]["interface_endpoints"] = "minimal"
    given["access"] = {"allowed_cidrs": ["203.0.113.0/24"]}
    return Environment.model_validate(given)


@pytest.fixture(scope="module")
def stacks(synthesise: Callable[..., dict[str, Any]]) -> dict[str, Any]:
    return synthesise(dev(notebooks=NOTEBOOKS))


@pytest.fixture
def workbench(stacks: dict[str, Any]) -> Template:
    return Template.from_json(stacks["dev-workbench"])


def properties(template: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    return [item["Properties"] for item in template["Resources"].values() if item["Type"] == kind]


def test_every_notebook_is_private_encrypted_and_without_root(workbench: Template) -> None:
    workbench.resource_count_is("AWS::SageMaker::NotebookInstance", 3)
    workbench.all_resources_properties(
        "AWS::SageMaker::NotebookInstance",
        {
            "DirectInternetAccess": "Disabled",
            "RootAccess": "Disabled",
            "PlatformIdentifier": "notebook-al2023-v1",
            "InstanceMetadataServiceConfiguration": {"MinimumInstanceMetadataServiceVersion": "2"},
            "SubnetId": {"Fn::ImportValue": Match.string_like_regexp("dev-network:.*Subnet1")},
            "SecurityGroupIds": [{"Fn::ImportValue": Match.string_like_regexp("dev-network:.*JobSecurityGroup")}],
            "KmsKeyId": {"Fn::ImportValue": Match.string_like_regexp("dev-security:.*KeysData")},
            "LifecycleConfigName": {"Fn::GetAtt": [Match.any_value(), "NotebookInstanceLifecycleConfigName"]},
        },
    )


def test_size_and_owner_are_those_of_the_file(workbench: Template) -> None:
    workbench.has_resource_properties(
        "AWS::SageMaker::NotebookInstance",
        {
            "NotebookInstanceName": "dev-looking",
            "InstanceType": "ml.t3.medium",
            "VolumeSizeInGB": 50,
            "DefaultCodeRepository": Match.absent(),
            "Tags": Match.array_with([{"Key": "ml-loop:owner", "Value": "ana"}]),
        },
    )
    workbench.has_resource_properties(
        "AWS::SageMaker::NotebookInstance",
        {
            "NotebookInstanceName": "dev-gpu-one",
            "InstanceType": "ml.g5.xlarge",
            "DefaultCodeRepository": {"Fn::GetAtt": [Match.any_value(), "CodeRepositoryName"]},
            "Tags": Match.array_with([{"Key": "ml-loop:owner", "Value": "ml-platform"}]),
        },
    )


def test_each_has_a_role_of_its_own(stacks: dict[str, Any], workbench: Template) -> None:
    roles = [str(item["RoleArn"]) for item in properties(stacks["dev-workbench"], "AWS::SageMaker::NotebookInstance")]
    assert len(set(roles)) == 3
    workbench.resource_count_is("AWS::IAM::Role", 3)


def test_repositories_are_known_with_branch_and_secret(stacks: dict[str, Any]) -> None:
    found = [item["GitConfig"] for item in properties(stacks["dev-workbench"], "AWS::SageMaker::CodeRepository")]
    assert found == [
        {"RepositoryUrl": CODECOMMIT, "Branch": "main"},
        {"RepositoryUrl": "https://git.example.com/a/b", "SecretArn": SECRET},
    ]


def test_the_network_opens_what_repositories_need_and_no_more(stacks: dict[str, Any]) -> None:
    def services(template: dict[str, Any]) -> set[str]:
        endpoints = [
            item for item in properties(template, "AWS::EC2::VPCEndpoint") if item["VpcEndpointType"] == "Interface"
        ]
        return {item["ServiceName"].rpartition("ap-northeast-1.")[2] for item in endpoints}

    minimal = {"sagemaker.api", "sagemaker.runtime", "sts", "logs", "kms"}
    assert services(stacks["dev-network"]) == minimal | {"git-codecommit", "secretsmanager"}


def test_without_a_repository_the_level_decides_alone(synthesise: Callable[..., dict[str, Any]]) -> None:
    network = synthesise(dev(notebooks=NOTEBOOKS[:1]))["dev-network"]
    endpoints = properties(network, "AWS::EC2::VPCEndpoint")
    assert len([item for item in endpoints if item["VpcEndpointType"] == "Interface"]) == 5


def test_an_environment_without_notebooks_has_no_workbench(synthesise: Callable[..., dict[str, Any]]) -> None:
    assert "dev-workbench" not in synthesise(dev(notebooks=[]))


def test_jobs_roles_are_where_the_notebooks_look_for_them(stacks: dict[str, Any], plain: Callable[[Any], Any]) -> None:
    paths = [role.get("Path") for role in properties(stacks["dev-flight-delays-training"], "AWS::IAM::Role")]
    assert paths == ["/ml-loop/dev/flight-delays/jobs/"]
    for role in properties(stacks["dev-workbench"], "AWS::IAM::Role"):
        statements = [item for policy in role["Policies"] for item in policy["PolicyDocument"]["Statement"]]
        [passed] = [plain(item["Resource"]) for item in statements if item["Action"] == "iam:PassRole"]
        assert passed == "arn:aws:iam::111122223333:role/ml-loop/dev/flight-delays/jobs/*"


def test_the_script_is_in_the_template_as_people_can_read_it(stacks: dict[str, Any]) -> None:
    configs = properties(stacks["dev-workbench"], "AWS::SageMaker::NotebookInstanceLifecycleConfig")
    scripts = [item["OnStart"][0]["Content"]["Fn::Base64"] for item in configs]
    assert scripts == [on_start(90), on_start(60), on_start(60)]
    assert all("OnCreate" not in item for item in configs)
    assert len(base64.b64encode(scripts[0].encode())) <= LONGEST


def test_a_script_that_is_too_long_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "on_start.sh").write_text("@IDLE_STOP_PY@\n")
    (tmp_path / "idle_stop.py").write_text("#" * LONGEST)
    monkeypatch.setattr("constructs.notebook_lifecycle._SCRIPTS", tmp_path)
    with pytest.raises(ValueError, match=f"allowed are {LONGEST}"):
        on_start(60)


FAKES = {
    # As root's runuser: runs the command, if the interpreter is the one that has boto3.
    "runuser": '#!/bin/sh\nshift 3\n[ "$1" = "$HAS_BOTO3" ]\n',
    "systemctl": '#!/bin/sh\necho "$@" >> "$ML_LOOP_ROOT/systemctl"\n',
}


def run_on_start(root: Path, has_boto3: str, times: int = 1) -> "subprocess.CompletedProcess[str]":
    tools = root / "tools"
    tools.mkdir()
    for name, text in FAKES.items():
        (tools / name).write_text(text)
        (tools / name).chmod(0o755)
    variables = {"PATH": f"{tools}:{os.environ['PATH']}", "ML_LOOP_ROOT": str(root), "HAS_BOTO3": has_boto3}
    for _ in range(times):
        done = subprocess.run(["bash", "-c", on_start(45)], env=variables, capture_output=True, text=True, check=False)
    return done


@pytest.mark.parametrize(
    "python",
    [
        "/home/ec2-user/anaconda3/envs/JupyterSystemEnv/bin/python",
        "/home/ec2-user/anaconda3/bin/python",
        "/usr/bin/python3",
    ],
)
def test_each_start_installs_the_idle_stop(tmp_path: Path, python: str) -> None:
    done = run_on_start(tmp_path, python, times=2)
    assert done.returncode == 0, done.stderr
    script = tmp_path / "opt/ml-loop/idle_stop.py"
    py_compile.compile(str(script), cfile=str(tmp_path / "compiled"), doraise=True)
    assert script.read_text() == (ROOT / "workbench" / "idle_stop.py").read_text()
    unit = (tmp_path / "etc/systemd/system/idle-stop.service").read_text()
    assert f"ExecStart={python} -I /opt/ml-loop/idle_stop.py --minutes 45 --state /run/idle-stop/last-use\n" in unit
    assert "User=ec2-user\n" in unit
    assert "OnUnitInactiveSec=2min" in (tmp_path / "etc/systemd/system/idle-stop.timer").read_text()
    assert (tmp_path / "systemctl").read_text().splitlines()[-1] == "enable --now idle-stop.timer"


def test_an_instance_that_could_not_be_stopped_does_not_start(tmp_path: Path) -> None:
    done = run_on_start(tmp_path, "nowhere")
    assert done.returncode == 1
    assert "No Python with boto3" in done.stderr
    assert not (tmp_path / "systemctl").exists()
