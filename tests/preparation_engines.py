"""The templates of an environment whose use case prepares its data on another engine."""

from collections.abc import Callable
from typing import Any

import pytest

from config import Environment, UseCase, load_environment, load_use_case
from config.use_case.label import Label
from config.use_case.retrain import Retrain

IMAGE = "111122223333.dkr.ecr.ap-northeast-1.amazonaws.com/team/prepare:1"
USE_CASE = "flight_delays"
TASK = {"type": "image_classification", "title": "Late?", "instructions": "Look at it", "categories": ["0", "1"]}
IMPORTED = {"backend": "manifest_import", "task": TASK}


def use_case(engine: str, **prepare: Any) -> UseCase:
    """The use case on an engine; more settings of `prepare` by name."""
    known = load_use_case(USE_CASE)
    section = known.prepare.model_dump(exclude_unset=True) | {"engine": engine} | prepare
    if engine == "batch":
        section.setdefault("image", IMAGE)
    return known.model_copy(update={"prepare": type(known.prepare).model_validate(section)})


def environment(level: str = "full") -> Environment:
    """The environment dev with a level of interface endpoints."""
    dev = load_environment("dev")
    return dev.model_copy(update={"network": dev.network.model_copy(update={"interface_endpoints": level})})


def reading_labels(case: UseCase) -> UseCase:
    """The use case, with labels of the labelled set."""
    data = case.data.model_copy(update={"label_from": "both"})
    return case.model_copy(update={"data": data, "label": Label.model_validate(IMPORTED)})


def templates(
    engine: str, synthesise: Callable[..., dict[str, Any]], change: Callable[[UseCase], UseCase] = lambda same: same
) -> dict[str, Any]:
    """The templates of dev with the use case on an engine, trained again by itself, by the stack's name."""
    again = use_case(engine).model_copy(update={"retrain": Retrain()})
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("stacks.platform_stage.load_use_case", lambda _: change(again))
        return synthesise(environment())
