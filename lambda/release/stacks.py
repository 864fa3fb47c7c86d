"""Serving stacks, through CloudFormation's API."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from release.events import serving_use_case
from release.reconcile import RefusedError, Started
from release.state import Attempt, Stack, Update
from shared.slots import SLOTS, parameter

if TYPE_CHECKING:
    from mypy_boto3_cloudformation import CloudFormationClient
    from mypy_boto3_cloudformation.type_defs import ParameterTypeDef, StackEventTypeDef, StackTypeDef

SHIFT = "TrafficShift"
# What follows from another resource's failure says nothing about its cause.
_CONSEQUENCES = ("Resource creation cancelled", "Resource update cancelled")
_CLOCK_SKEW = timedelta(minutes=5)


class ServingStacks:
    """The serving stacks of one environment."""

    def __init__(self, client: "CloudFormationClient", environment: str) -> None:
        self._client = client
        self._environment = environment

    def use_cases(self) -> list[str]:
        """Return the use cases that have a serving stack."""
        pages = self._client.get_paginator("list_stacks").paginate()
        found = (
            serving_use_case(stack["StackName"], self._environment)
            for page in pages
            for stack in page["StackSummaries"]
            if stack["StackStatus"] != "DELETE_COMPLETE"
        )
        return sorted({use_case for use_case in found if use_case})

    def get(self, use_case: str) -> Stack | None:
        """Return a use case's stack, None if there is none."""
        described = self._describe(use_case)
        if described is None:
            return None
        parameters = _values(described)
        outputs = {output["OutputKey"]: output["OutputValue"] for output in described.get("Outputs", [])}
        slots = {slot: parameters.get(parameter(slot), "") for slot in SLOTS}
        scaled = frozenset(filter(None, outputs.get("ScaledVariants", "").split(",")))
        return Stack(
            described["StackStatus"],
            slots,
            outputs.get("EndpointConfigName"),
            scaled,
            missing=frozenset(slot for slot in SLOTS if parameter(slot) not in parameters),
            guarded=SHIFT in parameters,
        )

    def update(self, attempt: Attempt) -> Started:
        """Set one slot and how the traffic moves, and leave all else as it is.

        Raises:
            RefusedError: CloudFormation refuses the request as it is.
        """
        described = self._describe(attempt.use_case)
        if described is None:
            raise RefusedError("the serving stack was deleted")
        changed = {parameter(attempt.slot): attempt.package, SHIFT: attempt.shift}
        parameters: list[ParameterTypeDef] = [
            {"ParameterKey": key, "ParameterValue": changed[key]}
            if key in changed
            else {"ParameterKey": key, "UsePreviousValue": True}
            for key in _values(described)
        ]
        try:
            self._client.update_stack(
                StackName=described["StackId"],
                UsePreviousTemplate=True,
                Parameters=parameters,
                Capabilities=["CAPABILITY_NAMED_IAM"],
                RoleARN=self._release_role(described["StackId"], attempt.use_case),
                ClientRequestToken=attempt.token,
            )
        except ClientError as error:
            return _not_started(error)
        return "started"

    def outcome(self, attempt: Attempt) -> Update:
        """Return what became of an attempt's update, by the events that carry its token."""
        events = self._events(attempt)
        if not events:
            return Update("none")
        statuses = {event["ResourceStatus"] for event in events if event["PhysicalResourceId"] == event["StackId"]}
        if "UPDATE_COMPLETE" in statuses:
            return Update("succeeded")
        if any("ROLLBACK" in status or status.endswith("_FAILED") for status in statuses):
            return Update("failed", _cause(events))
        return Update("running")

    def _events(self, attempt: Attempt) -> list["StackEventTypeDef"]:
        # Newest first; nothing before the claim can be of this attempt.
        found: list[StackEventTypeDef] = []
        pages = self._client.get_paginator("describe_stack_events").paginate(StackName=self._name(attempt.use_case))
        for page in pages:
            for event in page["StackEvents"]:
                if _before(event["Timestamp"], attempt.claimed_at - _CLOCK_SKEW):
                    return found
                if event.get("ClientRequestToken") == attempt.token:
                    found.append(event)
        return found

    def _describe(self, use_case: str) -> "StackTypeDef | None":
        try:
            return self._client.describe_stacks(StackName=self._name(use_case))["Stacks"][0]
        except ClientError as error:
            if "does not exist" in error.response["Error"]["Message"]:
                return None
            raise

    def _name(self, use_case: str) -> str:
        return f"{self._environment}-{use_case}-serving"

    def _release_role(self, stack_id: str, use_case: str) -> str:
        _, partition, _, _, account, _ = stack_id.split(":", 5)
        path = f"ml-loop/{self._environment}"
        return f"arn:{partition}:iam::{account}:role/{path}/{self._environment}-{use_case}-release"


def _values(stack: "StackTypeDef") -> dict[str, str]:
    return {item["ParameterKey"]: item.get("ParameterValue", "") for item in stack.get("Parameters", [])}


def _not_started(error: ClientError) -> Started:
    code, message = error.response["Error"]["Code"], error.response["Error"]["Message"]
    if "No updates are to be performed" in message:
        return "unchanged"
    if code == "TokenAlreadyExistsException" or "_IN_PROGRESS state" in message:
        return "busy"
    if code == "ValidationError":
        raise RefusedError(f"CloudFormation refuses the update: {message}") from error
    # Permissions, throttling, an outage: not the model's fault, so the attempt stays open and is tried again.
    raise error


def _cause(events: list["StackEventTypeDef"]) -> str:
    for event in reversed(events):
        reason = event.get("ResourceStatusReason", "")
        if event["ResourceStatus"].endswith("_FAILED") and reason and not reason.startswith(_CONSEQUENCES):
            return f"{event['LogicalResourceId']}: {reason}"
    return "CloudFormation gives no reason"


def _before(time: datetime, limit: datetime) -> bool:
    return time < limit
