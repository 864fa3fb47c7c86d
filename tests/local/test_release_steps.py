"""A deployment fails at each of its steps while requests come in: the old model answers all of them, the alarm tells,
and once the cause is mended the same release is run again and serves.
"""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest

from local_cloud import settings
from shared.slots import meaning
from tests.local.endpoints_kit import BROKEN, ECHO, Load, archive, steady_load, until
from tests.local.release_kit import GROUP, PREFIX, SERVING, Platform, deployed

pytestmark = pytest.mark.flow

SPEED = "1500"  # 15 periods of 5 minutes are 3 seconds
# It loads, so its ping is answered.
ANSWERS_ERRORS = """
def model_fn(model_dir):
    return None

def transform_fn(model, body, content_type, accept):
    raise RuntimeError("no model for this")
"""
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
    fails_then_serves(platform, load, package, lambda: rewritten(platform, package), "did not stabilize")


def rewritten(platform: Platform, package: str) -> None:
    body = archive({"name.txt": name(package), "code/inference.py": ECHO})
    key = f"{PREFIX}/{name(package)}/model.tar.gz"
    platform.cloud.client("s3").put_object(Bucket=platform.models, Key=key, Body=body)


def test_a_challenger_that_comes_up_and_answers_with_an_error(platform: Platform, load: Load) -> None:
    package = platform.register(ANSWERS_ERRORS, sample=b"1")
    platform.sagemaker.update_model_package(
        ModelPackageArn=package, CustomerMetadataProperties=meaning("challenger", datetime.now(UTC))
    )
    champion, sent = platform.champion(), load.total
    load.pairs.clear()
    until(lambda: platform.alarm_state(SERVING, "ReleasesReleaseFailed") == "OK")
    record = released(platform, package)
    assert (record["slot"], record["result"]) == ("challenger", "failed"), record
    assert record["detail"] == "the challenger answers its sample record with an error: Internal Server Error"
    withdrawal = platform.settled("", after=int(record["number"]))
    assert (withdrawal["before"], withdrawal["why"]) == (package, f"it failed: {record['detail']}")
    assert platform.told("ReleaseFailed")["NewStateValue"] == "ALARM"
    until(lambda: load.total > sent + 20)
    # The request that failed was none of the callers'.
    assert (set(load.pairs), load.errors) == ({("champion", name(champion))}, [])

    again(platform, package, lambda: rewritten(platform, package))
    newest = platform.records()[-1]
    assert newest["detail"].endswith("; it answered its sample record"), newest
    assert (set(load.pairs), load.errors) == ({("champion", name(champion))}, [])


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
