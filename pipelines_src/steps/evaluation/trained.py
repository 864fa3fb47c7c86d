"""What training found that use_case.yaml does not say: the best job of a search, and how many rounds the model has."""

import json
from collections.abc import Mapping
from typing import Any

import xgboost

from ..models import Model
from ..use_case import UseCase
from .judged import Document

# The pipeline knows them of the search, as texts; a job without a network cannot ask.
JOB, OBJECTIVE, TUNED = "ML_LOOP_TRAINING_JOB", "ML_LOOP_OBJECTIVE", "ML_LOOP_TUNED_"


def tuning(use_case: UseCase, variables: Mapping[str, str]) -> Document | None:
    """Return the best training job of a search, its objective and the hyperparameters that were searched.

    None where the model is not of a search, or of one that nobody told of.

    Args:
        use_case: what was asked for.
        variables: environment variables of the job.
    """
    asked = use_case.train.get("tuning")
    if asked is None or JOB not in variables:
        return None
    return {
        "training_job": variables[JOB],
        "objective": asked["objective"],
        "goal": asked["goal"],
        "value": float(variables[OBJECTIVE]),
        "hyperparameters": {name: _plain(variables[f"{TUNED}{name}"]) for name in asked["ranges"]},
    }


def rounds(model: Model) -> Document:
    """Return how many rounds and trees an XGBoost model has, and its best iteration if training stopped by it."""
    if not isinstance(model, xgboost.Booster):
        return {}
    best = model.attr("best_iteration")
    return {
        "rounds": model.num_boosted_rounds(),
        "trees": _trees(model),
        "best_iteration": None if best is None else int(best),
    }


def _plain(text: str) -> str:
    # SageMaker gives lists of values to its toolkits as JSON, and so in quotes.
    return str(json.loads(text)) if text.startswith('"') else text


def _trees(model: xgboost.Booster) -> int | None:
    found: Any = json.loads(model.save_config())["learner"]["gradient_booster"]
    found = found.get("gbtree", found)  # dart's trees lie deeper
    return int(found["gbtree_model_param"]["num_trees"]) if "gbtree_model_param" in found else None
