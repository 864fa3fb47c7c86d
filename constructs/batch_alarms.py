"""Alarms on the batch transforms of one use case."""

from typing import ClassVar

from constructs.finding_alarms import FindingAlarms

RUNBOOK = "docs/runbooks/batch-transform.md"


class BatchAlarms(FindingAlarms):
    """Trouble with the batch transforms of one use case."""

    # Each metric counts findings of the batch transform function (lambda/batch_transform/aws.py).
    findings: ClassVar = {"BatchFailed": "a batch transform failed as often as it is tried; its files wait"}
    runbook = RUNBOOK
