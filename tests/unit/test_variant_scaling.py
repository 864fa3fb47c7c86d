"""Scaling in the serving stack: a target and a policy for each production variant, while there is one."""

import json

import pytest

from config import load_environment

STACK = "prod-flight-delays-serving"


@pytest.fixture(scope="module")
def template(templates):
    return templates[STACK]


def of_type(template, kind):
    found = template["Resources"].items()
    return {name: one for name, one in found if one["Type"] == f"AWS::ApplicationAutoScaling::{kind}"}


def test_each_production_variant_scales_while_its_slot_is_filled(template):
    targets = of_type(template, "ScalableTarget").values()
    by_id = {one["Properties"]["ResourceId"]: one for one in targets}
    assert set(by_id) == {f"endpoint/prod-flight-delays/variant/{slot}" for slot in ("champion", "challenger")}
    conditions = {name.rpartition("/")[2]: template["Conditions"][one["Condition"]] for name, one in by_id.items()}
    assert conditions["champion"] == {"Fn::Not": [{"Fn::Equals": [{"Ref": "ChampionModelPackage"}, ""]}]}
    # The endpoint is there with the champion only.
    empty = [{"Fn::Equals": [{"Ref": f"{slot}ModelPackage"}, ""]} for slot in ("Champion", "Challenger")]
    assert conditions["challenger"] == {"Fn::Not": [{"Fn::Or": empty}]}


def test_a_target_comes_after_the_endpoint_and_goes_before_it(template):
    (endpoint,) = (name for name, one in template["Resources"].items() if one["Type"] == "AWS::SageMaker::Endpoint")
    for target in of_type(template, "ScalableTarget").values():
        assert target["DependsOn"] == [endpoint]
        # A deployment would reset what the release function suspends; without a role the service has its own.
        assert not {"SuspendedState", "RoleARN"} & set(target["Properties"])


def test_numbers_are_those_of_the_environment(template):
    scaling = load_environment("prod").serving.scaling
    assert scaling
    for target in of_type(template, "ScalableTarget").values():
        properties = target["Properties"]
        assert (properties["MinCapacity"], properties["MaxCapacity"]) == (scaling.min, scaling.max)
        assert [
            (one["Schedule"], one["Timezone"], one["ScalableTargetAction"]) for one in properties["ScheduledActions"]
        ] == [(one.cron, one.time_zone, {"MinCapacity": one.min, "MaxCapacity": one.max}) for one in scaling.schedule]
    for policy in of_type(template, "ScalingPolicy").values():
        assert policy["Properties"]["TargetTrackingScalingPolicyConfiguration"] == {
            "PredefinedMetricSpecification": {"PredefinedMetricType": "SageMakerVariantInvocationsPerInstance"},
            "TargetValue": scaling.invocations_per_instance,
            "ScaleInCooldown": scaling.scale_in_cooldown_seconds,
            "ScaleOutCooldown": scaling.scale_out_cooldown_seconds,
        }


def test_each_policy_is_of_the_target_of_its_own_slot(template):
    targets, policies = of_type(template, "ScalableTarget"), of_type(template, "ScalingPolicy")
    assert len(targets) == len(policies) == 2
    for policy in policies.values():
        target = targets[policy["Properties"]["ScalingTargetId"]["Ref"]]
        slot = target["Properties"]["ResourceId"].rpartition("/")[2]
        assert policy["Properties"]["PolicyName"] == f"prod-flight-delays-{slot}-invocations"
        assert policy["Condition"] == target["Condition"]


def test_the_release_function_is_told_that_there_is_scaling(template, templates):
    assert template["Outputs"]["ScaledVariants"]["Value"] == "champion,challenger"
    assert "ScaledVariants" not in templates["dev-flight-delays-serving"]["Outputs"]


def test_functions_inside_the_network_reach_the_service_where_something_scales(templates, plain):
    def services(environment):
        resources = templates[f"{environment}-network"]["Resources"].values()
        found = [plain(one["Properties"]["ServiceName"]) for one in resources if one["Type"] == "AWS::EC2::VPCEndpoint"]
        return [name for name in found if "application-autoscaling" in name]

    assert services("prod") == ["com.amazonaws.ap-northeast-1.application-autoscaling"]
    assert services("staging") == []


def test_without_scaling_there_is_none(templates):
    for stack in ("dev-flight-delays-serving", "dev-control", "local-flight-delays-serving"):
        text = json.dumps(templates[stack])
        assert "ApplicationAutoScaling" not in text
        assert "application-autoscaling" not in text
