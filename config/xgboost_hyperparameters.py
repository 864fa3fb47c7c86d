"""The hyperparameters of SageMaker's built-in XGBoost algorithm: names, types, ranges, and what must go together.

Source: the container's own check (sagemaker-xgboost-container for XGBoost 3.2,
algorithm_mode/hyperparameter_validation.py), which is narrower in places than the AWS documentation, "XGBoost
hyperparameters"; `max_bin`, `tree_method` and `updater` are what XGBoost 3.2 still takes of it. The container refuses a
wrong value only after a machine has been started; here it is refused before anything is built. Left out: `_kfold`,
`_num_cv_round` and `use_dask_gpu_training`, which train something else than one model from these channels.
"""

from collections.abc import Mapping
from typing import Any

from config import xgboost_metrics
from config.errors import RuleError
from config.hyperparameter_kinds import MOST, Choice, CommaList, Groups, Kind, Number, Signs, Whole
from config.hyperparameter_table import Table

OBJECTIVES = (
    "binary:logistic", "binary:logitraw", "binary:hinge", "count:poisson", "multi:softmax", "multi:softprob",
    "rank:pairwise", "rank:ndcg", "rank:map", "reg:linear", "reg:squarederror", "reg:logistic", "reg:gamma",
    "reg:pseudohubererror", "reg:squaredlogerror", "reg:absoluteerror", "reg:tweedie", "survival:aft", "survival:cox",
)  # fmt: skip
_LINEAR_UPDATERS = ("shotgun", "coord_descent")
_GROWING_UPDATERS = ("grow_colmaker", "grow_histmaker")
_CHANGING_UPDATERS = ("refresh", "prune")
_COUNT, _SIZE, _SWITCH = Whole(1, MOST), Whole(0, MOST), Whole(0, 1)
_FRACTION, _SHARE, _WEIGHT = Number(0, 1), Number(0, 1, open_low=True), Number(0)
_FLAG = Choice(("true", "false"))

KNOWN: Mapping[str, Kind] = {
    "aft_loss_distribution": Choice(("normal", "logistic", "extreme")),
    "aft_loss_distribution_scale": _WEIGHT,
    "alpha": _WEIGHT,
    "base_score": _WEIGHT,
    "booster": Choice(("gbtree", "gblinear", "dart")),
    "colsample_bylevel": _SHARE,
    "colsample_bynode": _SHARE,
    "colsample_bytree": _SHARE,
    "csv_weights": _SWITCH,
    "deterministic_histogram": _FLAG,
    "device": Choice(("cpu", "cuda", "gpu")),
    "dsplit": Choice(("row", "col")),
    "early_stopping_rounds": _COUNT,
    "eta": _FRACTION,
    "eval_metric": CommaList((*xgboost_metrics.MAXIMIZED, *xgboost_metrics.MINIMIZED), xgboost_metrics.WITH_THRESHOLD),
    "gamma": _WEIGHT,
    "grow_policy": Choice(("depthwise", "lossguide")),
    "interaction_constraints": Groups(1),
    "lambda": _WEIGHT,
    "lambda_bias": _FRACTION,
    "max_bin": Whole(2, MOST),
    "max_delta_step": _WEIGHT,
    "max_depth": _SIZE,
    "max_leaves": _SIZE,
    "min_child_weight": _WEIGHT,
    "monotone_constraints": Signs(),
    "normalize_type": Choice(("tree", "forest")),
    "nthread": _COUNT,
    "num_class": Whole(2, MOST),
    "num_parallel_tree": _COUNT,
    "num_round": _COUNT,
    "objective": Choice(OBJECTIVES),
    "one_drop": _SWITCH,
    "predictor": Choice(("auto", "cpu_predictor", "gpu_predictor")),
    "prob_buffer_row": Whole(2, MOST),
    "process_type": Choice(("default", "update")),
    "rate_drop": _FRACTION,
    "refresh_leaf": _SWITCH,
    "sample_type": Choice(("uniform", "weighted")),
    "sampling_method": Choice(("uniform", "gradient_based")),
    "save_model_on_termination": _FLAG,
    "scale_pos_weight": Number(0, open_low=True),
    "seed": Whole(-MOST, MOST - 1),
    "sketch_eps": Number(0, 1, open_low=True, open_high=True),
    "skip_drop": _FRACTION,
    "subsample": _SHARE,
    "tree_method": Choice(("auto", "exact", "approx", "hist")),
    "tweedie_variance_power": Number(1, 2, open_low=True, open_high=True),
    "updater": CommaList((*_GROWING_UPDATERS, "sync", *_CHANGING_UPDATERS, *_LINEAR_UPDATERS)),
    "verbosity": Whole(0, 3),
}
TABLE = Table(
    algorithm="XGBoost",
    known=KNOWN,
    required={"num_round": 100},
    # What the documentation lists for a search: "Tunable XGBoost hyperparameters".
    tunable=frozenset(
        {
            "alpha", "colsample_bylevel", "colsample_bynode", "colsample_bytree", "eta", "gamma", "lambda",
            "max_delta_step", "max_depth", "min_child_weight", "num_round", "subsample",
        }
    ),
    aliases={"learning_rate": "eta", "min_split_loss": "gamma", "reg_lambda": "lambda", "reg_alpha": "alpha"},
)  # fmt: skip


def check_together(parsed: Mapping[str, Any]) -> None:
    """Refuse hyperparameters that are allowed each and not together; RuleError names one of them.

    Args:
        parsed: by the names in `KNOWN`, `objective` among them unless it is XGBoost's default.
    """
    objective, metrics = parsed.get("objective", "reg:squarederror"), parsed.get("eval_metric", ())
    if objective.startswith("multi:") and "num_class" not in parsed:
        raise RuleError(("num_class",), f"is missing; {objective} needs the number of classes; add it")
    if objective in ("binary:logistic", "reg:logistic") and parsed.get("base_score", 0.5) >= 1:
        raise RuleError(
            ("base_score",), f"found {parsed['base_score']}; allowed with {objective} is a number below 1; lower it"
        )
    if "auc" in metrics and not objective.startswith(("binary:", "rank:")):
        raise RuleError(
            ("eval_metric",), f"found 'auc', which {objective} has not; allowed with binary and rank; choose another"
        )
    if "aft-nloglik" in metrics and objective != "survival:aft":
        raise RuleError(("eval_metric",), "found 'aft-nloglik'; allowed with survival:aft alone; choose another")
    for name, methods in (
        ("monotone_constraints", ("exact", "hist")),
        ("interaction_constraints", ("exact", "hist", "approx")),
    ):
        if name in parsed and parsed.get("tree_method") not in methods:
            found = f"found {parsed['tree_method']!r}" if "tree_method" in parsed else "is missing"
            raise RuleError(
                ("tree_method",), f"{found}; allowed with {name} is {' or '.join(map(repr, methods))}; set it"
            )
    if "updater" in parsed:
        _check_updaters(parsed["updater"], parsed)


def _check_updaters(updaters: list[str], parsed: Mapping[str, Any]) -> None:
    if parsed.get("booster") == "gblinear":
        if len(updaters) != 1 or updaters[0] not in _LINEAR_UPDATERS:
            raise RuleError(
                ("updater",),
                f"found {','.join(updaters)!r}; allowed with gblinear is {' or '.join(_LINEAR_UPDATERS)}; choose one",
            )
        return
    allowed: tuple[str, ...] = (*_GROWING_UPDATERS, "sync", *_CHANGING_UPDATERS)
    why = "one grow_... at most, and without gblinear no linear ones"
    if parsed.get("process_type") == "update":
        allowed, why = _CHANGING_UPDATERS, "process_type update grows no trees"
    if any(one not in allowed for one in updaters) or sum(one in _GROWING_UPDATERS for one in updaters) > 1:
        raise RuleError(
            ("updater",), f"found {','.join(updaters)!r}; allowed are {', '.join(allowed)}, {why}; remove the rest"
        )
