"""AWS as a release needs it, in memory, behind botocore's own clients: requests and answers fit the service models.

Every call can be made to fail, before it has its effect or after it.
"""

from datetime import UTC, datetime, timedelta
from functools import partial
from types import SimpleNamespace
from typing import Any, Literal

from botocore import xform_name
from botocore.exceptions import ReadTimeoutError
from botocore.validate import validate_parameters

from tests.unit.release_scaling_kit import ScaledServing
from tests.unit.release_serving_kit import Members, RefusalError
from tests.unit.release_stub_kit import GROUP, NOW, SESSION

# How a call fails: AWS refuses it; it is done, but no answer comes; or none comes, and botocore asks again by itself.
Fault = Literal["refused", "answer lost", "asked twice"]

_CLIENTS: dict[str, Any] = {}  # by service: to make one takes longer than most tests
_OWNERS: dict[str, "Aws"] = {}  # of what a client is asked


class Aws(ScaledServing):
    """Registry, table of releases, stack and endpoint of one use case, their clients, and what was called.

    Attributes:
        calls: every operation that was called, in order.
        fault: index of a call -> how it fails, once.
        answered: the package that answered requests, before every call; None: nothing did.
    """

    def __init__(self) -> None:
        super().__init__()
        self.calls: list[str] = []
        self.fault: dict[int, Fault] = {}
        self.answered: list[str | None] = []
        self._approved: dict[str, datetime] = {}
        self._meant: dict[str, str] = {}
        self._records: dict[int, Members] = {}

    def approve(self, version: int, slot: str = "champion") -> str:
        """Approve a version, or approve it again; return its ARN."""
        arn = f"{GROUP}/{version}"
        self._approved[arn], self._meant[arn] = datetime.now(UTC), slot
        return arn

    def records(self) -> list[tuple[str, str]]:
        """Return package and result of every attempt, oldest first."""
        return [(item["package"]["S"], item["result"]["S"]) for _, item in sorted(self._records.items())]

    def detail(self, number: int) -> str:
        """Return how an attempt ended."""
        return str(self._records[number]["detail"]["S"])

    def why(self, number: int) -> str:
        """Return why an attempt was made."""
        return f"{self._records[number]['reason']['S']}: {self._records[number]['why']['S']}"

    def forget(self) -> None:
        """Count calls from here on."""
        self.calls, self.answered = [], []

    def client(self, service: str) -> Any:
        """Return a client, as `shared.clients.client` does."""
        _OWNERS[service] = self
        if service not in _CLIENTS:
            made: Any = SESSION.create_client(
                service, region_name="ap-northeast-1", aws_access_key_id="a", aws_secret_access_key="b"
            )
            made.meta.events.register("before-parameter-build.*.*", _remember)
            made.meta.events.register("before-call.*.*", partial(_call, service))
            _CLIENTS[service] = made
        return _CLIENTS[service]

    def _call(self, model: Any, context: Members, **_: Any) -> tuple[Any, Members]:
        fault = self.fault.pop(len(self.calls), None)
        self.calls.append(model.name)
        self.answered.append(self.answers_with())
        if fault == "refused":
            return _refused(RefusalError("AccessDeniedException", "not now"))
        try:
            answer = self._do(model, context["asked"])
            if fault == "asked twice":
                answer = self._do(model, context["asked"])
        except RefusalError as refusal:
            return _refused(refusal)
        if fault == "answer lost":
            raise ReadTimeoutError(endpoint_url=f"https://{model.name}")
        return SimpleNamespace(status_code=200), {**answer, "ResponseMetadata": {"HTTPStatusCode": 200}}

    def _do(self, model: Any, asked: Members) -> Members:
        answer: Members = getattr(self, xform_name(model.name))(asked)
        validate_parameters(answer, model.output_shape)
        return answer

    def list_model_packages(self, _: Members) -> Members:
        common = {"CreationTime": NOW, "ModelPackageStatus": "Completed"}
        return {"ModelPackageSummaryList": [{"ModelPackageArn": arn, **common} for arn in self._approved]}

    def describe_model_package(self, asked: Members) -> Members:
        arn = asked["ModelPackageName"]
        return {
            "ModelPackageName": "dev-flight-delays",
            "ModelPackageArn": arn,
            "ModelPackageStatus": "Completed",
            "ModelPackageStatusDetails": {"ValidationStatuses": []},
            "CreationTime": NOW + timedelta(minutes=int(arn.rpartition("/")[2])),
            "LastModifiedTime": self._approved[arn],
            "ModelApprovalStatus": "Approved",
            "CustomerMetadataProperties": {"ml-loop:slot": self._meant[arn]},
            "InferenceSpecification": SPECIFICATION,
            **({"SamplePayloadUrl": f"s3://models/{arn[-1]}/sample.tar.gz"} if arn not in self.without_sample else {}),
        }

    def query(self, _: Members) -> Members:
        return {"Items": [item for _, item in sorted(self._records.items(), reverse=True)]}

    # Conditional writes of items as lambda/release/records.py makes them.

    def put_item(self, asked: Members) -> Members:
        number = int(asked["Item"]["number"]["N"])
        if number in self._records:
            raise RefusalError("ConditionalCheckFailedException", "The conditional request failed")
        self._records[number] = asked["Item"]
        return {}

    def update_item(self, asked: Members) -> Members:
        item, values = self._records[int(asked["Key"]["number"]["N"])], asked["ExpressionAttributeValues"]
        if item["result"] != values[":started"]:
            raise RefusalError("ConditionalCheckFailedException", "The conditional request failed")
        item.update({name.strip(":"): value for name, value in values.items() if name != ":started"})
        return {}


SPECIFICATION = {
    "Containers": [{"Image": "image"}],
    "SupportedContentTypes": ["application/json"],
    "SupportedResponseMIMETypes": ["application/json"],
}


def _refused(refusal: RefusalError) -> tuple[Any, Members]:
    return SimpleNamespace(status_code=400), {"Error": {"Code": refusal.code, "Message": refusal.message}}


def _call(service: str, **given: Any) -> tuple[Any, Members]:
    return _OWNERS[service]._call(**given)


def _remember(params: Members, context: Members, **_: Any) -> None:
    context["asked"] = dict(params)
