"""What a search for hyperparameters must agree on with the algorithm. Each raises RuleError with a remedy."""

from collections.abc import Collection, Mapping

from config import kmeans_hyperparameters, xgboost_hyperparameters, xgboost_metrics
from config.errors import RuleError, under
from config.hyperparameter_table import Table
from config.use_case.metrics import Problem
from config.use_case.section import known
from config.use_case.train import ImageTrain, KMeansTrain, ScriptTrain, Train, XGBoostTrain
from config.use_case.tuning import Tuning


def tuning_fits(problem: Problem, train: Train) -> None:
    """The objective is a metric of the algorithm, the ranges are values of hyperparameters that it lets search."""
    tuning = train.tuning
    if tuning is None:
        return
    if getattr(train, "warm_start", "none") != "none":
        raise RuleError(
            ("train", "warm_start"), "a search begins each model anew; remove train.tuning or train.warm_start"
        )
    if isinstance(train, XGBoostTrain):
        _ranges(tuning, xgboost_hyperparameters.TABLE, train.hyperparameters)
        _objective(tuning, "validation", xgboost_metrics.OF_PROBLEM[problem])
    elif isinstance(train, KMeansTrain):
        _ranges(tuning, kmeans_hyperparameters.TABLE, train.hyperparameters)
        _objective(tuning, "test", kmeans_hyperparameters.METRICS)
    else:
        _reported(tuning, train)


def _ranges(tuning: Tuning, table: Table, fixed: Mapping[str, object]) -> None:
    aliases = {name: alias for alias, name in table.aliases.items() if alias in fixed}
    for name, one in tuning.ranges.items():
        known(("train", "tuning", "ranges", name), [name], table.tunable, many=False)
        if name in aliases:
            raise RuleError(
                ("train", "hyperparameters", aliases[name]),
                f"is another name of {name}, which train.tuning.ranges has; remove one",
            )
        with under("train", "tuning", "ranges", name):
            bounds = (
                {"values": one.values} if one.type == "categorical" else {"lowest": one.lowest, "highest": one.highest}
            )
            table.check_range(name, one.type, bounds)


def _objective(tuning: Tuning, channel: str, metrics: Collection[str]) -> None:
    known(("train", "tuning", "objective"), [tuning.objective], [f"{channel}:{one}" for one in metrics], many=False)
    more_is_better = tuning.objective.partition(":")[2] in xgboost_metrics.MAXIMIZED
    wanted = "Maximize" if more_is_better else "Minimize"
    if tuning.goal != wanted:
        raise RuleError(
            ("train", "tuning", "goal"), f"found {tuning.goal}; allowed for {tuning.objective} is {wanted}; correct it"
        )


def _reported(tuning: Tuning, train: ScriptTrain | ImageTrain) -> None:
    if not train.metrics:
        raise RuleError(
            ("train", "metrics"),
            "is empty, so that no job would report what tuning looks for; add "
            f"`{tuning.objective}: <regular expression>`",
        )
    known(("train", "tuning", "objective"), [tuning.objective], train.metrics, many=False)
