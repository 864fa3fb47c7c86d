"""The rules of ours for SageMaker resources."""

import json
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_sagemaker as sagemaker

from app import platform
from constructs.sagemaker_rules import broken_rules

MODEL = {"EnableNetworkIsolation": True, "VpcConfig": {"Subnets": ["s"], "SecurityGroupIds": ["g"]}}
CONFIG = {"KmsKeyId": "key", "DataCaptureConfig": {"KmsKeyId": "key"}}
NOTEBOOK = {
    "DirectInternetAccess": "Disabled",
    "SubnetId": "s",
    "RootAccess": "Disabled",
    "KmsKeyId": "key",
    "PlatformIdentifier": "notebook-al2023-v1",
    "InstanceMetadataServiceConfiguration": {"MinimumInstanceMetadataServiceVersion": "2"},
}
DEFINITION = {
    "NetworkConfig": {
        "EnableNetworkIsolation": True,
        "EnableInterContainerTrafficEncryption": True,
        "VpcConfig": MODEL["VpcConfig"],
    },
    "JobResources": {"ClusterConfig": {"VolumeKmsKeyId": "key"}},
    "DataQualityJobOutputConfig": {"KmsKeyId": "key"},
    "ModelExplainabilityJobOutputConfig": {"KmsKeyId": "key"},
}
OLD_METADATA = {"InstanceMetadataServiceConfiguration": {"MinimumInstanceMetadataServiceVersion": "1"}}


def broken(kind: str, properties: dict[str, Any]) -> set[str]:
    template = {"Resources": {"It": {"Type": f"AWS::SageMaker::{kind}", "Properties": properties}}}
    return {rule.name for rule, logical_id in broken_rules(template) if logical_id == "It"}


def open_of(part: str, setting: str) -> dict[str, Any]:
    """Return a job definition without one of its settings."""
    given: Any = DEFINITION[part]
    return {**DEFINITION, part: {key: value for key, value in given.items() if key != setting}}


@pytest.mark.parametrize(
    ("kind", "properties"),
    [
        ("Model", MODEL),
        ("EndpointConfig", CONFIG),
        ("EndpointConfig", {"KmsKeyId": "key"}),
        ("NotebookInstance", NOTEBOOK),
        ("DataQualityJobDefinition", DEFINITION),
        ("ModelExplainabilityJobDefinition", open_of("NetworkConfig", "EnableNetworkIsolation")),
        ("MonitoringSchedule", {"MonitoringScheduleConfig": {"MonitoringJobDefinitionName": "a"}}),
    ],
)
def test_a_secure_resource_breaks_no_rule(kind: str, properties: dict[str, Any]) -> None:
    assert broken(kind, properties) == set()


@pytest.mark.parametrize(
    ("kind", "properties", "rule"),
    [
        ("Model", MODEL | {"EnableNetworkIsolation": False}, "ModelIsolated"),
        ("Model", {"VpcConfig": MODEL["VpcConfig"]}, "ModelIsolated"),
        ("Model", {"EnableNetworkIsolation": True}, "ModelInVpc"),
        ("EndpointConfig", {"DataCaptureConfig": {"KmsKeyId": "key"}}, "EndpointVolumeKey"),
        ("EndpointConfig", {"KmsKeyId": "key", "DataCaptureConfig": {}}, "CaptureKey"),
        ("NotebookInstance", NOTEBOOK | {"DirectInternetAccess": "Enabled"}, "NotebookPrivate"),
        ("NotebookInstance", {k: v for k, v in NOTEBOOK.items() if k != "SubnetId"}, "NotebookPrivate"),
        ("NotebookInstance", NOTEBOOK | {"RootAccess": "Enabled"}, "NotebookWithoutRoot"),
        ("NotebookInstance", {k: v for k, v in NOTEBOOK.items() if k != "RootAccess"}, "NotebookWithoutRoot"),
        ("NotebookInstance", {k: v for k, v in NOTEBOOK.items() if k != "KmsKeyId"}, "NotebookKey"),
        ("NotebookInstance", NOTEBOOK | OLD_METADATA, "NotebookMetadata"),
        ("NotebookInstance", {k: v for k, v in NOTEBOOK.items() if not k.startswith("Inst")}, "NotebookMetadata"),
        ("NotebookInstance", NOTEBOOK | {"PlatformIdentifier": "notebook-al2-v2"}, "NotebookPlatform"),
        ("NotebookInstance", {k: v for k, v in NOTEBOOK.items() if k != "PlatformIdentifier"}, "NotebookPlatform"),
        ("DataQualityJobDefinition", open_of("NetworkConfig", "EnableNetworkIsolation"), "MonitorIsolated"),
        ("DataQualityJobDefinition", open_of("NetworkConfig", "VpcConfig"), "MonitorInVpc"),
        (
            "DataQualityJobDefinition",
            open_of("NetworkConfig", "EnableInterContainerTrafficEncryption"),
            "MonitorTraffic",
        ),
        ("DataQualityJobDefinition", open_of("JobResources", "ClusterConfig"), "MonitorVolumeKey"),
        ("DataQualityJobDefinition", open_of("DataQualityJobOutputConfig", "KmsKeyId"), "MonitorOutputKey"),
        ("MonitoringSchedule", {"MonitoringScheduleConfig": {"MonitoringJobDefinition": {}}}, "MonitorDefined"),
    ],
)
def test_one_thing_wrong_breaks_one_rule(kind: str, properties: dict[str, Any], rule: str) -> None:
    assert broken(kind, properties) == {rule}


def test_every_serving_stack_is_judged(templates: dict[str, Any]) -> None:
    serving = [template for name, template in templates.items() if name.endswith("-serving")]
    assert serving
    for template in serving:
        kinds = {resource["Type"] for resource in template["Resources"].values()}
        assert {"AWS::SageMaker::Model", "AWS::SageMaker::EndpointConfig"} <= kinds
        assert list(broken_rules(template)) == []


def test_every_notebook_is_judged(templates: dict[str, Any]) -> None:
    found = [template for name, template in templates.items() if name.endswith("-workbench")]
    assert found
    for template in found:
        assert "AWS::SageMaker::NotebookInstance" in {resource["Type"] for resource in template["Resources"].values()}
        assert list(broken_rules(template)) == []


def test_an_open_model_stops_synthesis(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.environment_names", lambda: ["dev"])
    app = platform(str(tmp_path))
    stage = app.node.find_child("Dev")
    assert isinstance(stage, cdk.Stage)
    sagemaker.CfnModel(cdk.Stack(stage, "Careless"), "Open", execution_role_arn="arn:aws:iam::111122223333:role/any")
    with pytest.raises(RuntimeError, match="containers can reach a network"):
        app.synth()
    reports = json.loads((tmp_path / "validation-report.json").read_text())["pluginReports"]
    (own,) = (report for report in reports if report["pluginName"] == "MlLoop")
    assert {violation["ruleName"] for violation in own["violations"]} == {"ModelIsolated", "ModelInVpc"}
