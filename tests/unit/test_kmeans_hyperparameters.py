"""The hyperparameters of the built-in K-means: what is allowed, and what is said of the rest."""

from typing import Any

import pytest

from config.kmeans_hyperparameters import DEFAULTS, KNOWN, REQUIRED, TUNABLE, problem

ENOUGH: dict[str, Any] = {"k": 10, "feature_dim": 64}


def test_every_hyperparameter_is_required_or_has_an_allowed_default() -> None:
    assert KNOWN.keys() == REQUIRED.keys() | DEFAULTS.keys()
    assert not REQUIRED.keys() & DEFAULTS.keys()
    assert problem({**REQUIRED, **DEFAULTS}) is None


def test_what_is_recommended_for_tuning_is_allowed() -> None:
    for name, values in TUNABLE.items():
        assert all(problem({**ENOUGH, name: value}) is None for value in values)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"k": 0}, ["k: found 0", "whole number of at least 1"]),
        ({"k": "auto"}, ["k: found 'auto'", "at least 1. Correct"]),
        ({"k": 2.5}, ["k: found 2.5"]),
        ({"extra_center_factor": "many"}, ["'many'", "at least 1, or auto"]),
        ({"half_life_time_size": -1}, ["at least 0"]),
        ({"local_lloyd_tol": 1.5}, ["1.5", "from 0 to 1"]),
        ({"local_lloyd_tol": "nan"}, ["from 0 to 1"]),
        ({"init_method": "forgy"}, ["'forgy'", "random, kmeans++"]),
        ({"eval_metrics": "msd"}, ['["msd"]']),
        ({"eval_metrics": '["mse"]'}, ['["msd", "ssd"]']),
        ({"eval_metrics": "[]"}, ["JSON list"]),
        ({"mini_batchsize": 100}, ["'mini_batchsize'", "did you mean mini_batch_size?"]),
    ],
)
def test_a_wrong_value_is_told_with_what_is_allowed(change: dict[str, Any], words: list[str]) -> None:
    found = problem({**ENOUGH, **change})
    assert found is not None
    assert all(word in found for word in words), found


def test_what_is_required_is_asked_for() -> None:
    assert (
        problem({"k": 3}) == "feature_dim is missing; the built-in K-means requires it; add for example feature_dim: 64"
    )


@pytest.mark.parametrize(
    "change", [{"extra_center_factor": "auto"}, {"half_life_time_size": 0}, {"local_lloyd_tol": 1}]
)
def test_the_ends_of_the_ranges_are_allowed(change: dict[str, Any]) -> None:
    assert problem({**ENOUGH, **change}) is None
