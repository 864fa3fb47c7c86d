"""A serving stack and its endpoint behind AWS's operations: each takes a request's members, returns an answer's."""

from datetime import UTC, datetime
from io import BytesIO
from typing import Any

from tests.local.endpoints_kit import archive
from tests.unit.release_stub_kit import NOW, STACK_ID

STACK = "dev-flight-delays-serving"
SLOTS = ("champion", "challenger", "shadow")
Members = dict[str, Any]
# What a deployment can end with instead of serving. A rollback that fails needs a person; an endpoint that went back by
# itself told nobody; a refused request never becomes an update.
FAILS_AT = ("ChampionModel", "EndpointConfig", "Endpoint")  # logical ids
ROLLBACK_FAILS, SILENTLY_BACK, REQUEST_REFUSED = "rollback fails", "silently back", "request refused"


class RefusalError(Exception):
    """AWS says no."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code, self.message = code, message


class Serving:
    """A stack that deploys an endpoint; a champion's package serves unless `deployments` has something else for it.

    Attributes:
        answers: what a package answers its sample record, else a prediction; None: with an error of its own.
        without_sample: packages that have no sample record.
        asked: variant, package, inference id and body of every request.
    """

    def __init__(self) -> None:
        self.deployments: dict[str, str] = {}
        self.answers: dict[str, str | None] = {}
        self.without_sample: set[str] = set()
        self.asked: list[tuple[str, str, str, bytes]] = []
        self.status = "CREATE_COMPLETE"
        self.live: dict[str, str] = {}  # by variant
        self._parameters = {**{_parameter(slot): "" for slot in SLOTS}, "TrafficShift": "at_once"}
        self._before: dict[str, str] = {}
        self._token = ""
        self._events: list[Members] = []

    def answers_with(self) -> str | None:
        """Return the package that answers a request to the endpoint."""
        return self.live.get("champion")

    def should_answer(self) -> str:
        """Return the champion by the stack's parameter."""
        return self._parameters["ChampionModelPackage"]

    def stack_ends(self) -> None:
        """Let CloudFormation finish what it does."""
        deployment = self.deployments.get(self._parameters["ChampionModelPackage"], "serves")
        if deployment in FAILS_AT:
            self._happens("UPDATE_FAILED", deployment, "it broke")
            self._happens("UPDATE_FAILED", "ChampionAlarmsErrors", "Resource update cancelled")
            self.rolled_back()
        elif deployment == ROLLBACK_FAILS:
            self._happens("UPDATE_FAILED", "Endpoint", "it broke")
            self._rests("UPDATE_ROLLBACK_FAILED")
        else:
            if deployment == "serves":
                self.live = self._packages()
            self._rests("UPDATE_COMPLETE")

    def rolled_back(self) -> None:
        """Go back to what was before the update; where a rollback has failed, a person makes CloudFormation do it."""
        self._parameters = self._before
        self._rests("UPDATE_ROLLBACK_COMPLETE")

    def _packages(self) -> dict[str, str]:
        return {slot: package for slot in SLOTS if (package := self._parameters[_parameter(slot)])}

    def _rests(self, status: str) -> None:
        self.status = status
        self._happens(status)

    def _happens(self, status: str, resource: str = STACK, reason: str = "") -> None:
        event = {
            "StackId": STACK_ID,
            "EventId": str(len(self._events)),
            "StackName": STACK,
            "LogicalResourceId": resource,
            "PhysicalResourceId": STACK_ID if resource == STACK else resource,
            "Timestamp": datetime.now(UTC),
            "ResourceStatus": status,
            "ResourceStatusReason": reason,
            "ClientRequestToken": self._token,
        }
        self._events.insert(0, event)

    def list_stacks(self, _: Members) -> Members:
        return {"StackSummaries": [{"StackName": STACK, "CreationTime": NOW, "StackStatus": self.status}]}

    def describe_stacks(self, _: Members) -> Members:
        stack: Members = {
            "StackName": STACK,
            "StackId": STACK_ID,
            "CreationTime": NOW,
            "StackStatus": self.status,
            "Parameters": [{"ParameterKey": key, "ParameterValue": v} for key, v in self._parameters.items()],
        }
        if packages := self._packages():
            stack["Outputs"] = [{"OutputKey": "EndpointConfigName", "OutputValue": _config(packages)}]
        return {"Stacks": [stack]}

    def describe_stack_events(self, _: Members) -> Members:
        return {"StackEvents": list(self._events)}

    def update_stack(self, asked: Members) -> Members:
        if asked["ClientRequestToken"] == self._token:  # the same request once more
            return {"StackId": STACK_ID}
        if self.status.endswith("_IN_PROGRESS"):
            raise RefusalError("ValidationError", f"Stack:{STACK} is in {self.status} state and can not be updated.")
        values = {each["ParameterKey"]: each.get("ParameterValue") for each in asked["Parameters"]}
        after = {key: self._parameters[key] if value is None else value for key, value in values.items()}
        if after == self._parameters:
            raise RefusalError("ValidationError", "No updates are to be performed.")
        if self.deployments.get(after["ChampionModelPackage"]) == REQUEST_REFUSED:
            raise RefusalError("ValidationError", "Parameter ChampionModelPackage is empty or the ARN of a version")
        self._before, self._parameters, self._token = self._parameters, after, asked["ClientRequestToken"]
        self._rests("UPDATE_IN_PROGRESS")
        return {"StackId": STACK_ID}

    def describe_endpoint(self, _: Members) -> Members:
        if not self.live:
            raise RefusalError("ValidationException", 'Could not find endpoint "dev-flight-delays".')
        names = {"EndpointName": "dev-flight-delays", "EndpointConfigName": _config(self.live)}
        times = {"CreationTime": NOW, "LastModifiedTime": NOW}
        return {**names, **times, "EndpointArn": _arn("endpoint/dev-flight-delays"), "EndpointStatus": "InService"}

    def describe_endpoint_config(self, asked: Members) -> Members:
        name = asked["EndpointConfigName"]
        variants = [{"VariantName": slot, "ModelName": f"{name}-{slot}"} for slot in self.live]
        arn = _arn(f"endpoint-config/{name}")
        return {
            "EndpointConfigName": name,
            "EndpointConfigArn": arn,
            "ProductionVariants": variants,
            "CreationTime": NOW,
        }

    def describe_model(self, asked: Members) -> Members:
        name = asked["ModelName"]
        container = {"ModelPackageName": self.live[name.rpartition("-")[2]]}
        return {"ModelName": name, "PrimaryContainer": container, "CreationTime": NOW, "ModelArn": _arn("model/m")}

    def get_object(self, asked: Members) -> Members:
        content = archive({"sample.json": f"record of {asked['Key']}".encode()})
        return {"Body": BytesIO(content), "ContentLength": len(content)}

    def invoke_endpoint(self, asked: Members) -> Members:
        if len(self.live) > 1 and "TargetVariant" not in asked:
            raise AssertionError("by the weights, anyone would answer")
        variant = asked.get("TargetVariant", "champion")
        self.asked.append((variant, self.live[variant], asked["InferenceId"], asked["Body"]))
        answer = self.answers.get(self.live[variant], '{"predictions": [{"probability": 0.3}]}')
        if answer is None:
            raise RefusalError("ModelError", "Received server error (500) from primary")
        return {"Body": BytesIO(answer.encode()), "ContentType": asked["Accept"]}


def _parameter(slot: str) -> str:
    return f"{slot.capitalize()}ModelPackage"


def _config(packages: dict[str, str]) -> str:
    return "-".join(["dev-flight-delays", *(f"{slot[:2]}{arn.rpartition('/')[2]}" for slot, arn in packages.items())])


def _arn(resource: str) -> str:
    return f"arn:aws:sagemaker:ap-northeast-1:111122223333:{resource}"
