"""Functions of the control stack, asked by commands."""

import json
from collections.abc import Mapping
from typing import Any, Literal

from ops.target import OperationError, Target


def ask(
    target: Target,
    output: str,
    event: Mapping[str, Any],
    runbook: str,
    kind: Literal["RequestResponse", "Event"] = "RequestResponse",
) -> Any:
    """Invoke a function and return what it says; None of an event, which nobody waits for.

    Args:
        target: whose environment.
        output: of the control stack, with the function's name.
        event: what it is asked.
        runbook: what to read when it fails.
        kind: whether its answer is waited for.

    Raises:
        OperationError: it failed.
    """
    name = target.output("control", output)
    answer = target.functions.invoke(FunctionName=name, InvocationType=kind, Payload=json.dumps(event).encode())
    text = answer["Payload"].read()
    said: Any = json.loads(text) if text else None
    if answer.get("FunctionError"):
        raise OperationError(
            f"The function {name} failed: {said.get('errorType')}: {said.get('errorMessage')}. Its log says more "
            f"({runbook})."
        )
    return said
