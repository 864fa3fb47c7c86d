"""The deployed assignment function: who is answered by whom, what is recorded, and what may be down."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from assignment_client import sticky
from tests.local.endpoints_kit import until
from tests.local.release_kit import GROUP, Platform, deployed

pytestmark = pytest.mark.flow

USERS = [f"user-{number}" for number in range(30)]
SHARE = 0.4


class Front:
    """The function, with champion and challenger behind it and users who keep their variant."""

    def __init__(self, platform: Platform) -> None:
        self.platform = platform
        self.functions = platform.cloud.client("lambda")
        self.name = platform.physical("local-control", "AWS::Lambda::Function", "Assignment")
        self.capture = platform.physical("local-data", "AWS::S3::Bucket", "Capture")
        # The repository's own use case draws by weight; one whose users keep a variant has this and nothing else other.
        self.set(ML_LOOP_USE_CASES='{"flight_delays": "sticky"}')

    def set(self, **variables: str) -> None:
        now = self.functions.get_function_configuration(FunctionName=self.name)["Environment"]["Variables"]
        self.functions.update_function_configuration(
            FunctionName=self.name, Environment={"Variables": {**now, **variables}}
        )

    def ask(self, **event: Any) -> dict[str, Any]:
        payload = json.dumps({"use_case": "flight_delays", **event}).encode()
        answer = self.functions.invoke(FunctionName=self.name, Payload=payload)
        said: dict[str, Any] = json.loads(answer["Payload"].read())
        assert "FunctionError" not in answer, said
        return said

    def kept(self, folder: str) -> list[dict[str, Any]]:
        """Return what the collector wrote there."""
        s3 = self.platform.cloud.client("s3")
        found = s3.list_objects_v2(Bucket=self.capture, Prefix=f"flight_delays/{folder}/").get("Contents", [])
        bodies = [s3.get_object(Bucket=self.capture, Key=item["Key"])["Body"].read() for item in found]
        return [json.loads(line) for body in bodies for line in body.splitlines()]


@pytest.fixture(scope="module")
def front(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Front]:
    with deployed(tmp_path_factory, "assignment") as platform:
        for number, slot in enumerate(("champion", "challenger")):
            package = platform.register()
            platform.sagemaker.update_model_package(
                ModelPackageArn=package, CustomerMetadataProperties={"ml-loop:slot": slot}
            )
            platform.decide(package, "Approved")
            platform.settled(package, after=number)
        weights = [("champion", 1 - SHARE), ("challenger", SHARE)]
        platform.sagemaker.update_endpoint_weights_and_capacities(
            EndpointName=GROUP,
            DesiredWeightsAndCapacities=[{"VariantName": name, "DesiredWeight": weight} for name, weight in weights],
        )
        waiter = platform.sagemaker.get_waiter("endpoint_in_service")
        waiter.wait(EndpointName=GROUP, WaiterConfig={"Delay": 1})
        yield Front(platform)


def ask(front: Front, user: str, name: str) -> dict[str, Any]:
    return front.ask(body="1", content_type="text/csv", user=user, inference_id=name)


def test_users_keep_the_variant_of_their_hash_and_each_exposure_is_kept(front: Front) -> None:
    first, again = ({user: ask(front, user, f"{user}-{time}")["variant"] for user in USERS} for time in (1, 2))
    assert first == again
    assert set(first.values()) == {"champion", "challenger"}
    exposures = until(lambda: found if len(found := front.kept("exposures")) >= 2 * len(USERS) else None, 60)
    assert {one["inference_id"]: one["answered"] for one in exposures} == {
        f"{user}-{time}": variant for user, variant in first.items() for time in (1, 2)
    }
    assert {one["share"] for one in exposures} == {SHARE}
    # Of a user the hash alone is kept, and it says which variant the user has.
    assert not {one["user"] for one in exposures} & set(USERS)
    assert all((sticky.point(one["user"]) < SHARE) == (one["assigned"] == "challenger") for one in exposures)


def test_an_outcome_becomes_ground_truth(front: Front) -> None:
    assert front.ask(inference_id="user-1-1", outcome=True) == {"inference_id": "user-1-1"}
    [kept] = until(lambda: front.kept("ground-truth"), 60)
    assert (kept["eventMetadata"]["eventId"], kept["groundTruthData"]["data"]) == ("user-1-1", "1")


def test_what_is_wrong_is_said(front: Front) -> None:
    said = front.ask(body="1", of="x")["error"]
    assert (said["code"], "of: found str" in said["message"]) == ("InvalidRequest", True)


def test_without_its_queue_it_answers_all_the_same(front: Front) -> None:
    known = ask(front, USERS[0], "before")["variant"]
    front.set(ML_LOOP_QUEUE_URL=f"http://127.0.0.1:{front.platform.cloud.port}/000000000000/gone")
    assert ask(front, USERS[0], "after")["variant"] == known
