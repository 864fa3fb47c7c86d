"""What came of a tuning job's training jobs: counters, summaries, the best."""

from dataclasses import dataclass
from typing import Any

Document = dict[str, Any]


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

    `without_objective` counts ended jobs that gave no value (`failed` of them failed), `since_best` those that ended
    after the best one.
    """

    completed: int = 0
    in_progress: int = 0
    failed: int = 0
    stopped: int = 0
    succeeded: int = 0
    pending: int = 0
    without_objective: int = 0
    since_best: int = 0
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
            since_best=len(ended) - 1 - ended.index(best) if best is not None else 0,
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
        if self.best is not None:
            shown["BestTrainingJob"] = self.best
        return shown


def _value(item: Document) -> float:
    return float(item["FinalHyperParameterTuningJobObjectiveMetric"]["Value"])


def _end_time(item: Document) -> float:
    return float(item["TrainingEndTime"])
