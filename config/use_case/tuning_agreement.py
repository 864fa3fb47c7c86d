"""What a search for hyperparameters must agree on with the algorithm. Each raises ValueError with a remedy."""

import difflib
from collections.abc import Collection

from config import kmeans_hyperparameters, xgboost_hyperparameters, xgboost_metrics
from config.use_case.train import ImageTrain, KMeansTrain, ScriptTrain, Train, XGBoostTrain
from config.use_case.tuning import Tuning

_XGBOOST_CHANNELS = ("validation", "train")


def tuning_fits(train: Train) -> None:
    """The objective is a metric of the algorithm, the ranges are hyperparameters that it lets search."""
    tuning = train.tuning
    if tuning is None:
        return
    if getattr(train, "warm_start", "none") != "none":
        raise ValueError("train.warm_start: a search begins each model anew; remove train.tuning or train.warm_start")
    if isinstance(train, XGBoostTrain):
        _one_of("train.tuning.ranges", tuning.ranges, xgboost_hyperparameters.TUNABLE)
        _objective(tuning, xgboost_metrics.MAXIMIZED, xgboost_metrics.MINIMIZED, _XGBOOST_CHANNELS)
    elif isinstance(train, KMeansTrain):
        _one_of("train.tuning.ranges", tuning.ranges, kmeans_hyperparameters.TUNABLE)
        _objective(tuning, (), kmeans_hyperparameters.METRICS, ("test",))
    else:
        _reported(tuning, train)


def _objective(
    tuning: Tuning, maximized: Collection[str], minimized: Collection[str], channels: Collection[str]
) -> None:
    names = [f"{channel}:{metric}" for channel in channels for metric in sorted([*maximized, *minimized])]
    _one_of("train.tuning.objective", [tuning.objective], names)
    wanted = "Maximize" if tuning.objective.partition(":")[2] in maximized else "Minimize"
    if tuning.goal != wanted:
        raise ValueError(
            f"train.tuning.goal: found {tuning.goal}; allowed for {tuning.objective} is {wanted}; correct it"
        )


def _reported(tuning: Tuning, train: ScriptTrain | ImageTrain) -> None:
    if not train.metrics:
        raise ValueError(
            "train.metrics: is empty, so that no job would report what tuning looks for; add "
            f"`{tuning.objective}: <regular expression>`"
        )
    _one_of("train.tuning.objective", [tuning.objective], train.metrics)


def _one_of(key: str, names: Collection[str], allowed: Collection[str]) -> None:
    for name in names:
        if name not in allowed:
            near = difflib.get_close_matches(name, allowed, n=1)
            remedy = f"did you mean {near[0]}?" if near else "choose one of them"
            raise ValueError(f"{key}: found {name!r}; allowed are {', '.join(sorted(allowed))}; {remedy}")
