"""The hyperparameters of SageMaker's built-in K-means algorithm: names, types, ranges, defaults.

Source: the AWS documentation, "K-Means Hyperparameters" and "Tune a K-Means Model"; `force_dense` is undocumented, the
container's own log lists it. The container refuses a wrong value only after a machine has been started; here it is
refused before anything is built.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from config import hyperparameter_names

METRICS = ("msd", "ssd")  # mean and sum of the squared distances from rows to their closest centers


@dataclass(frozen=True)
class Whole:
    """A whole number of at least `low`, or the word auto if `auto`."""

    low: int = 1
    auto: bool = False

    def parse(self, text: str) -> int | str:
        """Return the value; ValueError if it is not allowed."""
        if self.auto and text == "auto":
            return text
        if (value := int(text)) < self.low:
            raise ValueError(text)
        return value

    def __str__(self) -> str:
        return f"a whole number of at least {self.low}{', or auto' if self.auto else ''}"


@dataclass(frozen=True)
class Fraction:
    """A number from 0 to 1."""

    def parse(self, text: str) -> float:
        """Return the value; ValueError if it is not allowed."""
        if not 0 <= (value := float(text)) <= 1:
            raise ValueError(text)
        return value

    def __str__(self) -> str:
        return "a number from 0 to 1"


@dataclass(frozen=True)
class Choice:
    """One of several words."""

    values: tuple[str, ...]

    def parse(self, text: str) -> str:
        """Return the value; ValueError if it is not allowed."""
        if text not in self.values:
            raise ValueError(text)
        return text

    def __str__(self) -> str:
        return f"one of {', '.join(self.values)}"


@dataclass(frozen=True)
class MetricList:
    """A JSON list of metrics."""

    def parse(self, text: str) -> list[str]:
        """Return the metrics; ValueError if it is no JSON, names another or names none."""
        names = json.loads(text)
        if not isinstance(names, list) or not names or not all(name in METRICS for name in names):
            raise ValueError(text)
        return names

    def __str__(self) -> str:
        return 'a JSON list: ["msd"], ["ssd"] or ["msd", "ssd"]'


_INITIAL = Choice(("random", "kmeans++"))

KNOWN: Mapping[str, Whole | Fraction | Choice | MetricList] = {
    "feature_dim": Whole(),
    "k": Whole(),
    "epochs": Whole(),
    "eval_metrics": MetricList(),
    "extra_center_factor": Whole(auto=True),
    "force_dense": Choice(("true", "True", "false", "False")),
    "half_life_time_size": Whole(low=0),
    "init_method": _INITIAL,
    "local_lloyd_init_method": _INITIAL,
    "local_lloyd_max_iter": Whole(),
    "local_lloyd_num_trials": Whole(auto=True),
    "local_lloyd_tol": Fraction(),
    "mini_batch_size": Whole(),
}
REQUIRED = {"k": 10, "feature_dim": 64}
DEFAULTS: Mapping[str, str] = {
    "epochs": "1",
    "eval_metrics": '["msd"]',
    "extra_center_factor": "auto",
    "force_dense": "true",
    "half_life_time_size": "0",
    "init_method": "random",
    "local_lloyd_init_method": "kmeans++",
    "local_lloyd_max_iter": "300",
    "local_lloyd_num_trials": "auto",
    "local_lloyd_tol": "0.0001",
    "mini_batch_size": "5000",
}
# What the documentation recommends to search when tuning: (lowest, highest), or the words.
TUNABLE: Mapping[str, tuple[int, int] | tuple[str, ...]] = {
    "epochs": (1, 10),
    "extra_center_factor": (4, 10),
    "init_method": _INITIAL.values,
    "mini_batch_size": (3000, 15000),
}


def problem(given: Mapping[str, Any]) -> str | None:
    """Return what is wrong with hyperparameters, for people, or None."""
    if wrong := hyperparameter_names.problem(given, algorithm="K-means", known=KNOWN, required=REQUIRED):
        return wrong
    for name, value in given.items():
        try:
            KNOWN[name].parse(str(value))
        except ValueError:
            return f"{name}: found {value!r}; allowed is {KNOWN[name]}. Correct the value"
    return None
