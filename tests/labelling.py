"""A use case that is labelled, as tests change it."""

from typing import Any

from config import Environment, UseCase, load_environment, load_use_case
from config.use_case.label import Label

TASK = {
    "type": "image_classification",
    "title": "Which animal is it?",
    "instructions": "Choose what fills most of the image",
    "categories": ["cat", "dog"],
}
GROUND_TRUTH: dict[str, Any] = {
    "backend": "ground_truth",
    "task": TASK,
    "workers": {"kind": "private"},
    "limits": {"usd_per_object": 0.1, "usd_per_month": 50},
}
PUBLIC = {"kind": "public", "usd_per_answer": 0.012, "content": ["free_of_personal_information"]}
TEAM = "arn:aws:sagemaker:ap-northeast-1:111122223333:workteam/vendor-crowd/pickers"
VENDOR = {"kind": "vendor", "team": TEAM}
PAGE = {**TASK, "type": "page", "objects": "image", "template": "page.liquid.html"}
IMPORTED = {"backend": "manifest_import", "task": TASK}


def label(**changes: Any) -> Label:
    """The section with some keys changed; ... leaves one out."""
    return Label.model_validate({key: value for key, value in (GROUND_TRUTH | changes).items() if value is not ...})


def use_case(section: Label | None = None) -> UseCase:
    """The use case flight_delays, labelled."""
    return load_use_case("flight_delays").model_copy(update={"label": section or label()})


def environment(name: str = "dev") -> Environment:
    """The environment dev with flight_delays alone and a workforce."""
    changes = {"name": name, "use_cases": ("flight_delays",), "notebooks": (), "workforce": "people"}
    return load_environment("dev").model_copy(update=changes)
