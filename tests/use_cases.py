"""A small use case, for every way to train it."""

from typing import Any

from config import UseCase

NAME = "points"
SPOT = {"max_wait_seconds": 3600}
SCRIPT: dict[str, Any] = {
    "algorithm": "script",
    "entry_point": "train.py",
    "hyperparameters": {"rounds": 3, "colour": "blue"},
    "metrics": {"score": r"score=(\d+);"},
}
IMAGE: dict[str, Any] = {
    "algorithm": "image",
    "image": "111122223333.dkr.ecr.ap-northeast-1.amazonaws.com/team/forest@sha256:" + "0" * 64,
    "hyperparameters": {"trees": 10},
    "metrics": {"oob": "oob=([0-9.]+)"},
}
SEARCH: dict[str, Any] = {
    "objective": "validation:auc",
    "goal": "Maximize",
    "ranges": {
        "eta": {"lowest": 0.01, "highest": 0.5, "scale": "Logarithmic"},
        "num_round": {"type": "integer", "lowest": 5, "highest": 50},
    },
}
SEARCH_OF_IMAGE: dict[str, Any] = {
    "objective": "oob",
    "goal": "Minimize",
    "ranges": {"trees": {"type": "categorical", "values": ["10", "100"]}},
    "strategy": "Grid",
}
WAYS: dict[str, tuple[str, dict[str, Any]]] = {
    "xgboost": ("binary_classification", {}),
    "together": ("regression", {"instances": 3}),
    "spot": ("binary_classification", {"spot": SPOT}),
    "warm": ("binary_classification", {"warm_start": "champion"}),
    "search": ("binary_classification", {"tuning": SEARCH, "spot": SPOT}),
    "hyperband": ("binary_classification", {"tuning": {**SEARCH, "strategy": "Hyperband", "most_rounds": 50}}),
    "kmeans": ("clustering", {"algorithm": "kmeans", "k": 3, "spot": SPOT}),
    "script": ("binary_classification", {**SCRIPT, "warm_start": "champion", "spot": SPOT}),
    "image": ("binary_classification", IMAGE),
    "image search": ("binary_classification", {**IMAGE, "tuning": SEARCH_OF_IMAGE}),
}


def use_case(train: dict[str, Any], problem: str = "binary_classification", **data: Any) -> UseCase:
    """Points of the plane: in which of three places they are, or whether that is the first."""
    labelled = {} if problem == "clustering" else {"label": "first"}
    number = {"type": "number", "missing": "mean"}
    return UseCase.model_validate(
        {
            "name": NAME,
            "description": "Where is the point?",
            "problem": problem,
            "data": {
                "raw": {"points": ["id", "x", "y", *labelled.values()]},
                "record": [{"name": "x", "type": "number"}, {"name": "y", "type": "number"}],
                "id": "id",
                "features": [{"name": name, "source": name, **number} for name in ("x", "y")],
                **labelled,
                **data,
            },
            "split": {"by": "random", "stratify": problem.endswith("classification")},
            "train": {"max_runtime_seconds": 60, **train},
            "gate": [{"metric": "rows", "at_least": 1}],
        }
    )


def way(name: str) -> UseCase:
    """Return the use case that trains in one of `WAYS`."""
    problem, train = WAYS[name]
    return use_case(train, problem)
