"""What the image of the built-in K-means says of its hyperparameters, in the words of SageMaker's own algorithms.

Names, types, ranges and defaults are those of `config.kmeans_hyperparameters`, the documentation's table.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from config.kmeans_hyperparameters import DEFAULTS, KNOWN, METRICS, REQUIRED
from local_cloud.sagemaker.images.channels import UserError

# The container's log shows that auto became 10, and ten attempts; its rule for other data is unpublished.
AUTO_CENTER_FACTOR = 10
AUTO_TRIALS = 10
_OBJECTIVE = "_tuning_objective_metric"  # what a tuning job adds


@dataclass(frozen=True)
class Hyperparameters:
    """The hyperparameters with their types, `auto` decided."""

    feature_dim: int
    k: int
    epochs: int
    eval_metrics: tuple[str, ...]
    extra_center_factor: int
    half_life_time_size: int
    init_method: str
    local_lloyd_init_method: str
    local_lloyd_max_iter: int
    local_lloyd_num_trials: int
    local_lloyd_tol: float
    mini_batch_size: int


def parse(given: Mapping[str, str]) -> Hyperparameters:
    """Return the hyperparameters, with the documentation's defaults.

    Raises:
        UserError: one is unknown, missing or out of range.
    """
    if missing := [name for name in REQUIRED if name not in given]:
        named = ", ".join(f"'{name}'" for name in missing)
        raise UserError(
            f"No value(s) were specified for {named} which are required hyperparameter(s) (caused by ValidationError)"
        )
    unknown = [name for name in given if name not in KNOWN and name != _OBJECTIVE]
    if unknown:
        named = ", ".join(f"'{name}'" for name in unknown)
        raise UserError(
            f"Additional properties are not allowed ({named} {'was' if len(unknown) == 1 else 'were'} unexpected) "
            f"(caused by ValidationError)\n\nAllowed are {', '.join(sorted(KNOWN))}"
        )
    values = {name: _value(name, text) for name, text in {**DEFAULTS, **given}.items() if name != _OBJECTIVE}
    del values["force_dense"]  # whether the container keeps sparse rows sparse in memory; here all become dense
    objective = given.get(_OBJECTIVE, "").removeprefix("test:")
    metrics = [*values["eval_metrics"], *([objective] if objective in METRICS else [])]
    values["eval_metrics"] = tuple(dict.fromkeys(metrics))
    for name, number in (("extra_center_factor", AUTO_CENTER_FACTOR), ("local_lloyd_num_trials", AUTO_TRIALS)):
        values[name] = number if values[name] == "auto" else values[name]
    return Hyperparameters(**values)


def _value(name: str, text: str) -> Any:
    try:
        return KNOWN[name].parse(text)
    except json.JSONDecodeError as error:
        raise UserError(
            f"Hyperparameter must be valid json, but found {name}: {text} (caused by ValueError)\n\n"
            f"Caused by: allowed is {KNOWN[name]}"
        ) from error
    except ValueError as error:
        raise UserError(
            f"'{text}' is not valid under any of the given schemas (caused by ValidationError)\n\n"
            f"Caused by: {name} is {KNOWN[name]}"
        ) from error
