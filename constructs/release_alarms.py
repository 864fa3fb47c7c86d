"""Alarms on the releases of one use case."""

from typing import ClassVar

from constructs.finding_alarms import UNTIL_IT_ENDS, FindingAlarms

RUNBOOK = "docs/runbooks/release.md"


class ReleaseAlarms(FindingAlarms):
    """Trouble with the releases of one use case."""

    # Each metric counts findings of the release function (lambda/release/reconcile.py).
    findings: ClassVar = {
        "ReleaseFailed": "A release failed; the model before it serves on",
        "ReleaseBlocked": "Releases are blocked: the serving stack needs a person",
        "RejectedModelLive": "The live model is no longer approved, and there is no approved one to put in its place",
    }
    runbook = RUNBOOK
    bound = UNTIL_IT_ENDS
