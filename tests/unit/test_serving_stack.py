"""The serving stack: nothing without a model, private and recorded with one."""

import json
import re

import pytest

from config import load_environment

STACK = "dev-flight-delays-serving"
GROUP = "arn:aws:sagemaker:ap-northeast-1:111122223333:model-package/dev-flight-delays"


@pytest.fixture(scope="module")
def template(templates):
    return templates[STACK]


@pytest.fixture(scope="module")
def one(template):
    """Return a function from a type to the only resource of it."""

    def find(kind: str):
        found = [resource for resource in template["Resources"].values() if resource["Type"] == kind]
        assert len(found) == 1, f"{len(found)} of {kind}"
        return found[0]

    return find


def test_the_parameter_is_empty_by_default_and_takes_packages_of_its_group_only(template):
    assert list(template["Parameters"]) == ["ChampionModelPackage"]
    parameter = template["Parameters"]["ChampionModelPackage"]
    assert parameter["Default"] == ""
    allowed = re.compile(parameter["AllowedPattern"])
    assert allowed.match("")
    assert allowed.match(f"{GROUP}/12")
    for wrong in (f"{GROUP}-more/1", f"{GROUP}/", GROUP, "latest", f"{GROUP}/1/2", f"x{GROUP}/1"):
        assert not allowed.match(wrong), wrong


def test_all_that_costs_exists_with_a_model_only(template):
    condition = next(iter(template["Conditions"]))
    assert template["Conditions"][condition] == {"Fn::Not": [{"Fn::Equals": [{"Ref": "ChampionModelPackage"}, ""]}]}
    conditional = sorted(
        resource["Type"] for resource in template["Resources"].values() if resource.get("Condition") == condition
    )
    assert conditional == [
        "AWS::CloudWatch::Alarm",
        "AWS::CloudWatch::Alarm",
        "AWS::SageMaker::Endpoint",
        "AWS::SageMaker::EndpointConfig",
        "AWS::SageMaker::Model",
    ]
    assert {output["Condition"] for output in template["Outputs"].values()} == {condition}


def test_the_model_is_the_package_private_and_isolated(one):
    model = one("AWS::SageMaker::Model")["Properties"]
    assert model["PrimaryContainer"] == {"ModelPackageName": {"Ref": "ChampionModelPackage"}}
    assert model["EnableNetworkIsolation"] is True
    assert len(model["VpcConfig"]["Subnets"]) == 2
    assert len(model["VpcConfig"]["SecurityGroupIds"]) == 1


def test_names_follow_every_property_and_the_version(synthesise, one):
    def prefixes(template):
        return [
            resource["Properties"][key]["Fn::Join"][1][0]
            for resource in template["Resources"].values()
            for key in ("ModelName", "EndpointConfigName")
            if resource["Type"] in ("AWS::SageMaker::Model", "AWS::SageMaker::EndpointConfig")
            and "Fn::Join" in resource["Properties"].get(key, {})
        ]

    version = one("AWS::SageMaker::Model")["Properties"]["ModelName"]["Fn::Join"][1][1]
    assert version["Fn::Select"][0] == 2
    dev = load_environment("dev")
    same = prefixes(synthesise(dev)[STACK])
    more = dev.model_copy(update={"sizes": dev.sizes.model_copy(update={"endpoint_instances": 3})})
    changed = prefixes(synthesise(more)[STACK])
    assert all(re.fullmatch(r"dev-flight-delays-[0-9a-f]{6}-", prefix) for prefix in same)
    assert changed[0] == same[0], "the model does not depend on the number of instances"
    assert changed[1] != same[1], "a configuration cannot change, so another one needs another name"


def test_the_configuration_records_requests_under_keys(one, plain):
    config = one("AWS::SageMaker::EndpointConfig")["Properties"]
    dev = load_environment("dev")
    variant = config["ProductionVariants"][0]
    assert variant["VariantName"] == "champion"
    assert variant["InstanceType"] == dev.sizes.endpoint_instance
    assert variant["InitialInstanceCount"] == dev.sizes.endpoint_instances
    capture = plain(config["DataCaptureConfig"])
    assert capture["InitialSamplingPercentage"] == dev.capture.sampling_percent
    assert capture["DestinationS3Uri"].endswith("/flight_delays")
    assert capture["CaptureContentTypeHeader"] == {
        "CsvContentTypes": ["text/csv"],
        "JsonContentTypes": ["application/json"],
    }
    assert [option["CaptureMode"] for option in capture["CaptureOptions"]] == ["Input", "Output"]
    assert plain(config["KmsKeyId"]) == capture["KmsKeyId"]


def test_a_release_keeps_live_counts_and_weights(one):
    endpoint = one("AWS::SageMaker::Endpoint")["Properties"]
    assert endpoint["EndpointName"] == "dev-flight-delays"
    assert endpoint["RetainAllVariantProperties"] is True
    assert endpoint["ExcludeRetainedVariantProperties"] == [{"VariantPropertyType": "DataCaptureConfig"}]


def test_every_alarm_tells_somebody(template):
    alarms = [r["Properties"] for r in template["Resources"].values() if r["Type"] == "AWS::CloudWatch::Alarm"]
    assert {alarm["MetricName"] for alarm in alarms} == {
        "Invocation5XXErrors",
        "ModelLatency",
        "ReleaseFailed",
        "ReleaseBlocked",
        "RejectedModelLive",
    }
    for alarm in alarms:
        assert len(alarm["AlarmActions"]) == 1
        assert "docs/runbooks/release.md" in alarm["AlarmDescription"]
    releases = [alarm for alarm in alarms if alarm["Namespace"] == "MlLoop"]
    assert len(releases) == 3
    for alarm in releases:
        assert alarm["Dimensions"] == [
            {"Name": "Environment", "Value": "dev"},
            {"Name": "UseCase", "Value": "flight-delays"},
        ]
        # Longer than an hour, so that trouble which the hourly look counts again keeps the alarm.
        assert alarm["Period"] * alarm["EvaluationPeriods"] > 3600


def test_the_parameter_reaches_nothing_that_the_release_role_may_not_change(template):
    changed = {"AWS::SageMaker::Model", "AWS::SageMaker::EndpointConfig"}
    for logical, resource in template["Resources"].items():
        mentions = '{"Ref": "ChampionModelPackage"}' in json.dumps(resource)
        assert mentions == (resource["Type"] in changed), logical


def test_everything_is_tagged(template):
    for logical, resource in template["Resources"].items():
        if "Tags" not in resource.get("Properties", {}):
            continue
        tags = {tag["Key"]: tag["Value"] for tag in resource["Properties"]["Tags"]}
        assert tags["ml-loop:environment"] == "dev", logical
        assert tags["ml-loop:use-case"] == "flight-delays", logical
