"""Warm start of tuning: what earlier tuning jobs found out is known from the beginning.

With IdenticalDataAndAlgorithm their values count as own ones. With TransferLearning data or ranges may differ, so only
which points were better than others of the same job counts: their values are put on the scale of the new job's.
AWS does not publish how it uses them.
"""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from local_cloud.sagemaker.api import Call, Request
from local_cloud.sagemaker.errors import SageMakerError, validation_error
from local_cloud.sagemaker.jobs import kinds
from local_cloud.sagemaker.jobs.ranges import Space
from local_cloud.sagemaker.jobs.search import Trial
from local_cloud.sagemaker.jobs.tuning_results import Results, summary

IDENTICAL = "IdenticalDataAndAlgorithm"
_MOST_CHANGES = 10  # of hyperparameters from tuned to static and back
Document = dict[str, Any]


@dataclass(frozen=True)
class Earlier:
    """The finished trials of each parent, and the best training job among them if their values are comparable."""

    parents: tuple[tuple[Trial, ...], ...] = ()
    comparable: bool = True
    best: Document | None = None

    def trials(self, own: Sequence[Trial]) -> list[Trial]:
        """Return them beside the new job's own trials."""
        if self.comparable:
            return [trial for parent in self.parents for trial in parent]
        values = [trial.objective for trial in own if trial.objective is not None]
        middle, spread = (statistics.fmean(values), statistics.pstdev(values)) if len(values) > 1 else (0.0, 1.0)
        return [trial for parent in self.parents for trial in _rescaled(parent, middle, spread or 1.0)]


def _rescaled(parent: Sequence[Trial], middle: float, spread: float) -> list[Trial]:
    values = [trial.objective for trial in parent if trial.objective is not None]
    own_middle, own_spread = statistics.fmean(values), statistics.pstdev(values) or 1.0
    return [
        replace(trial, objective=middle + spread * (trial.objective - own_middle) / own_spread, borrowed=True)
        for trial in parent
        if trial.objective is not None
    ]


def check(request: Request, call: Call, tuned: set[str]) -> None:
    """Refuse parents that AWS would refuse; `tuned` are the names of the new job's ranges.

    Raises:
        SageMakerError: ValidationException.
    """
    for parent in _parents(request, call):
        name, config = parent["HyperParameterTuningJobName"], parent["HyperParameterTuningJobConfig"]
        if parent["HyperParameterTuningJobStatus"] in kinds.ACTIVE:
            raise _refusal(f"{name} has not ended")
        objective = request["HyperParameterTuningJobConfig"]["HyperParameterTuningJobObjective"]
        if config["HyperParameterTuningJobObjective"] != objective:
            raise _refusal(f"{name} has another objective, {config['HyperParameterTuningJobObjective']}")
        before = {item["Name"] for items in config.get("ParameterRanges", {}).values() for item in items}
        _check_names(name, before, set(_static(parent)), tuned, set(_static(request)))
        if request["WarmStartConfig"]["WarmStartType"] == IDENTICAL:
            _check_identical(name, parent["TrainingJobDefinition"], request["TrainingJobDefinition"])


def earlier(request: Request, call: Call, searched: Space) -> Earlier:
    """Return what the parents of a tuning job found out; nothing if it has none."""
    objective = request["HyperParameterTuningJobConfig"]["HyperParameterTuningJobObjective"]
    sign = 1 if objective["Type"] == "Maximize" else -1
    parents, documents = [], []
    for parent in _parents(request, call):
        arn = parent["HyperParameterTuningJobArn"]
        trained = [item for item in call.store.list(kinds.TRAINING.name) if item.get("TuningJobArn") == arn]
        documents += trained
        found = [_trial(item, objective, sign, searched) for item in trained]
        if trials := tuple(trial for trial in found if trial is not None):
            parents.append(trials)
    identical = request.get("WarmStartConfig", {}).get("WarmStartType", IDENTICAL) == IDENTICAL
    best = Results.of(documents, objective).best if identical else None
    return Earlier(tuple(parents), identical, best)


def _trial(document: Document, objective: dict[str, str], sign: int, searched: Space) -> Trial | None:
    value = summary(document, objective).get("FinalHyperParameterTuningJobObjectiveMetric")
    point = searched.point(document["HyperParameters"])
    return None if value is None or point is None else Trial(point, sign * value["Value"], running=False)


def _parents(request: Request, call: Call) -> list[Document]:
    found = []
    for item in request.get("WarmStartConfig", {}).get("ParentHyperParameterTuningJobs", []):
        name = item["HyperParameterTuningJobName"]
        document = call.store.get(kinds.TUNING.name, name)
        if document is None:
            raise _refusal(f"there is no tuning job {name}")
        found.append(document)
    return found


def _check_names(parent: str, before: set[str], static_before: set[str], tuned: set[str], static: set[str]) -> None:
    if len(before) + len(static_before) != len(tuned) + len(static):
        raise _refusal(
            f"{parent} has {len(before)} tuned and {len(static_before)} static hyperparameters, the new job "
            f"{len(tuned)} and {len(static)}; their sum must be the same"
        )
    changes = len(before & static) + len(static_before & tuned)
    if changes > _MOST_CHANGES:
        raise _refusal(f"{changes} hyperparameters change between tuned and static; {_MOST_CHANGES} may")


def _check_identical(parent: str, before: Document, definition: Document) -> None:
    image = ("AlgorithmSpecification", "TrainingImage")
    if before[image[0]].get(image[1]) != definition[image[0]].get(image[1]):
        raise _refusal(f"{parent} has another training image, which {IDENTICAL} does not allow; use TransferLearning")
    if before.get("InputDataConfig") != definition.get("InputDataConfig"):
        raise _refusal(f"{parent} has other input data, which {IDENTICAL} does not allow; use TransferLearning")


def _static(request: Document) -> Document:
    found: Document = request["TrainingJobDefinition"].get("StaticHyperParameters", {})
    return found


def _refusal(what: str) -> SageMakerError:
    return validation_error(f"WarmStartConfig: {what}.")
