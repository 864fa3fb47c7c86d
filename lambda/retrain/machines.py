"""State machines that prepare data with Glue or Batch and then start the pipeline, through Step Functions' API."""

import json
from typing import Any

from botocore.exceptions import ClientError

from retrain.state import Preparation, Turn
from shared.pipelines import RefusedError

_FOR_GOOD = ("InvalidArn", "InvalidExecutionInput", "InvalidName", "StateMachineDoesNotExist")
_LONGEST = 1000  # characters of a reason


class Machines:
    """State machines, by the ARN that a use case's terms have."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def start(self, machine: str, turn: Turn) -> str:
        """Start a turn's execution and return its ARN; the same turn has one, however often it is started.

        Raises:
            RefusedError: Step Functions refuses the request as it is.
        """
        given = json.dumps(dict(turn.parameters), sort_keys=True)
        try:
            started = self._client.start_execution(stateMachineArn=machine, name=turn.name, input=given)
        except ClientError as error:
            code = error.response["Error"]["Code"]
            if code == "ExecutionAlreadyExists":  # it has ended; while it runs, the same request is answered as before
                return _execution(machine, turn.name)
            if code in _FOR_GOOD:
                raise RefusedError(f"Step Functions refuses to start it: {error}") from error
            raise
        return str(started["executionArn"])

    def execution(self, arn: str) -> Preparation:
        """Return an execution, with what it came to."""
        found = self._client.describe_execution(executionArn=arn)
        reason = ": ".join(filter(None, (found.get("error"), found.get("cause"))))
        started = json.loads(found.get("output") or "{}").get("PipelineExecutionArn", "")
        return Preparation(found["status"], started, reason[:_LONGEST] or "no reason is given")

    def running(self, machine: str) -> str:
        """Return what of a machine runs, for people; empty: nothing."""
        found = self._client.list_executions(stateMachineArn=machine, statusFilter="RUNNING", maxResults=1)
        names = [one["name"] for one in found["executions"]]
        return f"the data is prepared ({names[0]})" if names else ""


def _execution(machine: str, name: str) -> str:
    return f"{machine.replace(':stateMachine:', ':execution:')}:{name}"
