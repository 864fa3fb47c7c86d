"""The serving stack: nothing without a model, private and recorded with one."""

import json
import re

import pytest

from config import Environment, load_environment
from config.serving import Shift
from constructs.variant_slot import SLOTS

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


def filled(template, slot: str) -> str:
    wanted = {"Fn::Not": [{"Fn::Equals": [{"Ref": f"{slot.capitalize()}ModelPackage"}, ""]}]}
    return str(next(name for name, condition in template["Conditions"].items() if condition == wanted))


def model_of(template, slot: str):
    condition = filled(template, slot)
    return next(
        one
        for one in template["Resources"].values()
        if one["Type"] == "AWS::SageMaker::Model" and one["Condition"] == condition
    )


def test_the_parameters_are_those_that_a_release_sets(template):
    assert list(template["Parameters"]) == [*(f"{slot.capitalize()}ModelPackage" for slot in SLOTS), "TrafficShift"]
    assert template["Parameters"]["TrafficShift"]["AllowedValues"] == ["at_once", "guarded"]
    assert template["Parameters"]["TrafficShift"]["Default"] == "at_once"


@pytest.mark.parametrize("slot", SLOTS)
def test_a_slot_is_empty_by_default_and_takes_packages_of_its_group_only(template, slot):
    parameter = template["Parameters"][f"{slot.capitalize()}ModelPackage"]
    assert parameter["Default"] == ""
    allowed = re.compile(parameter["AllowedPattern"])
    assert allowed.match("")
    assert allowed.match(f"{GROUP}/12")
    for wrong in (f"{GROUP}-more/1", f"{GROUP}/", GROUP, "latest", f"{GROUP}/1/2", f"x{GROUP}/1"):
        assert not allowed.match(wrong), wrong


def test_all_that_costs_exists_with_a_model_only(template):
    condition = filled(template, "champion")
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


def test_a_second_slot_costs_nothing_while_it_is_empty(template):
    kinds = ["AWS::CloudWatch::Alarm", "AWS::CloudWatch::Alarm", "AWS::SageMaker::Model"]
    for slot in ("challenger", "shadow"):
        condition = filled(template, slot)
        of_it = [one["Type"] for one in template["Resources"].values() if one.get("Condition") == condition]
        assert sorted(of_it) == kinds, slot


@pytest.mark.parametrize("slot", SLOTS)
def test_the_model_is_the_package_private_and_isolated(template, slot):
    model = model_of(template, slot)["Properties"]
    assert model["PrimaryContainer"] == {"ModelPackageName": {"Ref": f"{slot.capitalize()}ModelPackage"}}
    assert model["EnableNetworkIsolation"] is True
    assert len(model["VpcConfig"]["Subnets"]) == 2
    assert len(model["VpcConfig"]["SecurityGroupIds"]) == 1


def test_a_challenger_and_a_shadow_exclude_each_other(template):
    (rule,) = template["Rules"].values()
    (assertion,) = rule["Assertions"]
    empty = [{"Fn::Equals": [{"Ref": f"{slot}ModelPackage"}, ""]} for slot in ("Challenger", "Shadow")]
    assert assertion["Assert"] == {"Fn::Or": empty}


def test_names_follow_every_property_and_the_version(synthesise, one):
    def prefixes(template):
        return [
            "".join(part for part in resource["Properties"][key]["Fn::Join"][1] if isinstance(part, str))
            for resource in template["Resources"].values()
            for key in ("ModelName", "EndpointConfigName")
            if resource["Type"] in ("AWS::SageMaker::Model", "AWS::SageMaker::EndpointConfig")
            and "Fn::Join" in resource["Properties"].get(key, {})
        ]

    dev = load_environment("dev")
    same = prefixes(synthesise(dev)[STACK])
    machines = dev.serving.champion.model_copy(update={"instances": 3})
    more = dev.model_copy(update={"serving": dev.serving.model_copy(update={"champion": machines})})
    changed = prefixes(synthesise(more)[STACK])
    assert all(re.fullmatch(r"dev-flight-delays-[0-9a-f]{6}-[cs]?", prefix) for prefix in same)
    assert [prefix[-1] for prefix in same] == ["-", "c", "s", "-"]
    assert changed[:3] == same[:3], "the models do not depend on the number of instances"
    assert changed[3] != same[3], "a configuration cannot change, so another one needs another name"


def test_the_configurations_name_holds_the_version_of_every_slot(one):
    parts = one("AWS::SageMaker::EndpointConfig")["Properties"]["EndpointConfigName"]["Fn::Join"][1]
    assert parts[1]["Fn::Select"][0] == 2
    letters = [part["Fn::If"][1]["Fn::Join"][1][0] for part in parts[2:]]
    assert (letters, [part["Fn::If"][2] for part in parts[2:]]) == (["c", "s"], ["", ""])


def test_no_name_is_too_long():
    # environment, use case, hash, versions of two slots: SageMaker's names have at most 63 characters
    assert len(f"{'e' * 15}-{'u' * 30}-abcdef-1234c1234") <= 63
    assert re.fullmatch(Environment.model_fields["name"].metadata[0].pattern, "e" * 15)
    assert not re.fullmatch(Environment.model_fields["name"].metadata[0].pattern, "e" * 16)


def test_the_configuration_records_requests_under_keys(one, plain, template):
    config = one("AWS::SageMaker::EndpointConfig")["Properties"]
    dev = load_environment("dev")
    variant, second = config["ProductionVariants"]
    assert variant["VariantName"] == "champion"
    assert variant["InstanceType"] == dev.serving.champion.instance_type
    assert variant["InitialInstanceCount"] == dev.serving.champion.instances
    condition, challenger, nothing = second["Fn::If"]
    assert (challenger["VariantName"], challenger["InitialVariantWeight"]) == ("challenger", 0)
    assert nothing == {"Ref": "AWS::NoValue"}
    shadows = config["ShadowProductionVariants"]["Fn::If"]
    assert (shadows[1][0]["VariantName"], shadows[2]) == ("shadow", {"Ref": "AWS::NoValue"})
    assert {condition, shadows[0]} == {filled(template, "challenger"), filled(template, "shadow")}
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


def test_the_parameters_reach_nothing_that_the_release_role_may_not_change(template):
    changed = {"AWS::SageMaker::Model", "AWS::SageMaker::EndpointConfig"}
    for logical, resource in template["Resources"].items():
        mentions = 'ModelPackage"}' in json.dumps(resource)
        assert mentions == (resource["Type"] in changed), logical


def deployment(template):
    (endpoint,) = (one for one in template["Resources"].values() if one["Type"] == "AWS::SageMaker::Endpoint")
    condition, guarded, at_once = endpoint["Properties"]["DeploymentConfig"]["Fn::If"]
    assert template["Conditions"][condition] == {"Fn::Equals": [{"Ref": "TrafficShift"}, "guarded"]}
    return guarded, at_once


def test_alarms_guard_another_model_and_nothing_stops_the_way_back(templates):
    guarded, at_once = deployment(templates["prod-flight-delays-serving"])
    routing = guarded["BlueGreenUpdatePolicy"]["TrafficRoutingConfiguration"]
    assert routing["Type"] == "CANARY"
    assert routing["CanarySize"] == {"Type": "CAPACITY_PERCENT", "Value": 10}
    assert guarded["BlueGreenUpdatePolicy"]["TerminationWaitInSeconds"] == 600
    alarms = guarded["AutoRollbackConfiguration"]["Alarms"]
    assert ["AlarmName" in alarm for alarm in alarms] == [True, True, False, False]
    assert all(alarm["Fn::If"][2] == {"Ref": "AWS::NoValue"} for alarm in alarms[2:])
    assert at_once["BlueGreenUpdatePolicy"]["TrafficRoutingConfiguration"]["Type"] == "ALL_AT_ONCE"
    assert "AutoRollbackConfiguration" not in at_once


def test_a_shadow_is_watched_and_takes_no_traffic_back(template, one):
    watching = {
        name: resource["Properties"]["Dimensions"][1]["Value"]
        for name, resource in template["Resources"].items()
        if resource.get("Condition") == "ShadowFilled" and resource["Type"] == "AWS::CloudWatch::Alarm"
    }
    assert watching == {"ShadowAlarmsErrors": "shadow", "ShadowAlarmsLatency": "shadow"}
    assert "ShadowAlarms" not in json.dumps(one("AWS::SageMaker::Endpoint"))


def test_one_instance_moves_at_once_under_the_same_alarms(template):
    guarded, _ = deployment(template)
    assert guarded["BlueGreenUpdatePolicy"]["TrafficRoutingConfiguration"]["Type"] == "ALL_AT_ONCE"
    assert len(guarded["AutoRollbackConfiguration"]["Alarms"]) == 4


def test_linear_steps_take_as_long_as_they_are_many(synthesise):
    prod = load_environment("prod")
    shift = Shift(type="linear", percent=30, wait_minutes=5)
    changed = prod.model_copy(update={"serving": prod.serving.model_copy(update={"shift": shift})})
    policy = deployment(synthesise(changed)["prod-flight-delays-serving"])[0]["BlueGreenUpdatePolicy"]
    assert policy["TrafficRoutingConfiguration"]["LinearStepSize"]["Value"] == 30
    assert policy["MaximumExecutionTimeoutInSeconds"] == 3 * 300 + 600 + 3600


def test_a_use_case_can_have_machines_of_its_own(synthesise):
    dev = load_environment("dev")
    own = dev.serving.model_copy(update={"champion": dev.serving.champion.model_copy(update={"instances": 7})})
    text = json.dumps(synthesise(dev.model_copy(update={"serving_of": {"flight_delays": own}}))[STACK])
    assert '"InitialInstanceCount": 7' in text
    assert '"InitialInstanceCount": 1' not in text


def test_everything_is_tagged(template):
    for logical, resource in template["Resources"].items():
        if "Tags" not in resource.get("Properties", {}):
            continue
        tags = {tag["Key"]: tag["Value"] for tag in resource["Properties"]["Tags"]}
        assert tags["ml-loop:environment"] == "dev", logical
        assert tags["ml-loop:use-case"] == "flight-delays", logical
