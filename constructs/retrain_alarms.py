"""Alarms on the loop of one use case."""

from typing import ClassVar

from constructs.finding_alarms import UNTIL_IT_ENDS, FindingAlarms

RUNBOOK = "docs/runbooks/retraining.md"


class RetrainAlarms(FindingAlarms):
    """Trouble with the loop of one use case."""

    # Each metric counts findings of the retrain function (lambda/retrain/aws.py).
    findings: ClassVar = {
        "RetrainFailed": "A training of the loop failed",
        "RetrainRefused": "A model that the loop trained does not pass its gate",
        "RetrainBudgetSpent": "The loop has turned as often as it may; what has happened since waits",
    }
    runbook = RUNBOOK
    bound = UNTIL_IT_ENDS
