"""Requests under weights, updates and changes: shared as asked, and none dropped."""

import math
import time
from collections.abc import Callable
from typing import Any

import pytest

from tests.local.endpoints_kit import BROKEN, Kit, steady_load, until


@pytest.fixture(scope="module")
def kit(local_cloud: Any, client: Callable[..., Any]) -> Kit:
    return Kit(client, local_cloud.port, "traffic")


def assert_share(count: int, total: int, share: float) -> None:
    """Five standard errors: a right router fails once in two million runs."""
    error = math.sqrt(share * (1 - share) / total)
    assert abs(count / total - share) < 5 * error, f"{count} of {total}, expected a share of {share}"


def test_weights_updates_and_failures_under_load(kit: Kit) -> None:
    old, other, new, broken = (
        kit.make_echo("old"), kit.make_echo("other"), kit.make_echo("new"), kit.make_echo("broken", BROKEN),
    )  # fmt: skip
    endpoint = kit.make_endpoint("load", kit.make_config("both", {"champion": (old, 3), "challenger": (other, 1)}))
    only_new = kit.make_config("new", {"champion": (new, 1)})
    with steady_load(kit.port, endpoint) as load:
        until(lambda: load.total >= 5000, seconds=120)
        assert_share(load.variants["challenger"], load.total, 0.25)

        weights = [{"VariantName": "champion", "DesiredWeight": 1}, {"VariantName": "challenger", "DesiredWeight": 3}]
        kit.sagemaker.update_endpoint_weights_and_capacities(EndpointName=endpoint, DesiredWeightsAndCapacities=weights)
        described = kit.settled(endpoint)
        assert [variant["CurrentWeight"] for variant in described["ProductionVariants"]] == [1, 3]
        before, total = load.variants["challenger"], load.total
        until(lambda: load.total >= total + 2000, seconds=120)
        assert_share(load.variants["challenger"] - before, load.total - total, 0.75)

        failing = kit.make_config("failing", {"champion": (new, 1), "challenger": (broken, 1)})
        kit.sagemaker.update_endpoint(EndpointName=endpoint, EndpointConfigName=failing)
        described = kit.settled(endpoint)
        assert described["EndpointStatus"] == "InService"
        assert described["EndpointConfigName"] == "traffic-both"
        assert "production variant challenger did not pass the ping health check" in described["FailureReason"]
        assert load.models["new"] == 0

        kit.sagemaker.update_endpoint(EndpointName=endpoint, EndpointConfigName=only_new)
        described = kit.settled(endpoint)
        assert described["EndpointConfigName"] == only_new
        assert "FailureReason" not in described
        served = load.models["new"]
        until(lambda: load.models["new"] > served + 200)
    assert load.errors == []
    assert set(load.variants) == {"champion", "challenger"}
    assert set(load.models) == {"old", "other", "new"}
    assert kit.ask(endpoint)[0]["model"] == "new"
    kit.delete(endpoint)


def test_a_request_in_flight_is_answered_by_the_model_that_got_it(kit: Kit) -> None:
    slow, next_ = kit.make_echo("slow"), kit.make_echo("next")
    endpoint = kit.make_endpoint("slow", kit.make_config("slow", {"champion": (slow, 1)}))
    config = kit.make_config("next", {"champion": (next_, 1)})
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(1) as pool:
        started = time.monotonic()
        answer = pool.submit(kit.ask, endpoint, "sleep 6000")
        kit.sagemaker.update_endpoint(EndpointName=endpoint, EndpointConfigName=config)
        kit.settled(endpoint)
        moved = time.monotonic() - started
        assert kit.ask(endpoint)[0]["model"] == "next"
        assert answer.result()[0]["model"] == "slow"
    assert moved < 6, "the update was over only after the slow request: nothing was in flight while it happened"
    kit.delete(endpoint)


def test_a_canary_gets_its_share_before_it_gets_all(kit: Kit) -> None:
    blue, green = kit.make_echo("blue"), kit.make_echo("green")
    endpoint = kit.make_endpoint("canary", kit.make_config("blue", {"champion": (blue, 1)}))
    routing = {
        "Type": "CANARY",
        "CanarySize": {"Type": "CAPACITY_PERCENT", "Value": 20},
        "WaitIntervalInSeconds": 240,  # four seconds here
    }
    deployment = {"BlueGreenUpdatePolicy": {"TrafficRoutingConfiguration": routing}}
    config = kit.make_config("green", {"champion": (green, 1)})
    with steady_load(kit.port, endpoint, threads=2) as load:
        kit.sagemaker.update_endpoint(EndpointName=endpoint, EndpointConfigName=config, DeploymentConfig=deployment)
        until(lambda: load.models["green"] > 0)
        greens, total, started = load.models["green"], load.total, time.monotonic()
        until(lambda: time.monotonic() > started + 2.5)
        assert_share(load.models["green"] - greens, load.total - total, 0.2)
        described = kit.settled(endpoint)
        assert described["EndpointConfigName"] == config
        assert described["LastDeploymentConfig"] == deployment
        blues, total = load.models["blue"], load.total
        until(lambda: load.total > total + 100)
        assert load.models["blue"] <= blues + 2  # those that were on their way
    assert load.errors == []
    kit.delete(endpoint)


@pytest.mark.parametrize("kind", ["CANARY", "ALL_AT_ONCE"])
def test_an_alarm_takes_the_traffic_back(kit: Kit, kind: str) -> None:
    calm, alarming, name = f"calm-{kind[:3]}", f"alarming-{kind[:3]}", f"errors-{kind}"
    models = {each: kit.make_echo(each) for each in (calm, alarming)}
    before, config = (kit.make_config(each, {"champion": (models[each], 1)}) for each in (calm, alarming))
    endpoint = kit.make_endpoint(f"alarm-{kind[:3].lower()}", before)
    cloudwatch = kit.client("cloudwatch")
    cloudwatch.put_metric_alarm(
        AlarmName=name, Namespace="Tests", MetricName=name, Statistic="Sum", Period=60, EvaluationPeriods=1,
        Threshold=1, ComparisonOperator="GreaterThanThreshold", TreatMissingData="ignore",
    )  # fmt: skip
    routing: dict[str, Any] = {"Type": kind, "WaitIntervalInSeconds": 0}
    if kind == "CANARY":
        size = {"Type": "CAPACITY_PERCENT", "Value": 50}
        routing = {"Type": kind, "CanarySize": size, "WaitIntervalInSeconds": 1200}
    deployment = {
        "BlueGreenUpdatePolicy": {"TrafficRoutingConfiguration": routing, "TerminationWaitInSeconds": 1200},
        "AutoRollbackConfiguration": {"Alarms": [{"AlarmName": name}]},
    }
    with steady_load(kit.port, endpoint, threads=2) as load:
        kit.sagemaker.update_endpoint(EndpointName=endpoint, EndpointConfigName=config, DeploymentConfig=deployment)
        until(lambda: load.models[alarming] > 0)
        cloudwatch.set_alarm_state(AlarmName=name, StateValue="ALARM", StateReason="a test")
        described = kit.settled(endpoint)
    assert load.errors == []
    assert described["EndpointConfigName"] == before
    assert f"Alarms are in state ALARM: {name}" in described["FailureReason"]
    kit.delete(endpoint)


def test_a_shadow_gets_a_copy_and_never_answers(kit: Kit) -> None:
    shown, hidden = kit.make_echo("shown"), kit.make_echo("hidden")
    shadow = {
        "VariantName": "shadow", "ModelName": hidden, "InitialVariantWeight": 1, "InstanceType": "ml.t2.medium",
        "InitialInstanceCount": 1,
    }  # fmt: skip
    capture = {
        "InitialSamplingPercentage": 100, "DestinationS3Uri": f"s3://{kit.bucket}/shadowed",
        "CaptureOptions": [{"CaptureMode": "Output"}],
        "CaptureContentTypeHeader": {"JsonContentTypes": ["application/json"]},
    }  # fmt: skip
    config = kit.make_config(
        "shadow", {"champion": (shown, 1)}, ShadowProductionVariants=[shadow], DataCaptureConfig=capture
    )
    endpoint = kit.make_endpoint("shadow", config)
    for _ in range(20):
        answer, variant = kit.ask(endpoint)
        assert (answer["model"], variant) == ("shown", "champion")
    records = until(lambda: found if len(found := kit.captured(f"shadowed/{endpoint}/shadow/")) == 20 else None)
    for _, record in records:
        assert '"hidden"' in record["captureData"]["endpointOutput"]["data"]
        assert record["eventMetadata"]["invocationSource"] == "ShadowExperiment"
    kit.delete(endpoint)
