"""What came of a tuning job's training jobs: counters, summaries, the best."""

from dataclasses import dataclass
from typing import Any

Document = dict[str, Any]
_WORTH_NOTING = 0.01


def summary(document: Document, objective: dict[str, str]) -> Document:
    """Return HyperParameterTrainingJobSummary of a training job."""
    keys = ("TrainingJobName", "TrainingJobArn", "CreationTime", "TrainingStartTime", "TrainingEndTime")
    status = document["TrainingJobStatus"]
    found = {key: document[key] for key in keys if key in document}
    found.update(
        TrainingJobStatus=status, TunedHyperParameters=document["_Tuned"], TuningJobName=document["_TuningJobName"]
    )
    if "FailureReason" in document:
        found["FailureReason"] = document["FailureReason"]
    values = [
        item["Value"]
        for item in document.get("FinalMetricDataList", [])
        if item["MetricName"] == objective["MetricName"]
    ]
    ended = status in {"Completed", "Stopped", "Failed"}
    if ended and values and status != "Failed":
        found["FinalHyperParameterTuningJobObjectiveMetric"] = {**objective, "Value": values[-1]}
        found["ObjectiveStatus"] = "Succeeded"
    else:
        found["ObjectiveStatus"] = "Failed" if ended else "Pending"
    return found


@dataclass(frozen=True)
class Results:
    """Counters over the training jobs, and the best of them.

    `without_objective` counts ended jobs that gave no value (`failed` of them failed), `not_improving` those that ended
    since one was better by 1 % or more than all before it, as AWS documents for BestObjectiveNotImproving.
    """

    completed: int = 0
    in_progress: int = 0
    failed: int = 0
    stopped: int = 0
    succeeded: int = 0
    pending: int = 0
    without_objective: int = 0
    not_improving: int = 0
    best: Document | None = None

    @classmethod
    def of(cls, documents: list[Document], objective: dict[str, str]) -> "Results":
        """Count."""
        summaries = [summary(document, objective) for document in documents]
        statuses = [item["TrainingJobStatus"] for item in summaries]
        states = [item["ObjectiveStatus"] for item in summaries]
        ended = sorted((item for item in summaries if "TrainingEndTime" in item), key=_end_time)
        sign = 1 if objective["Type"] == "Maximize" else -1
        good = [item for item in ended if item["ObjectiveStatus"] == "Succeeded"]
        best = max(good, key=lambda item: sign * _value(item), default=None)
        return cls(
            completed=statuses.count("Completed"), in_progress=states.count("Pending"), failed=statuses.count("Failed"),
            stopped=statuses.count("Stopped"), succeeded=states.count("Succeeded"), pending=states.count("Pending"),
            without_objective=states.count("Failed"), best=best,
            not_improving=_not_improving([sign * _value(item) if item in good else None for item in ended]),
        )  # fmt: skip

    def reached(self, target: float | None, direction: str) -> bool:
        """Whether the best value is as good as a target."""
        if target is None or self.best is None:
            return False
        return _value(self.best) >= target if direction == "Maximize" else _value(self.best) <= target

    def fields(self) -> Document:
        """Return what Describe shows of them."""
        shown: Document = {
            "TrainingJobStatusCounters": {
                "Completed": self.completed, "InProgress": self.in_progress, "RetryableError": 0,
                "NonRetryableError": self.failed, "Stopped": self.stopped,
            },
            "ObjectiveStatusCounters": {
                "Succeeded": self.succeeded, "Pending": self.pending, "Failed": self.without_objective,
            },
        }  # fmt: skip
        shown["TuningJobCompletionDetails"] = {"NumberOfTrainingJobsObjectiveNotImproving": self.not_improving}
        if self.best is not None:
            shown["BestTrainingJob"] = self.best
        return shown


def better(first: Document | None, second: Document | None, direction: str) -> Document | None:
    """Return the summary with the better objective; either may be missing."""
    if first is None or second is None:
        return first or second
    sign = 1 if direction == "Maximize" else -1
    return second if sign * _value(second) > sign * _value(first) else first


def _not_improving(values: list[float | None]) -> int:
    best: float | None = None
    count = 0
    for value in values:
        improves = value is not None and (best is None or (value - best >= _WORTH_NOTING * abs(best) and value > best))
        count = 0 if improves else count + 1
        if value is not None and (best is None or value > best):
            best = value
    return count


def _value(item: Document) -> float:
    return float(item["FinalHyperParameterTuningJobObjectiveMetric"]["Value"])


def _end_time(item: Document) -> float:
    return float(item["TrainingEndTime"])
