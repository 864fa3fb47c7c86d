"""A stack that must be deleted or rolled back first takes no change set; ministack finds that nothing would change.

Source: CloudFormation user guide, "Stack status codes".
"""

from typing import Any
from urllib.parse import parse_qs

from local_cloud.cloudformation.service_role import Handler, first, stack_name

_REFUSED = {"DELETE_FAILED", "ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "UPDATE_ROLLBACK_FAILED"}


def install() -> None:
    """Let CreateChangeSet look at the stack's status."""
    from ministack import app

    app.SERVICE_HANDLERS["cloudformation"] = _asking(app.SERVICE_HANDLERS["cloudformation"])


def _asking(handler: Handler) -> Handler:
    async def handle(method: str, path: str, headers: dict[str, str], body: bytes, query_params: dict[str, Any]) -> Any:
        from ministack.services.cloudformation import _stacks
        from ministack.services.cloudformation.helpers import _error

        params = {**parse_qs(body.decode(errors="replace")), **query_params}
        if first(params, "Action") == "CreateChangeSet" and first(params, "ChangeSetType") in {"", "UPDATE"}:
            stack = _stacks.get(stack_name(params)) or {}
            if (status := stack.get("StackStatus")) in _REFUSED:
                message = f"Stack:{stack['StackId']} is in {status} state and can not be updated."
                return _error("ValidationError", message)
        return await handler(method, path, headers, body, query_params)

    return handle
