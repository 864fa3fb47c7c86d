"""Releases to an endpoint that scales: scaling in is held meanwhile, and a variant is deregistered before it goes."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml

from local_cloud import clients
from ops.demo.cdk import Cdk
from shared.slots import meaning
from tests.local import held_out
from tests.local.endpoints_kit import until
from tests.local.release_kit import GROUP, Platform, deployed

pytestmark = pytest.mark.flow

BOUNDS = {"min": 2, "max": 4, "invocations_per_instance": 600}


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    with deployed(tmp_path_factory, "release-scaling") as platform:
        source = held_out.copied(tmp_path_factory.mktemp("scaled") / "repository")
        scale(source / "environments/local.yaml")
        cdk = Cdk(clients.environment(platform.cloud.port), platform.cdk.folder, source)
        cdk.prepare("local", clients.ACCOUNT, clients.REGION, "flight_delays")
        cdk.deploy()
        yield platform


def scale(file: Path) -> None:
    """Let an environment's endpoints scale; burstable instances cannot."""
    environment = yaml.safe_load(file.read_text())
    environment["serving"] |= {"champion": {"instance_type": "ml.m5.large", "instances": 2}, "scaling": BOUNDS}
    file.write_text(yaml.safe_dump(environment))


def held(platform: Platform) -> dict[str, bool]:
    """Return the registered variants, and whether scaling in is suspended."""
    scaling = platform.cloud.client("application-autoscaling")
    found = scaling.describe_scalable_targets(ServiceNamespace="sagemaker")["ScalableTargets"]
    return {
        target["ResourceId"].removeprefix(f"endpoint/{GROUP}/variant/"): target["SuspendedState"][
            "DynamicScalingInSuspended"
        ]
        for target in found
    }


def at_rest(platform: Platform, wanted: dict[str, bool]) -> None:
    # The attempt is closed a moment before scaling goes on.
    until(lambda: held(platform) == wanted, 20, f"{wanted}, found {held(platform)}")


def test_scaling_in_is_held_by_a_release_and_ends_before_its_variant(platform: Platform) -> None:
    first, second, third = (platform.register() for _ in range(3))
    platform.decide(first, "Approved")
    assert platform.settled(first, after=0)["result"] == "succeeded"
    at_rest(platform, {"champion": False})

    platform.sagemaker.update_model_package(
        ModelPackageArn=second,
        ModelApprovalStatus="Approved",
        CustomerMetadataProperties=meaning("challenger", datetime.now(UTC)),
    )
    assert platform.settled(second, after=1)["result"] == "succeeded"
    at_rest(platform, {"champion": False, "challenger": False})

    # Another champion, in parts: both variants are held until it has ended.
    platform.decide(third, "Approved")
    until(lambda: held(platform) == {"champion": True, "challenger": True}, 30, "scaling in that is held")
    assert platform.settled(third, after=2)["result"] == "succeeded"
    at_rest(platform, {"champion": False, "challenger": False})

    platform.decide(second, "Rejected")
    record = platform.settled("", after=3)
    assert (record["slot"], record["result"]) == ("challenger", "succeeded"), record
    at_rest(platform, {"champion": False})
    assert platform.serving_status() == "UPDATE_COMPLETE"
