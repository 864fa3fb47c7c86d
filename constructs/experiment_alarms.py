"""Alarms on the experiments of one use case."""

from typing import ClassVar

from constructs.finding_alarms import UNTIL_IT_ENDS, FindingAlarms

RUNBOOK = "docs/runbooks/experiments.md"


class ExperimentAlarms(FindingAlarms):
    """Trouble with the experiments of one use case."""

    # Each metric counts findings of the experiment function (lambda/experiment/steps.py).
    findings: ClassVar = {
        "ExperimentAsks": "An experiment asks a person to decide",
        "ExperimentWithoutSums": "Looks at an experiment get no sums of outcomes; its guards are still watched",
        "ExperimentBlocked": "An experiment waits: its endpoint is not in service, or it cannot begin by itself",
    }
    runbook = RUNBOOK
    bound = UNTIL_IT_ENDS
