"""How hyperparameters are searched, as SageMaker takes it."""

from collections.abc import Mapping
from typing import Any, Literal

from config.use_case.tuning import Range, Tuning


def search(tuning: Tuning) -> dict[str, Any]:
    """Return a HyperParameterTuningJobConfig."""
    hyperband = tuning.strategy == "Hyperband"
    limits = {"MaxParallelTrainingJobs": tuning.max_parallel_jobs, "MaxRuntimeInSeconds": tuning.max_runtime_seconds}
    if tuning.strategy != "Grid":  # which has as many as its lists have combinations, at most max_jobs
        limits["MaxNumberOfTrainingJobs"] = tuning.max_jobs
    resources = {"HyperbandStrategyConfig": {"MinResource": 1, "MaxResource": tuning.most_rounds}}
    return {
        "Strategy": tuning.strategy,
        **({"StrategyConfig": resources} if hyperband else {}),
        "HyperParameterTuningJobObjective": {"Type": tuning.goal, "MetricName": tuning.objective},
        "ResourceLimits": limits,
        "ParameterRanges": _ranges(tuning.ranges),
        # Hyperband ends jobs by a rule of its own.
        "TrainingJobEarlyStoppingType": "Auto" if tuning.early_stopping and not hyperband else "Off",
        "RandomSeed": tuning.seed,
    }


def _ranges(ranges: Mapping[str, Range]) -> dict[str, Any]:
    kinds: dict[Literal["continuous", "integer", "categorical"], str] = {
        "continuous": "ContinuousParameterRanges",
        "integer": "IntegerParameterRanges",
        "categorical": "CategoricalParameterRanges",
    }
    return {
        title: [_range(name, one) for name, one in ranges.items() if one.type == kind]
        for kind, title in kinds.items()
        if any(one.type == kind for one in ranges.values())
    }


def _range(name: str, one: Range) -> dict[str, Any]:
    if one.lowest is None or one.highest is None:
        return {"Name": name, "Values": list(one.values)}
    lowest, highest = (
        (str(int(bound)) if one.type == "integer" else repr(bound)) for bound in (one.lowest, one.highest)
    )
    return {"Name": name, "MinValue": lowest, "MaxValue": highest, "ScalingType": one.scale}
