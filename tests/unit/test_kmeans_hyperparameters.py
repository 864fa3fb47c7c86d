"""The hyperparameters of the built-in K-means: what is allowed, and what is said of the rest."""

from typing import Any

import pytest

from config.errors import RuleError
from config.kmeans_hyperparameters import DEFAULTS, KNOWN, RECOMMENDED, REQUIRED, TABLE

ENOUGH: dict[str, Any] = {"k": 10, "feature_dim": 64}


def test_every_hyperparameter_is_required_or_has_an_allowed_default() -> None:
    assert KNOWN.keys() == REQUIRED.keys() | DEFAULTS.keys()
    assert not REQUIRED.keys() & DEFAULTS.keys()
    TABLE.check({**REQUIRED, **DEFAULTS})


def test_what_is_recommended_for_tuning_is_allowed() -> None:
    for name, values in RECOMMENDED.items():
        for value in values:
            TABLE.check({**ENOUGH, name: value})


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"k": 0}, ["k: found 0", "whole number of at least 1"]),
        ({"k": "auto"}, ["k: found 'auto'", "at least 1; correct"]),
        ({"k": 2.5}, ["k: found 2.5"]),
        ({"extra_center_factor": "many"}, ["'many'", "at least 1, or auto"]),
        ({"half_life_time_size": -1}, ["at least 0"]),
        ({"local_lloyd_tol": 1.5}, ["1.5", "from 0 to 1"]),
        ({"local_lloyd_tol": "nan"}, ["from 0 to 1"]),
        ({"init_method": "forgy"}, ["'forgy'", "random, kmeans++"]),
        ({"eval_metrics": "msd"}, ['["msd"]']),
        ({"eval_metrics": '["mse"]'}, ['["msd", "ssd"]']),
        ({"eval_metrics": "[]"}, ["JSON list"]),
        ({"mini_batchsize": 100}, ["mini_batchsize: is no hyperparameter", "did you mean mini_batch_size?"]),
    ],
)
def test_a_wrong_value_is_told_with_what_is_allowed(change: dict[str, Any], words: list[str]) -> None:
    with pytest.raises(RuleError) as found:
        TABLE.check({**ENOUGH, **change})
    assert found.value.key == tuple(change)
    assert all(word in str(found.value) for word in words), str(found.value)


def test_what_is_required_is_asked_for() -> None:
    with pytest.raises(RuleError, match=r"feature_dim: is missing; .* requires it; add for example `feature_dim: 64`"):
        TABLE.check({"k": 3})


@pytest.mark.parametrize(
    "change", [{"extra_center_factor": "auto"}, {"half_life_time_size": 0}, {"local_lloyd_tol": 1}]
)
def test_the_ends_of_the_ranges_are_allowed(change: dict[str, Any]) -> None:
    TABLE.check({**ENOUGH, **change})
