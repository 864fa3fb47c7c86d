"""A deployed endpoint becomes one of instances, and serverless again, as docs/runbooks/release.md says."""

import shutil
import subprocess
from collections.abc import Iterator

import pytest
import yaml

from local_cloud import clients
from ops.demo.cdk import CDK, Cdk
from ops.target import OperationError
from tests.local.held_out import NAME, SERVERLESS
from tests.local.release_kit import Platform, deployed, repository

pytestmark = pytest.mark.flow

SIZE = {"MemorySizeInMB": 3072, "MaxConcurrency": 2, "ProvisionedConcurrency": 1}
AWAY = ("--parameters", "ChampionModelPackage=")


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    with deployed(tmp_path_factory, "serverless-change", NAME) as platform:
        yield platform


@pytest.fixture(scope="module")
def kinds(platform: Platform, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Cdk]:
    """Return the environment as it is deployed, and as it would be with instances."""
    made = {}
    for kind in ("serverless", "instances"):
        root = tmp_path_factory.mktemp(kind) / "repository"
        shutil.copytree(repository(tmp_path_factory), root, symlinks=True)
        file = root / "environments" / "local.yaml"
        environment = yaml.safe_load(file.read_text())
        assert environment["serving_of"][NAME]["serverless"] == SERVERLESS
        if kind == "instances":
            del environment["serving_of"]
        file.write_text(yaml.safe_dump(environment))
        folder = tmp_path_factory.mktemp(f"{kind}-assembly")
        made[kind] = Cdk(clients.environment(platform.cloud.port), folder, root)
        made[kind].prepare("local", clients.ACCOUNT, clients.REGION)
    return made


def deploy(cdk: Cdk, platform: Platform, stack: str, *options: str) -> None:
    """Deploy one stack of an assembly, as a person would."""
    path = {"security": "Local/Security", "serving": f"Local/{NAME.title().replace('_', '')}Serving"}[stack]
    cdk._run("deploy", "--app", str(cdk.assembly), path, "--exclusively", "--require-approval", "never", *options)


def change(cdk: Cdk, platform: Platform) -> None:
    """What the runbook says."""
    deploy(cdk, platform, "security")
    deploy(cdk, platform, "serving", *AWAY)


def variant(platform: Platform) -> dict[str, object]:
    endpoint = platform.sagemaker.describe_endpoint(EndpointName=platform.group)
    assert endpoint["EndpointStatus"] == "InService"
    [found] = endpoint["ProductionVariants"]
    return dict(found)


def test_an_endpoint_goes_from_serverless_to_instances_and_back(platform: Platform, kinds: dict[str, Cdk]) -> None:
    first = platform.register(sample=b"1")
    platform.decide(first, "Approved")
    record = platform.settled(first, after=0)
    assert (record["result"], record["kind"]) == ("succeeded", "serverless"), record
    assert variant(platform)["CurrentServerlessConfig"] == SIZE

    # Away with it; the function makes it anew, and asks the model that has served: it starts in another way now.
    change(kinds["instances"], platform)
    record = platform.settled(first, after=1)
    assert (record["result"], record["kind"], record["before"]) == ("succeeded", "instances", ""), record
    assert record["detail"].endswith("; it answered its sample record")
    assert variant(platform)["CurrentInstanceCount"] == 2
    assert "v1" in platform.answer()

    # In place SageMaker refuses; the stack goes back, and what served serves on.
    deploy(kinds["serverless"], platform, "security")
    with pytest.raises(OperationError, match="cannot be updated to a serverless one"):
        deploy(kinds["serverless"], platform, "serving")
    assert platform.serving_status() == "UPDATE_ROLLBACK_COMPLETE"
    assert variant(platform)["CurrentInstanceCount"] == 2
    assert "v1" in platform.answer()
    assert len(platform.records()) == 2

    # As the runbook says it goes.
    change(kinds["serverless"], platform)
    record = platform.settled(first, after=2)
    assert (record["result"], record["kind"]) == ("succeeded", "serverless"), record
    assert "it has served since it was approved, so it was not asked" in record["detail"]
    assert variant(platform)["CurrentServerlessConfig"] == SIZE
    assert "v1" in platform.answer()  # a container is kept ready, so it need not be waited for


def test_the_code_and_the_cloud_agree_afterwards(platform: Platform, kinds: dict[str, Cdk]) -> None:
    diff = subprocess.run(
        [str(CDK), "diff", "--app", str(kinds["serverless"].assembly), "Local/*", "--fail"],
        cwd=clients.ROOT,
        env=clients.environment(platform.cloud.port),
        capture_output=True,
        text=True,
        check=False,
    )
    assert diff.returncode == 0, diff.stdout + diff.stderr
