"""Alarms on the labelling of one use case."""

from typing import ClassVar

from constructs.finding_alarms import FindingAlarms

RUNBOOK = "docs/runbooks/labelling.md"


class LabelAlarms(FindingAlarms):
    """Trouble with the labelling of one use case."""

    # Each metric counts findings of the label function (lambda/label/aws.py).
    findings: ClassVar = {
        "LabelFailed": "labelling failed, or labels could not be taken in; objects wait for a person",
        "LabelsDoubtful": "workers hardly agree; look at the report before training on these labels",
    }
    runbook = RUNBOOK
