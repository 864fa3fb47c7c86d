"""The hyperparameters of SageMaker's built-in XGBoost algorithm.

Source: the AWS documentation, "XGBoost hyperparameters", and the container's own check
(sagemaker-xgboost-container, algorithm_mode/hyperparameter_validation.py). The container refuses unknown names only
after a machine has been started; here they are refused before anything is built.
"""

from config import hyperparameter_names

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
# What the documentation lists for a search: "Tunable XGBoost hyperparameters".
TUNABLE = frozenset(
    {
        "alpha", "colsample_bylevel", "colsample_bynode", "colsample_bytree", "eta", "gamma", "lambda",
        "max_delta_step", "max_depth", "min_child_weight", "num_round", "subsample",
    }
)
# fmt: on
REQUIRED = {"num_round": 100}


def problem(names: set[str]) -> str | None:
    """Return what is wrong with a set of hyperparameter names, for people, or None."""
    return hyperparameter_names.problem(names, algorithm="XGBoost", known=NAMES, required=REQUIRED)
