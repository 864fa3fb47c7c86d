"""The hyperparameters of the built-in XGBoost: one table for the configuration and the local image, true to XGBoost."""

from typing import Any

import numpy as np
import pytest
import xgboost
from pydantic import ValidationError

from config import xgboost_hyperparameters, xgboost_metrics
from config.errors import RuleError
from config.hyperparameter_kinds import Choice, CommaList, Number, Whole
from config.use_case.agreement import OBJECTIVES
from config.use_case.metrics import Problem
from config.xgboost_hyperparameters import KNOWN, TABLE
from local_cloud.sagemaker.images import xgboost_metrics as image_metrics
from local_cloud.sagemaker.images.xgboost_hyperparameters import HyperparameterError, parse
from tests.use_cases import SEARCH, use_case

ROWS = np.random.default_rng(0).random((60, 2))
LABELS = {
    "binary_classification": ROWS[:, 0] > 0.5,
    "multiclass_classification": (ROWS[:, 0] * 3).astype(int),
    "regression": ROWS[:, 0] + 1,
}
WRONG: list[tuple[dict[str, Any], list[str]]] = [
    ({"num_round": 3.5}, ["num_round: found 3.5", "whole number from 1 to 2147483647"]),
    ({"num_round": 0}, ["num_round: found 0"]),
    ({"num_round": "1" * 5000}, ["num_round: found"]),
    ({"eta": 5}, ["eta: found 5", "a number from 0 to 1"]),
    ({"eta": "nan"}, ["eta: found 'nan'"]),
    ({"gamma": "inf"}, ["gamma: found 'inf'", "at least 0"]),
    ({"subsample": 0}, ["subsample: found 0", "above 0 and at most 1"]),
    ({"max_depth": -1}, ["max_depth: found -1", "from 0 to"]),
    ({"max_bin": 1}, ["max_bin: found 1"]),
    ({"scale_pos_weight": 0}, ["scale_pos_weight: found 0", "above 0"]),
    ({"tweedie_variance_power": 2}, ["above 1 and below 2"]),
    ({"booster": "tree"}, ["booster: found 'tree'", "gbtree, gblinear, dart"]),
    ({"tree_method": "gpu_hist"}, ["tree_method: found 'gpu_hist'", "auto, exact, approx, hist"]),
    ({"eval_metric": "auc, error"}, ["eval_metric: found", "no spaces"]),
    ({"eval_metric": "error@"}, ["eval_metric: found", "error@0.3"]),
    ({"eval_metric": "auc@1"}, ["eval_metric: found"]),
    ({"monotone_constraints": "(1,2)"}, ["monotone_constraints: found", "1, 0 and -1"]),
    ({"monotone_constraints": "(1"}, ["monotone_constraints: found"]),
    ({"interaction_constraints": "[[0,1]]"}, ["interaction_constraints: found", "at least 1"]),
    ({"interaction_constraints": "[1]"}, ["interaction_constraints: found"]),
    ({"learning_rate": 0.1, "eta": 0.1}, ["learning_rate: is another name of eta"]),
    ({"max_dept": 3}, ["max_dept: is no hyperparameter", "did you mean max_depth?"]),
]
TOGETHER: list[tuple[dict[str, Any], str]] = [
    ({"monotone_constraints": "(1,0)"}, "tree_method: is missing; allowed with monotone_constraints is 'exact' or"),
    ({"interaction_constraints": "[[1,2]]", "tree_method": "auto"}, "tree_method: found 'auto'; allowed with inter"),
    ({"monotone_constraints": "(1,0,0)", "tree_method": "hist"}, "monotone_constraints: found 3 places; .* 2 features"),
    ({"updater": "shotgun"}, "updater: found 'shotgun'"),
    ({"updater": "grow_colmaker,grow_histmaker"}, "one grow_... at most"),
    ({"updater": "grow_colmaker", "booster": "gblinear"}, "allowed with gblinear is shotgun or coord_descent"),
    ({"updater": "grow_colmaker", "process_type": "update"}, "allowed are refresh, prune"),
    ({"eval_metric": "mlogloss"}, "eval_metric: found 'mlogloss'; allowed are accuracy"),
    ({"eval_metric": "auc,tweedie-nloglik"}, "eval_metric: found 'tweedie-nloglik'"),
    ({"base_score": 1.5}, "base_score: found 1.5; allowed with binary:logistic is a number below 1"),
    ({"csv_weights": 1}, "csv_weights: found 1, but the prepared rows have no column of weights"),
    ({"num_class": 2}, "num_class: comes from data.classes"),
    ({"objective": "binary:hinge"}, "objective: found 'binary:hinge'; allowed for binary_classification is"),
]
RANGES: list[tuple[str, dict[str, Any], str]] = [
    ("eta", {"lowest": 0.1, "highest": 5}, "eta.highest: found 5.0; allowed for eta is a number from 0 to 1"),
    ("subsample", {"lowest": 0, "highest": 1}, "subsample.lowest: found 0.0"),
    ("max_depth", {"type": "integer", "lowest": -1, "highest": 5}, "max_depth.lowest: found -1"),
    ("max_depth", {"lowest": 1, "highest": 5}, "max_depth.type: found 'continuous'; .* allowed is 'integer'"),
    ("eta", {"type": "integer", "lowest": 0, "highest": 1}, "eta.type: found 'integer'; .* allowed is 'continuous'"),
    ("max_depth", {"type": "categorical", "values": ["3", "x"]}, "max_depth.values.1: found x"),
    ("eta", {"type": "categorical", "values": ["0.1", "0.1"]}, r"ranges.eta\n.*values.1: names '0.1' more than once"),
    ("seed", {"type": "integer", "lowest": 0, "highest": 5}, "ranges.seed: found 'seed'; allowed are alpha"),
]


@pytest.mark.parametrize(("given", "words"), WRONG)
def test_a_wrong_value_is_refused_by_configuration_and_image(given: dict[str, Any], words: list[str]) -> None:
    with pytest.raises(RuleError) as found:
        TABLE.check({"num_round": 1, **given})
    assert all(word in str(found.value) for word in words), str(found.value)
    if len(given) == 1:  # where both names are given, the container takes the later
        with pytest.raises(HyperparameterError, match=next(iter(given))):
            parse({"num_round": "1"} | {name: str(value) for name, value in given.items()})


@pytest.mark.parametrize(("given", "message"), TOGETHER)
def test_what_does_not_go_together_is_refused(given: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=f"train.hyperparameters.*{message}"):
        use_case({"hyperparameters": {"num_round": 1, **given}})


@pytest.mark.parametrize(("name", "one", "message"), RANGES)
def test_a_range_beyond_what_the_algorithm_takes_is_refused(name: str, one: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        use_case({"tuning": {**SEARCH, "ranges": {name: one}}})


def test_a_range_and_a_value_by_another_name_are_refused() -> None:
    with pytest.raises(ValidationError, match=r"train.hyperparameters.learning_rate: is another name of eta"):
        use_case({"hyperparameters": {"num_round": 1, "learning_rate": 0.1}, "tuning": SEARCH})


def allowed(name: str) -> list[str]:
    """Ends of what the table allows, and all words."""
    kind = KNOWN[name]
    if isinstance(kind, Whole):
        return [str(kind.low)]
    if isinstance(kind, Number):
        return [
            str(kind.low + 0.1 if kind.open_low else kind.low),
            str(min(kind.high, 1) - 0.1 if kind.low < 1 else 1.9),
        ]
    return list(kind.values) if isinstance(kind, Choice) else []


@pytest.mark.parametrize("name", sorted(set(KNOWN) - {"objective", "process_type", "device", "num_class"}))
def test_xgboost_trains_with_what_the_table_allows(name: str) -> None:
    data = xgboost.DMatrix(ROWS, LABELS["binary_classification"])
    for text in allowed(name):
        parameters = parse({"num_round": "1", "objective": "binary:logistic", "verbosity": "0", name: text})
        rounds = parameters.pop("num_round")
        for of_the_image in ("early_stopping_rounds", "csv_weights", "save_model_on_termination"):
            parameters.pop(of_the_image, None)
        assert xgboost.train(parameters, data, rounds).num_boosted_rounds() == 1


@pytest.mark.parametrize("problem", LABELS)
def test_xgboost_computes_every_metric_that_fits_a_problem(problem: Problem) -> None:
    data = xgboost.DMatrix(ROWS, LABELS[problem])
    classes = {"num_class": 3} if problem == "multiclass_classification" else {}
    own = [one for one in xgboost_metrics.OF_PROBLEM[problem] if one not in image_metrics.ADDED_BY_IMAGE]
    for objective in OBJECTIVES[problem]:
        parameters = {"objective": objective, "eval_metric": own, "verbosity": 0, **classes}
        found: dict[str, dict[str, list[float]]] = {}
        xgboost.train(parameters, data, 1, evals=[(data, "rows")], evals_result=found, verbose_eval=False)
        assert set(found["rows"]) == set(own)


def test_the_image_searches_for_a_metric_of_the_validation_data() -> None:
    given = {"num_round": "1", "objective": "binary:logistic", "_tuning_objective_metric": "validation:auc"}
    assert parse(given)["_tuning_objective_metric"] == "validation:auc"
    with pytest.raises(HyperparameterError, match="train:auc is not one of"):
        parse(given | {"_tuning_objective_metric": "train:auc"})


def test_every_metric_is_known_and_what_more_of_it_means() -> None:
    every = {*xgboost_metrics.MAXIMIZED, *xgboost_metrics.MINIMIZED}
    assert {one for of in xgboost_metrics.OF_PROBLEM.values() for one in of} <= every
    metrics = xgboost_hyperparameters.KNOWN["eval_metric"]
    assert isinstance(metrics, CommaList)
    assert set(metrics.values) == every


def test_what_may_be_searched_is_a_number_that_is_known() -> None:
    assert all(isinstance(KNOWN[name], Whole | Number) for name in TABLE.tunable)
