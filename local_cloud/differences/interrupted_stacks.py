"""A stack operation ends with the server that runs it; after a restart the stack says so, and can be deployed again."""

import json
from typing import Any

_REASON = "The local cloud ended during the operation."
# The status a stack takes: one from which the CDK CLI can go on by itself.
_AFTER = {
    "CREATE_IN_PROGRESS": "ROLLBACK_FAILED",  # the CLI deletes it, then creates it anew
    "ROLLBACK_IN_PROGRESS": "ROLLBACK_FAILED",
    "UPDATE_IN_PROGRESS": "UPDATE_ROLLBACK_COMPLETE",
    "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS": "UPDATE_ROLLBACK_COMPLETE",
    "UPDATE_ROLLBACK_IN_PROGRESS": "UPDATE_ROLLBACK_COMPLETE",
    "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS": "UPDATE_ROLLBACK_COMPLETE",
    "DELETE_IN_PROGRESS": "DELETE_FAILED",
}


def close() -> None:
    """End the interrupted operations when the stacks are loaded."""
    from ministack.services import cloudformation

    load = cloudformation.load_persisted_state

    def load_and_end(state: dict[str, Any]) -> None:
        load(state)
        for stack in cloudformation._stacks._data.values():
            _end(stack)

    cloudformation.load_persisted_state = load_and_end


def _end(stack: dict[str, Any]) -> None:
    status = stack.get("StackStatus", "")
    if status not in _AFTER:
        return
    stack["StackStatus"] = _AFTER[status]
    stack["StackStatusReason"] = _REASON
    if _AFTER[status] == "UPDATE_ROLLBACK_COMPLETE":
        # What the stack reports must be what it last had whole; else the CLI would find nothing to deploy.
        stack["_template_body"] = json.dumps(stack.get("_template", {}))
        stack["Parameters"] = [
            {"ParameterKey": key, "ParameterValue": value["Value"], "NoEcho": value.get("NoEcho", False)}
            for key, value in stack.get("_resolved_params", {}).items()
        ]
