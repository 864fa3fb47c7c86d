"""The hyperparameters of SageMaker's built-in XGBoost algorithm.

Source: the AWS documentation, "XGBoost hyperparameters", and the container's own check
(sagemaker-xgboost-container, algorithm_mode/hyperparameter_validation.py). The container refuses unknown names only
after a machine has been started; here they are refused before anything is built.
"""

import difflib

# fmt: off
NAMES = frozenset(
    {
        "alpha", "base_score", "booster", "colsample_bylevel", "colsample_bynode", "colsample_bytree",
        "csv_weights", "deterministic_histogram", "dsplit", "early_stopping_rounds", "eta", "eval_metric",
        "gamma", "grow_policy", "interaction_constraints", "lambda", "lambda_bias", "learning_rate", "max_bin",
        "max_delta_step", "max_depth", "max_leaves", "min_child_weight", "min_split_loss",
        "monotone_constraints", "normalize_type", "nthread", "num_parallel_tree", "num_round", "objective",
        "one_drop", "process_type", "rate_drop", "refresh_leaf", "reg_alpha", "reg_lambda", "sample_type",
        "sampling_method", "save_model_on_termination", "scale_pos_weight", "seed", "sketch_eps", "skip_drop",
        "subsample", "tree_method", "updater", "verbosity",
    }
)
# fmt: on
REQUIRED = frozenset({"num_round"})


def problem(names: set[str]) -> str | None:
    """Return what is wrong with a set of hyperparameter names, for people, or None."""
    for name in sorted(names - NAMES):
        near = difflib.get_close_matches(name, NAMES, n=1)
        remedy = f"did you mean {near[0]}?" if near else "remove it"
        known = ", ".join(sorted(NAMES))
        return f"found {name!r}, which the built-in XGBoost does not have; allowed are {known}; {remedy}"
    for name in sorted(REQUIRED - names):
        return f"{name} is missing; the built-in XGBoost requires it; add for example {name}: 100"
    return None
