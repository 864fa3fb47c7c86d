"""What labels in turns of the loop need of the rest of a use case. Raises RuleError with a remedy."""

from config.errors import RuleError
from config.use_case.data import Data
from config.use_case.experiment import Experiment
from config.use_case.label import Label
from config.use_case.label_agreement import ONE_CATEGORY
from config.use_case.metrics import Problem
from config.use_case.monitor import Monitor
from config.use_case.monitor_agreement import monitors_of, outcome_hours
from config.use_case.retrain import Retrain
from config.use_case.train import Train

_KEY = ("retrain", "sample")
_OF_ALARMS = ("on_drift", "on_quality")


def sample_is_labelled(retrain: Retrain | None, data: Data, label: Label | None) -> None:
    """Those who label a sample are there, and what they say is what the model learns of."""
    if retrain is None:
        return
    if retrain.sample is None:
        for name in _OF_ALARMS:
            if getattr(retrain, name) == "label":
                raise RuleError(("retrain", name), "found 'label', which needs retrain.sample; add it, or choose train")
        return
    if label is None or label.backend != "ground_truth":
        raise RuleError(_KEY, "needs a section label with backend ground_truth, which labels it; add it, or remove it")
    if label.task.type not in ONE_CATEGORY:
        raise RuleError(
            _KEY,
            f"is for one category of an object, and label.task.type is {label.task.type!r}; allowed are "
            f"{', '.join(ONE_CATEGORY)}; remove it",
        )
    if data.label_from == "raw":
        # Nor would their categories be held against what the label can be: any other word would be an outcome.
        raise RuleError(
            _KEY,
            "is labelled for training, but data.label_from is raw, so that no training reads the labels; allowed with "
            "it are labelled_set and both. Choose one, or remove it",
        )


def sample_is_judged(
    problem: Problem, train: Train, retrain: Retrain | None, monitor: Monitor | None, experiment: Experiment | None
) -> None:
    """Labels that are outcomes come before the monitor judges by them, which it does once for each window."""
    if retrain is None or retrain.sample is None or monitor is None:
        return
    asks = [name for name in _OF_ALARMS if getattr(retrain, name) == "label"]
    if not (asks or retrain.sample.schedule) or "model_quality" not in monitors_of(problem, train, monitor):
        return
    if outcome_hours(monitor, experiment) == 0:
        raise RuleError(
            ("monitor", "outcome_hours"),
            f"is 0, but retrain.{asks[0] if asks else 'sample.schedule'} has people label requests for the monitor, "
            "which would have judged their window before; allowed are the hours that labelling takes, 1 or more. "
            "Write them",
        )
