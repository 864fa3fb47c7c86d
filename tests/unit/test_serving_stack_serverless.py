"""The serving stack of a use case with a serverless endpoint, beside one with instances."""

import json
from typing import Any

import pytest

from tests import serverless
from tests.cfn_lint import problems
from tests.serverless import INTERNET, SERVING

Resource = dict[str, Any]


@pytest.fixture(scope="module")
def made(synthesise: Any) -> dict[str, Any]:
    templates: dict[str, Any] = synthesise(
        serverless.environment({"memory_mb": 4096, "maximum_concurrency": 20}),
        serverless.environment(name="dev2"),
        serverless.environment({"provisioned_concurrency": 2}, name="dev3"),
    )
    return templates


def of_type(template: dict[str, Any], kind: str) -> list[Resource]:
    return [resource for resource in template["Resources"].values() if resource["Type"] == kind]


def only(template: dict[str, Any], kind: str) -> Resource:
    (found,) = of_type(template, kind)
    properties: Resource = found["Properties"]
    return properties


def test_one_variant_that_says_its_size_and_captures_nothing(made: dict[str, Any]) -> None:
    config = only(made[SERVING], "AWS::SageMaker::EndpointConfig")
    (variant,) = config["ProductionVariants"]
    assert variant["VariantName"] == "champion"
    assert variant["ServerlessConfig"] == {"MemorySizeInMB": 4096, "MaxConcurrency": 20}
    assert {"InstanceType", "InitialInstanceCount"} & variant.keys() == set()
    assert {"DataCaptureConfig", "ShadowProductionVariants"} & config.keys() == set()
    assert "Fn::ImportValue" in config["KmsKeyId"]
    (variant,) = only(made[SERVING.replace("dev-", "dev2-")], "AWS::SageMaker::EndpointConfig")["ProductionVariants"]
    assert variant["ServerlessConfig"] == {"MemorySizeInMB": 2048, "MaxConcurrency": 5}
    (variant,) = only(made[SERVING.replace("dev-", "dev3-")], "AWS::SageMaker::EndpointConfig")["ProductionVariants"]
    kept = {"MemorySizeInMB": 2048, "MaxConcurrency": 5, "ProvisionedConcurrency": 2}
    assert variant["ServerlessConfig"] == kept


def test_its_model_has_no_network_of_ours_and_one_worker(made: dict[str, Any]) -> None:
    model = only(made[SERVING], "AWS::SageMaker::Model")
    assert {"VpcConfig", "EnableNetworkIsolation"} & model.keys() == set()
    assert model["PrimaryContainer"] == {
        "ModelPackageName": {"Ref": "ChampionModelPackage"},
        "Environment": {"SAGEMAKER_MODEL_SERVER_WORKERS": "1"},
    }


def test_names_follow_the_size(synthesise: Any, made: dict[str, Any]) -> None:
    def begins(template: dict[str, Any]) -> tuple[str, str]:
        config, model = (only(template, f"AWS::SageMaker::{kind}") for kind in ("EndpointConfig", "Model"))
        return config["EndpointConfigName"]["Fn::Join"][1][0], model["ModelName"]["Fn::Join"][1][0]

    other = synthesise(serverless.environment({"memory_mb": 5120, "maximum_concurrency": 20}))[SERVING]
    before, after = begins(made[SERVING]), begins(other)
    assert before[0] != after[0]
    assert before[1] == after[1]


def test_an_update_keeps_nothing_and_shifts_nothing(made: dict[str, Any]) -> None:
    endpoint = only(made[SERVING], "AWS::SageMaker::Endpoint")
    assert set(endpoint) == {"EndpointName", "EndpointConfigName", "Tags"}
    assert list(made[SERVING]["Parameters"]) == ["ChampionModelPackage"]
    assert "Rules" not in made[SERVING]


def test_alarms_are_on_metrics_that_serverless_endpoints_have(made: dict[str, Any]) -> None:
    alarms = of_type(made[SERVING], "AWS::CloudWatch::Alarm")
    of_endpoint = {one["Properties"]["MetricName"] for one in alarms if one.get("Condition") == "ChampionFilled"}
    assert of_endpoint == {
        "Invocation5XXErrors",
        "ModelLatency",
        "ServerlessConcurrentExecutionsUtilization",
        "MemoryUtilization",
    }
    role = next(r for n, r in made[SERVING]["Resources"].items() if n.startswith("ReleaseRole"))
    for name in ("ChampionAlarmsErrors", "ChampionAlarmsConcurrency", "ChampionAlarmsMemory"):
        assert f':alarm:{SERVING}-{name}"' in json.dumps(role), name


def test_nothing_is_registered_for_scaling(made: dict[str, Any]) -> None:
    assert "ApplicationAutoScaling" not in json.dumps(made[SERVING])


def test_the_model_neither_joins_the_network_nor_writes_captures(made: dict[str, Any]) -> None:
    policies = next(r for n, r in made[SERVING]["Resources"].items() if n.startswith("ModelRole"))["Properties"]
    text = json.dumps(policies)
    assert "ec2:" not in text
    assert "s3:PutObject" not in text
    assert "s3:GetObject" in text
    beside = json.dumps(made["dev-flight-delays-serving"])
    assert "ec2:CreateNetworkInterface" in beside
    assert "s3:PutObject" in beside


def test_the_use_case_beside_it_is_as_without_it(made: dict[str, Any], templates: dict[str, Any]) -> None:
    name = "dev-flight-delays-serving"
    assert made[name] == templates[name]


def test_only_the_release_role_of_the_serverless_one_is_marked(made: dict[str, Any]) -> None:
    def marked(stack: str) -> list[str]:
        return [
            logical
            for logical, resource in made[stack]["Resources"].items()
            if {"Key": "ml-loop:makes-open-models", "Value": "true"}
            in list(resource.get("Properties", {}).get("Tags", []))
        ]

    found = {stack: names for stack in made if (names := marked(stack))}
    assert set(found) == {SERVING.replace("dev-", f"{name}-") for name in ("dev", "dev2", "dev3")}
    for names in found.values():
        (name,) = names
        assert name.startswith("ReleaseRole")


def test_cfn_lint_finds_nothing(made: dict[str, Any]) -> None:
    assert problems({name: made[name] for name in (SERVING, SERVING.replace("dev-", "dev3-"), "dev-security")}) == []


def test_the_boundary_fits_into_a_managed_policy(synthesise: Any, plain: Any) -> None:
    longest = serverless.environment(name="d" * 15)
    (boundary,) = (
        resource["Properties"]["PolicyDocument"]
        for resource in of_type(synthesise(longest)["d" * 15 + "-security"], "AWS::IAM::ManagedPolicy")
        if "ManagedPolicyName" in resource["Properties"]
    )
    assert len(json.dumps(plain(boundary), separators=(",", ":"))) <= 6144


def test_the_reason_stands_in_the_environment() -> None:
    assert serverless.environment().network.allow_internet == INTERNET
