"""Scaling of endpoints through Application Auto Scaling's API, whose service model checks every request."""

from release.scaling import Scaling
from tests.unit.release_stub_kit import stubbed

DIMENSION = "sagemaker:variant:DesiredInstanceCount"
OTHERS = {"DynamicScalingOutSuspended": True, "ScheduledScalingSuspended": False}


def resource(variant: str) -> str:
    return f"endpoint/dev-flight-delays/variant/{variant}"


def target(variant: str, **suspended: bool):
    return {
        "ServiceNamespace": "sagemaker",
        "ResourceId": resource(variant),
        "ScalableDimension": DIMENSION,
        "MinCapacity": 2,
        "MaxCapacity": 4,
        "RoleARN": "arn:aws:iam::111122223333:role/aws-service-role/x",
        "CreationTime": 0,
        "SuspendedState": {"DynamicScalingInSuspended": False} | OTHERS | suspended,
    }


def asked(*variants: str):
    names = [resource(variant) for variant in variants]
    return {"ServiceNamespace": "sagemaker", "ResourceIds": names, "ScalableDimension": DIMENSION}


def scaling(client) -> Scaling:
    return Scaling(lambda: client, "dev")


def test_the_variants_are_those_that_are_registered():
    with stubbed("application-autoscaling") as (client, stubber):
        found = [target("champion"), target("challenger", DynamicScalingInSuspended=True)]
        stubber.add_response("describe_scalable_targets", {"ScalableTargets": found}, asked("champion", "challenger"))
        assert scaling(client).variants("flight-delays") == {"champion": False, "challenger": True}


def test_holding_leaves_bounds_and_what_else_is_suspended_alone():
    for held in (True, False):
        with stubbed("application-autoscaling") as (client, stubber):
            found = [target("champion", DynamicScalingInSuspended=not held)]
            stubber.add_response("describe_scalable_targets", {"ScalableTargets": found}, asked("champion"))
            wanted = {
                "ServiceNamespace": "sagemaker",
                "ResourceId": resource("champion"),
                "ScalableDimension": DIMENSION,
                "SuspendedState": {"DynamicScalingInSuspended": held} | OTHERS,
            }
            stubber.add_response("register_scalable_target", {}, wanted)
            scaling(client).hold("flight-delays", "champion", held=held)


def test_what_is_not_registered_is_not_registered_by_holding_it():
    with stubbed("application-autoscaling") as (client, stubber):
        stubber.add_response("describe_scalable_targets", {"ScalableTargets": []}, asked("challenger"))
        scaling(client).hold("flight-delays", "challenger", held=True)


def test_deregistering_twice_is_well():
    with stubbed("application-autoscaling") as (client, stubber):
        named = {"ServiceNamespace": "sagemaker", "ResourceId": resource("challenger"), "ScalableDimension": DIMENSION}
        stubber.add_response("deregister_scalable_target", {}, named)
        stubber.add_client_error("deregister_scalable_target", "ObjectNotFoundException", expected_params=named)
        for _ in range(2):
            scaling(client).deregister("flight-delays", "challenger")
