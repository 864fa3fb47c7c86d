"""What a use case file may say of its training, and what is said of the rest."""

from typing import Any

import pytest
from pydantic import ValidationError

from config import ConfigError, load_environment
from config.training_image import require_images, training_image
from config.use_case.prepare import Prepare
from tests.use_cases import IMAGE, SCRIPT, SEARCH, SEARCH_OF_IMAGE, WAYS, use_case, way

KMEANS = {"algorithm": "kmeans", "k": 3}
REFUSED: dict[str, tuple[dict[str, Any], str, list[str]]] = {
    "k twice": (
        {**KMEANS, "hyperparameters": {"k": 4}}, "clustering", ["hyperparameters.k: comes from train.k; remove"],
    ),
    "width given": ({**KMEANS, "hyperparameters": {"feature_dim": 2}}, "clustering", ["comes from data.features"]),
    "unknown to kmeans": ({**KMEANS, "hyperparameters": {"epoch": 2}}, "clustering", ["did you mean epochs?"]),
    "kmeans waits too long": (
        {**KMEANS, "spot": {"max_wait_seconds": 7200}}, "clustering", ["found 7200", "at most 3600", "no checkpoints"],
    ),
    "waits less than it runs": ({"spot": {"max_wait_seconds": 60}, "max_runtime_seconds": 90}, "", ["at least", "90"]),
    "no metric of xgboost": (
        {"tuning": {**SEARCH, "objective": "validation:aucc"}}, "", ["did you mean validation:auc?"],
    ),
    "wrong goal": ({"tuning": {**SEARCH, "goal": "Minimize"}}, "", ["found Minimize", "validation:auc is Maximize"]),
    "no range of xgboost": (
        {"tuning": {**SEARCH, "ranges": {"etta": {"lowest": 0.1, "highest": 1}}}}, "", ["did you mean eta?"],
    ),
    "kmeans measures on test": (
        {**KMEANS, "tuning": {"objective": "validation:msd", "goal": "Minimize",
                              "ranges": {"epochs": {"type": "integer", "lowest": 1, "highest": 5}}}},
        "clustering", ["test:msd, test:ssd"],
    ),
    "a search and a warm start": ({"tuning": SEARCH, "warm_start": "champion"}, "", ["remove train.tuning or"]),
    "a script that reports nothing": ({**SCRIPT, "metrics": {}, "tuning": SEARCH}, "", ["train.metrics: is empty"]),
    "a script that reports something else": ({**SCRIPT, "tuning": SEARCH}, "", ["allowed are score"]),
    "hyperband without rounds": ({"tuning": {**SEARCH, "strategy": "Hyperband"}}, "", ["most_rounds"]),
    "rounds without hyperband": ({"tuning": {**SEARCH, "most_rounds": 9}}, "", ["most_rounds"]),
    "a grid too large": ({**IMAGE, "tuning": {**SEARCH_OF_IMAGE, "max_jobs": 1, "max_parallel_jobs": 1}}, "",
                         ["2 combinations", "max_jobs is 1"]),
    "half an integer": (
        {"tuning": {**SEARCH, "ranges": {"max_depth": {"type": "integer", "lowest": 1.5, "highest": 3}}}}, "",
        ["whole bounds"],
    ),
    "logarithm of 1 - 1": (
        {"tuning": {**SEARCH, "ranges": {"eta": {"lowest": 0, "highest": 1, "scale": "ReverseLogarithmic"}}}}, "",
        ["without 1"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_trained_is_refused_with_a_remedy(name: str) -> None:
    train, problem, words = REFUSED[name]
    with pytest.raises(ValidationError) as error:
        use_case(train, problem or "binary_classification")
    assert all(word in str(error.value) for word in words), str(error.value)


@pytest.mark.parametrize("name", WAYS)
def test_each_way_has_an_image(name: str) -> None:
    found = training_image(way(name), "ap-northeast-1")
    assert found.uri.startswith(f"{found.account}.dkr.ecr.ap-northeast-1.amazonaws.com/{found.repository}")
    assert found.repository == {"kmeans": "kmeans", "image": "team/forest", "image search": "team/forest"}.get(
        name, "sagemaker-xgboost"
    )


def test_an_image_of_another_region_is_refused() -> None:
    with pytest.raises(
        ConfigError, match=r"train\.image: found a registry in 'ap-northeast-1'; allowed is 'eu-west-1'"
    ):
        training_image(way("image"), "eu-west-1")


def test_a_container_of_another_region_is_refused() -> None:
    case = way("image")
    image = "111122223333.dkr.ecr.us-east-1.amazonaws.com/prepare"
    case = case.model_copy(update={"prepare": Prepare(engine="batch", image=image)})
    with pytest.raises(ConfigError, match=r"prepare\.image: found a registry in 'us-east-1'; allowed is 'ap-north"):
        require_images(load_environment("dev"), case)
