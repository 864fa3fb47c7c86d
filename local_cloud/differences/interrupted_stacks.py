"""A stack operation ends with the server that runs it; after a restart the stack says so, and can be deployed again.

A deletion goes on instead: over a stack that is half deleted the CDK CLI deploys nothing until it is destroyed again.
"""

import json
from typing import Any

from local_cloud import clients

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
_HALF_DELETED: list[str] = []


def close() -> None:
    """End the interrupted operations when the stacks are loaded."""
    from ministack.services import cloudformation

    load = cloudformation.load_persisted_state

    def load_and_end(state: dict[str, Any]) -> None:
        load(state)
        for stack in cloudformation._stacks._data.values():
            _end(stack)

    cloudformation.load_persisted_state = load_and_end


def resume(port: int) -> None:
    """Go on with interrupted deletions, under their stacks' roles; to be called when the cloud answers."""
    while _HALF_DELETED:
        stack_id = _HALF_DELETED.pop()
        region = stack_id.split(":")[3]
        clients.client("cloudformation", port, region).delete_stack(StackName=stack_id)


def _end(stack: dict[str, Any]) -> None:
    status = stack.get("StackStatus", "")
    if status not in _AFTER:
        return
    if status == "DELETE_IN_PROGRESS":
        _HALF_DELETED.append(stack["StackId"])
    stack["StackStatus"] = _AFTER[status]
    stack["StackStatusReason"] = _REASON
    if _AFTER[status] == "UPDATE_ROLLBACK_COMPLETE":
        # What the stack reports must be what it last had whole; else the CLI would find nothing to deploy.
        stack["_template_body"] = json.dumps(stack.get("_template", {}))
        stack["Parameters"] = [
            {"ParameterKey": key, "ParameterValue": value["Value"], "NoEcho": value.get("NoEcho", False)}
            for key, value in stack.get("_resolved_params", {}).items()
        ]
