"""How XGBoost's objectives of one output turn a sum of leaves into a prediction, and the base score into its start.

Source: xgboost 3.2.0, src/objective/regression_loss.h, regression_obj.cu, hinge.cu and src/common/math.h; `tree_table`
compares its predictions with XGBoost's before it uses one of them.
"""

import math
from collections.abc import Callable

import numpy as np

Link = Callable[[np.float32], float]
Margin = Callable[[np.float32], np.float32]
_ONE = np.float32(1)
_LARGEST = 88.7  # XGBoost's bound, so that the exponential is a finite float32


def _sigmoid(margin: np.float32) -> float:
    return float(_ONE / (_ONE + np.float32(math.exp(min(-float(margin), _LARGEST)))))


def _logit(rate: np.float32) -> np.float32:
    return np.float32(-np.log(_ONE / rate - _ONE))


def _exponential(margin: np.float32) -> float:
    with np.errstate(over="ignore"):  # infinite, as in XGBoost
        return float(np.exp(margin))


LINKS: dict[str, tuple[Link, Margin]] = {
    **dict.fromkeys(("binary:logistic", "reg:logistic"), (_sigmoid, _logit)),
    **dict.fromkeys(
        ("reg:squarederror", "reg:absoluteerror", "reg:pseudohubererror", "binary:logitraw"), (float, np.float32)
    ),
    **dict.fromkeys(("count:poisson", "reg:gamma", "reg:tweedie"), (_exponential, np.log)),
}
"""Objective -> link, margin of a base score."""
