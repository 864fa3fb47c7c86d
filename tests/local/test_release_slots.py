"""A second model beside the champion: filled, weighed, promoted, withdrawn and rolled back, while requests come in."""

import os
import subprocess
import sys
from collections.abc import Iterator

import pytest

from local_cloud import clients
from tests.local.endpoints_kit import steady_load, until
from tests.local.release_kit import GROUP, Platform, deployed

pytestmark = pytest.mark.flow


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    with deployed(tmp_path_factory, "release-slots") as platform:
        yield platform


def ops(platform: Platform, *words: str) -> str:
    command = [sys.executable, "-m", "ops", "release", words[0], "local", "flight_delays", *words[1:]]
    environment = {**clients.environment(platform.cloud.port), "COLUMNS": "200", "PATH": os.environ["PATH"]}
    done = subprocess.run(command, cwd=clients.ROOT, env=environment, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def weights(platform: Platform) -> dict[str, float]:
    endpoint = platform.sagemaker.describe_endpoint(EndpointName=GROUP)
    return {variant["VariantName"]: variant["CurrentWeight"] for variant in endpoint["ProductionVariants"]}


def counts(platform: Platform) -> dict[str, int]:
    endpoint = platform.sagemaker.describe_endpoint(EndpointName=GROUP)
    return {variant["VariantName"]: variant["CurrentInstanceCount"] for variant in endpoint["ProductionVariants"]}


def test_a_challenger_from_approval_to_rollback_loses_no_request(platform: Platform) -> None:
    first, second = platform.register(), platform.register()
    ops(platform, "approve", "1")
    platform.settled(first, after=0)
    with steady_load(platform.cloud.port, GROUP, threads=2, pause=0.01) as load:
        foreseen = ops(platform, "approve", "2", "--as", "challenger", "--dry-run")
        assert "challenger: empty -> version 2 (approval), traffic moves at once" in foreseen
        ops(platform, "approve", "2", "--as", "challenger", "--reason", "trained with May")
        record = platform.settled(second, after=1)
        assert (record["slot"], record["result"], record["why"]) == ("challenger", "succeeded", "trained with May")
        assert weights(platform) == {"champion": 1.0, "challenger": 0.0}
        assert set(load.pairs) == {("champion", "v1")}

        # A share of the requests, and an instance more, which a deployment of the same code leaves alone.
        wish = [
            {"VariantName": "champion", "DesiredWeight": 3.0, "DesiredInstanceCount": 3},
            {"VariantName": "challenger", "DesiredWeight": 1.0},
        ]
        platform.sagemaker.update_endpoint_weights_and_capacities(EndpointName=GROUP, DesiredWeightsAndCapacities=wish)
        until(lambda: load.pairs["challenger", "v2"] > 20)
        platform.cdk.deploy()
        diff = platform.diff()
        assert diff.returncode == 0, diff.stdout + diff.stderr
        assert weights(platform) == {"champion": 3.0, "challenger": 1.0}
        assert counts(platform) == {"champion": 3, "challenger": 2}

        # Both slots hold the model for a while; then its old one is empty.
        foreseen = ops(platform, "promote", "--dry-run")
        assert "champion: version 1 -> version 2 (promotion), traffic moves as the environment's file says" in foreseen
        assert "challenger: version 2 -> empty (promotion), traffic moves at once" in foreseen
        ops(platform, "promote", "--reason", "better by the experiment")
        record = platform.settled("", after=3)
        assert (record["slot"], record["before"], record["why"]) == ("challenger", second, "better by the experiment")
        assert (weights(platform), counts(platform)) == ({"champion": 3.0}, {"champion": 3})
        before = sum(load.pairs.values())
        until(lambda: sum(load.pairs.values()) > before + 20)

        # The champion is rejected: the first model is back, at once.
        assert "champion: version 2 -> version 1 (rollback)" in ops(platform, "rollback", "--dry-run")
        ops(platform, "rollback", "--reason", "it forgets holidays")
        record = platform.settled(first, after=4)
        assert (record["reason"], record["result"], record["why"]) == ("rollback", "succeeded", "it forgets holidays")
        models = load.pairs["champion", "v1"]
        until(lambda: load.pairs["champion", "v1"] > models + 20)
    assert load.errors == []
    assert set(load.pairs) == {("champion", "v1"), ("challenger", "v2"), ("champion", "v2")}
    said = ops(platform, "history")
    assert [line.partition(")")[0] for line in said.splitlines()] == ["(5", "(4", "(3", "(2", "(1"]
    assert "champion version 2 -> version 1, rollback, succeeded" in said.splitlines()[0]


def test_a_shadow_gets_copies_and_gives_way_to_a_challenger(platform: Platform) -> None:
    third, fourth = platform.register(), platform.register()
    ops(platform, "approve", "3", "--as", "shadow")
    platform.settled(third, after=5)
    described = platform.sagemaker.describe_endpoint(EndpointName=GROUP)
    assert [variant["VariantName"] for variant in described["ShadowProductionVariants"]] == ["shadow"]
    assert "live: shadow" in ops(platform, "status")
    ops(platform, "approve", "4", "--as", "challenger")
    record = platform.settled(fourth, after=6)
    assert (record["slot"], record["result"]) == ("challenger", "succeeded")
    assert "ShadowProductionVariants" not in platform.sagemaker.describe_endpoint(EndpointName=GROUP)
    with steady_load(platform.cloud.port, GROUP, threads=2, pause=0.01) as load:
        wish = [{"VariantName": "challenger", "DesiredWeight": 1.0}]
        platform.sagemaker.update_endpoint_weights_and_capacities(EndpointName=GROUP, DesiredWeightsAndCapacities=wish)
        until(lambda: load.pairs["challenger", "v4"] > 20)
        # It has a quarter of the requests as it goes, and each of them is answered.
        ops(platform, "withdraw")
        until(lambda: weights(platform) == {"champion": 3.0} or None, 60)
        # Nothing stands in the shadow's way any more.
        record = platform.settled(third, after=8)
        assert (record["slot"], record["result"]) == ("shadow", "succeeded")
    assert load.errors == []
    assert set(load.pairs) == {("champion", "v1"), ("challenger", "v4")}


def test_a_release_waits_until_the_endpoint_is_at_rest(platform: Platform) -> None:
    """SageMaker would refuse its update; what changes the endpoint here is a person, on AWS mostly scaling."""
    before = len(platform.records())
    endpoint = platform.sagemaker.describe_endpoint(EndpointName=GROUP)
    size = {"Type": "CAPACITY_PERCENT", "Value": 50}
    routing = {"Type": "CANARY", "CanarySize": size, "WaitIntervalInSeconds": 720}  # twelve seconds here
    platform.sagemaker.update_endpoint(
        EndpointName=GROUP,
        EndpointConfigName=endpoint["EndpointConfigName"],
        RetainAllVariantProperties=True,
        DeploymentConfig={"BlueGreenUpdatePolicy": {"TrafficRoutingConfiguration": routing}},
    )
    fifth = platform.register()
    ops(platform, "approve", "5", "--reason", "trained with June")
    until(lambda: len(platform.records()) > before)
    assert platform.sagemaker.describe_endpoint(EndpointName=GROUP)["EndpointStatus"] == "Updating"
    assert platform.serving_status() == "UPDATE_COMPLETE"
    assert platform.settled(fifth, after=before)["result"] == "succeeded"
    assert len(platform.records()) == before + 1
    assert "v5" in platform.answer()
