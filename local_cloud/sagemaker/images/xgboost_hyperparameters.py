"""The hyperparameters of the built-in XGBoost algorithm, as its documentation lists them.

They arrive as strings. A name the algorithm does not know, or a value out of range, fails the job as on AWS.
"""

import ast
import json
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from local_cloud.sagemaker.images import xgboost_metrics

_INT_LIMIT = 2**31
_OBJECTIVES = (
    "binary:logistic", "binary:logitraw", "binary:hinge", "count:poisson", "multi:softmax", "multi:softprob",
    "rank:pairwise", "rank:ndcg", "rank:map", "reg:linear", "reg:squarederror", "reg:logistic", "reg:gamma",
    "reg:pseudohubererror", "reg:squaredlogerror", "reg:absoluteerror", "reg:tweedie", "survival:aft", "survival:cox",
)  # fmt: skip
_ALIASES = {"learning_rate": "eta", "min_split_loss": "gamma", "reg_lambda": "lambda", "reg_alpha": "alpha"}

_LEFT_OUT = {"_kfold", "_num_cv_round", "use_dask_gpu_training"}  # the image has them


class HyperparameterError(Exception):
    """A hyperparameter is unknown, missing or out of range; the text says which and what is allowed."""


@dataclass(frozen=True)
class _Number:
    low: float = -math.inf
    high: float = math.inf
    whole: bool = False
    open_low: bool = False
    open_high: bool = False

    def __call__(self, text: str) -> int | float:
        value = int(text) if self.whole else float(text)
        below = value < self.low or (self.open_low and value == self.low)
        above = value > self.high or (self.open_high and value == self.high)
        if below or above or math.isnan(value):
            raise ValueError(text)
        return value

    def __str__(self) -> str:
        kind = "a whole number" if self.whole else "a number"
        return f"{kind} in {'(' if self.open_low else '['}{self.low}, {self.high}{')' if self.open_high else ']'}"


@dataclass(frozen=True)
class _Choice:
    values: tuple[str, ...]

    def __call__(self, text: str) -> str:
        if text not in self.values:
            raise ValueError(text)
        return text

    def __str__(self) -> str:
        return f"one of {', '.join(self.values)}"


def _metric_list(text: str) -> list[str]:
    names = [name.strip() for name in text.split(",")]
    for name in names:
        plain, _, threshold = name.partition("@")
        if threshold and plain in {"error", "ndcg", "map", "pre"}:
            float(threshold.rstrip("-"))
        elif name not in xgboost_metrics.ALL:
            raise ValueError(name)
    return names


def _text(text: str) -> str:
    return text


_SWITCH = _Number(0, 1, whole=True)
_FRACTION = _Number(0, 1)
_SHARE = _Number(0, 1, open_low=True)
_POSITIVE = _Number(0)
_COUNT = _Number(1, whole=True)
_FLAG = _Choice(("true", "false"))

_KNOWN: dict[str, Callable[[str], Any]] = {
    "num_round": _COUNT, "early_stopping_rounds": _COUNT, "csv_weights": _SWITCH, "nthread": _COUNT,
    "verbosity": _Number(0, 3, whole=True), "booster": _Choice(("gbtree", "gblinear", "dart")),
    "objective": _Choice(_OBJECTIVES), "num_class": _Number(2, whole=True), "base_score": _POSITIVE,
    "eval_metric": _metric_list, "seed": _Number(1 - _INT_LIMIT, _INT_LIMIT - 2, whole=True),
    "eta": _FRACTION, "gamma": _POSITIVE, "max_depth": _Number(0, whole=True), "min_child_weight": _POSITIVE,
    "max_delta_step": _POSITIVE, "subsample": _SHARE, "colsample_bytree": _SHARE, "colsample_bylevel": _SHARE,
    "colsample_bynode": _SHARE, "lambda": _POSITIVE, "alpha": _POSITIVE, "lambda_bias": _FRACTION,
    "tree_method": _Choice(("auto", "exact", "approx", "hist")), "scale_pos_weight": _Number(0, open_low=True),
    "updater": _text, "refresh_leaf": _SWITCH, "process_type": _Choice(("default", "update")),
    "grow_policy": _Choice(("depthwise", "lossguide")), "max_leaves": _Number(0, whole=True),
    "max_bin": _Number(0, whole=True), "sample_type": _Choice(("uniform", "weighted")),
    "normalize_type": _Choice(("tree", "forest")), "rate_drop": _FRACTION, "one_drop": _SWITCH, "skip_drop": _FRACTION,
    "tweedie_variance_power": _Number(1, 2, open_low=True, open_high=True), "num_parallel_tree": _COUNT,
    "aft_loss_distribution": _Choice(("normal", "logistic", "extreme")), "aft_loss_distribution_scale": _POSITIVE,
    "sampling_method": _Choice(("uniform", "gradient_based")), "monotone_constraints": ast.literal_eval,
    "interaction_constraints": json.loads, "save_model_on_termination": _FLAG, "_tuning_objective_metric": _text,
}  # fmt: skip


def parse(given: Mapping[str, str]) -> dict[str, Any]:
    """Return the hyperparameters with their types, aliases resolved.

    Raises:
        HyperparameterError: one is unknown, missing or out of range.
    """
    parsed: dict[str, Any] = {}
    for given_name, text in given.items():
        name = _ALIASES.get(given_name, given_name)
        if name.startswith("sagemaker_"):
            continue  # what the SDK adds for itself
        if name in _LEFT_OUT:
            raise HyperparameterError(f"The local cloud does not implement the hyperparameter {given_name}")
        if name not in _KNOWN:
            raise HyperparameterError(
                f"Extraneous hyperparameter found: {given_name}; known are {', '.join(sorted(_KNOWN))}"
            )
        try:
            parsed[name] = _KNOWN[name](text)
        except (ValueError, SyntaxError) as error:
            allowed = _KNOWN[name] if isinstance(_KNOWN[name], _Number | _Choice) else "what the documentation lists"
            raise HyperparameterError(f"Hyperparameter {given_name}: {text} is not {allowed}") from error
    _check_together(parsed)
    return parsed


def _check_together(parsed: dict[str, Any]) -> None:
    if "num_round" not in parsed:
        raise HyperparameterError("Missing required hyperparameter: num_round")
    objective = str(parsed.get("objective", "reg:squarederror"))
    if objective.startswith("multi:") and "num_class" not in parsed:
        raise HyperparameterError("Require input for parameter 'num_class' for multi-classification")
    if "auc" in parsed.get("eval_metric", []) and not objective.startswith(("binary:", "rank:")):
        raise HyperparameterError("Metric 'auc' can only be applied for classification and ranking problems.")
    if "monotone_constraints" in parsed and parsed.get("tree_method") not in {"exact", "hist"}:
        raise HyperparameterError("monotone_constraints can be used only when tree_method is 'exact' or 'hist'.")
