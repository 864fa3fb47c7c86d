"""CloudFormation tells EventBridge about every status of a stack; ministack does not.

Source: CloudFormation user guide, "Event details", CloudFormation Stack Status Change.
"""

import asyncio
from typing import Any

from local_cloud.events import put_aws_event


def close(loop: asyncio.AbstractEventLoop) -> None:
    """Put an event on the default bus whenever a stack's own status is recorded."""
    from ministack.services.cloudformation import changesets, handlers, stacks

    record = stacks._add_event

    def record_and_tell(
        stack_id: str, stack_name: str, logical_id: str, resource_type: str, status: str, *rest: Any, **more: Any
    ) -> None:
        record(stack_id, stack_name, logical_id, resource_type, status, *rest, **more)
        if resource_type == "AWS::CloudFormation::Stack" and logical_id == stack_name:
            reason = rest[0] if rest else more.get("reason", "")
            event = _event(stack_id, status, reason, stacks.CLIENT_REQUEST_TOKEN.get())
            _, _, _, region, account, _ = stack_id.split(":", 5)
            put_aws_event(loop, account, region, event)

    # Each module took the name for itself when it was imported.
    for module in (stacks, handlers, changesets):
        module._add_event = record_and_tell


def _event(stack_id: str, status: str, reason: str, token: str) -> dict[str, Any]:
    return {
        "Source": "aws.cloudformation",
        "DetailType": "CloudFormation Stack Status Change",
        "Resources": [stack_id],
        "Detail": {
            "stack-id": stack_id,
            "status-details": {"status": status, "status-reason": reason},
            **({"client-request-token": token} if token else {}),
        },
    }
