"""A deployment fails at each of its steps while requests come in: the old model answers all of them, the alarm tells,
and once the cause is mended the same release is run again and serves.
"""

import json
from collections.abc import Callable, Iterator

import pytest

from local_cloud import settings
from tests.local.endpoints_kit import BROKEN, ECHO, Load, archive, steady_load, until
from tests.local.release_kit import GROUP, PREFIX, SERVING, Platform, deployed

SPEED = "1500"  # 15 periods of 5 minutes are 3 seconds
RELEASE_ROLE = "local-flight-delays-release"
Mend = Callable[[], object]


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv(settings.ALARM_SPEED, SPEED)
        with deployed(tmp_path_factory, "release-steps") as platform:
            platform.listen()
            yield platform


@pytest.fixture(scope="module")
def load(platform: Platform) -> Iterator[Load]:
    first = platform.register()
    # The very first release fails as well: nothing answers, and then it does.
    mend = without(platform, RELEASE_ROLE, "sagemaker:CreateEndpoint")
    record = released(platform, first)
    assert (record["result"], platform.champion()) == ("failed", ""), record
    assert platform.told("ReleaseFailed")["NewStateValue"] == "ALARM"
    again(platform, first, mend)
    with steady_load(platform.cloud.port, GROUP, threads=1) as load:
        yield load


def without(platform: Platform, role: str, action: str) -> Mend:
    """Take a permission away; return what gives it back."""
    iam = platform.cloud.client("iam")
    statement = {"Effect": "Deny", "Action": action, "Resource": "*"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    iam.put_role_policy(RoleName=role, PolicyName="broken", PolicyDocument=policy)
    return lambda: iam.delete_role_policy(RoleName=role, PolicyName="broken")


def released(platform: Platform, package: str) -> dict[str, str]:
    """Approve a package and return the record of its release."""
    before = len(platform.records())
    platform.decide(package, "Approved")
    return platform.settled(package, after=before)


def again(platform: Platform, package: str, mend: Mend) -> None:
    """Mend, and approve the package once more."""
    mend()
    record = released(platform, package)
    assert record["result"] == "succeeded", record


def name(package: str) -> str:
    return f"v{package.rpartition('/')[2]}"


@pytest.mark.parametrize("action", ["CreateModel", "CreateEndpointConfig", "UpdateEndpoint"])
def test_a_step_that_is_refused(platform: Platform, load: Load, action: str) -> None:
    package = platform.register()
    mend = without(platform, RELEASE_ROLE, f"sagemaker:{action}")
    fails_then_serves(platform, load, package, mend, f"sagemaker:{action}")


def test_a_container_that_fails_its_ping(platform: Platform, load: Load) -> None:
    package = platform.register(BROKEN)

    def mend() -> None:
        body = archive({"name.txt": name(package), "code/inference.py": ECHO})
        key = f"{PREFIX}/{name(package)}/model.tar.gz"
        platform.cloud.client("s3").put_object(Bucket=platform.models, Key=key, Body=body)

    fails_then_serves(platform, load, package, mend, "did not stabilize")


def fails_then_serves(platform: Platform, load: Load, package: str, mend: Mend, cause: str) -> None:
    before, sent = platform.champion(), load.total
    load.models.clear()
    until(lambda: platform.alarm_state(SERVING, "ReleasesReleaseFailed") == "OK")
    record = released(platform, package)
    assert (record["result"], record["before"]) == ("failed", before), record
    assert cause in record["detail"]
    assert platform.champion() == before
    until(lambda: load.total > sent + 20)
    assert (set(load.models), load.errors) == ({name(before)}, [])
    assert platform.told("ReleaseFailed")["NewStateValue"] == "ALARM"
    again(platform, package, mend)
    until(lambda: load.models[name(package)] > 20)
    assert load.errors == []
