"""The card says what training found: the best job of a search, and the rounds of the model."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xgboost

from pipelines_src.steps.evaluation import trained
from pipelines_src.steps.kmeans_model import KMeans
from pipelines_src.steps.use_case import UseCase
from tests.unit.evaluation_kit import Run
from tests.unit.evaluation_kit import trained as trained_run
from tests.use_cases import way

SEARCH = {
    "objective": "validation:auc",
    "goal": "Maximize",
    "ranges": {"eta": {"lowest": 0.1, "highest": 0.5}, "max_depth": {"type": "categorical", "values": ["3", "4"]}},
}
FOUND = {
    "ML_LOOP_TRAINING_JOB": "best-7",
    "ML_LOOP_OBJECTIVE": "0.9375",
    "ML_LOOP_TUNED_eta": "0.3125",
    "ML_LOOP_TUNED_max_depth": '"3"',  # as SageMaker gives values of lists
}
TOLD = {
    "training_job": "best-7",
    "objective": "validation:auc",
    "goal": "Maximize",
    "value": 0.9375,
    "hyperparameters": {"eta": "0.3125", "max_depth": "3"},
}


def model(rounds: int = 5, stops: int | None = None, **parameters: Any) -> xgboost.Booster:
    random = np.random.default_rng(0)
    rows, label = random.random((200, 2)), random.integers(0, 2, 200)
    callbacks = [xgboost.callback.EarlyStopping(rounds=stops, save_best=True)] if stops else []
    return xgboost.train(
        {"nthread": 1, **parameters},
        xgboost.DMatrix(rows, label),
        rounds,
        evals=[(xgboost.DMatrix(random.random((50, 2)), random.integers(0, 2, 50)), "validation")],
        callbacks=callbacks,
        verbose_eval=False,
    )


@pytest.mark.parametrize(
    ("parameters", "trees"),
    [
        ({}, 5),
        ({"objective": "multi:softprob", "num_class": 3}, 15),
        ({"booster": "dart"}, 5),
        ({"num_parallel_tree": 4}, 20),
        ({"booster": "gblinear"}, None),
    ],
)
def test_rounds_and_trees_are_those_of_the_model(parameters: dict[str, Any], trees: int | None) -> None:
    assert trained.rounds(model(**parameters)) == {"rounds": 5, "trees": trees, "best_iteration": None}


def test_the_best_iteration_is_told_where_training_stopped_by_it() -> None:
    found = trained.rounds(model(100, stops=3))
    assert found["best_iteration"] == found["rounds"] - 1 < 90
    assert trained.rounds(KMeans(np.zeros((2, 2)))) == {}


def test_a_model_of_no_search_has_none() -> None:
    once, search = (UseCase.from_document(way(name).model_dump(mode="json")) for name in ("xgboost", "search"))
    assert trained.tuning(once, FOUND) is None
    assert trained.tuning(search, {}) is None, "a notebook judges a single training"
    assert trained.tuning(replace(search, train={**search.train, "tuning": SEARCH}), FOUND) == TOLD


def test_the_card_of_a_searched_model_has_it_and_its_rounds(tmp_path: Path) -> None:
    train = {"algorithm": "xgboost", "hyperparameters": {"num_round": 20, "eta": 0.5}, "tuning": SEARCH}
    run: Run = trained_run(tmp_path, "binary_classification", train=train)
    done = run.evaluate(variables=FOUND)
    assert done.returncode == 0, done.stderr
    card = run.output("model_card.json")
    assert card["tuning"] == TOLD
    assert card["model"] == {"rounds": 20, "trees": 20, "best_iteration": None}
    page = (run.folder("evaluate", "output", "evaluation") / "model_card.html").read_text()
    assert "<td><code>eta</code></td><td>0.3125</td>" in page
    assert "<td><code>eta</code></td><td>0.5</td>" not in page, "which the search replaced"
    assert "<td>rounds in the model</td><td>20</td>" in page
