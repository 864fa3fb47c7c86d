"""Policies have no actions for batches of messages; ministack asks every request about an action of its own name.

Source: service authorization reference, "Actions, resources, and condition keys for Amazon SQS", which has SendMessage,
DeleteMessage and ChangeMessageVisibility alone; each "also grants permissions for" its batch (SQS developer guide,
"Amazon SQS API permissions").
"""

from typing import Any

_QUEUES, _BATCH = "sqs:", "Batch"


def close() -> None:
    """Ask IAM about the action of a single message."""
    from ministack.core import iam_actions

    extract = iam_actions.extract_iam_action

    def of_one_message(*request: Any) -> str | None:
        action: str | None = extract(*request)
        return action.removesuffix(_BATCH) if action and action.startswith(_QUEUES) else action

    iam_actions.extract_iam_action = of_one_message
