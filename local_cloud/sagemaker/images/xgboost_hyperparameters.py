"""What the image of the built-in XGBoost says of its hyperparameters, in the words of SageMaker's container.

Names, types, ranges and what must go together are those of `config.xgboost_hyperparameters`, the container's own table.
"""

from collections.abc import Mapping
from typing import Any

from config.errors import RuleError
from config.hyperparameter_kinds import Choice, Kind
from config.xgboost_hyperparameters import KNOWN, TABLE, check_together
from local_cloud.sagemaker.images import xgboost_metrics

_LEFT_OUT = {"_kfold", "_num_cv_round", "use_dask_gpu_training"}  # the image has them
# A tuning job adds what it looks for; the container takes metrics of the validation data only.
_OBJECTIVE = {"_tuning_objective_metric": Choice(tuple(f"validation:{one}" for one in xgboost_metrics.ALL))}
_TAKEN: Mapping[str, Kind] = {**KNOWN, **_OBJECTIVE}


class HyperparameterError(Exception):
    """A hyperparameter is unknown, missing or out of range; the text says which and what is allowed."""


def parse(given: Mapping[str, str]) -> dict[str, Any]:
    """Return the hyperparameters, which arrive as text, with their types, aliases resolved.

    Raises:
        HyperparameterError: one is unknown, missing or out of range.
    """
    parsed: dict[str, Any] = {}
    for given_name, text in given.items():
        if given_name.startswith("sagemaker_"):
            continue  # what the SDK adds for itself
        name = TABLE.aliases.get(given_name, given_name)
        parsed[name] = _value(name, given_name, text)
    if missing := [name for name in TABLE.required if name not in parsed]:
        raise HyperparameterError(f"Missing required hyperparameter: {missing[0]}")
    try:
        check_together(parsed)
    except RuleError as error:
        raise HyperparameterError(f"Hyperparameter {error}") from error
    if "updater" in parsed:
        parsed["updater"] = ",".join(parsed["updater"])
    return parsed


def _value(name: str, given_name: str, text: str) -> Any:
    if name in _LEFT_OUT:
        raise HyperparameterError(f"The local cloud does not implement the hyperparameter {given_name}")
    if name not in _TAKEN:
        raise HyperparameterError(
            f"Extraneous hyperparameter found: {given_name}; known are {', '.join(sorted(TABLE.names))}"
        )
    try:
        return _TAKEN[name].parse(text)
    except ValueError as error:
        raise HyperparameterError(f"Hyperparameter {given_name}: {text} is not {_TAKEN[name]}") from error
