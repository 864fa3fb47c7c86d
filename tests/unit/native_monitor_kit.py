"""flight_delays as SageMaker Model Monitor watches it."""

from typing import Any

import pytest

from config import UseCase, load_use_case
from config.use_case.monitor import Monitor
from stacks import platform_stage

SCHEDULE = "cron(0 18 * * ? *)"
SECTION: dict[str, Any] = {"backend": "model_monitor", "schedule": SCHEDULE, "window_hours": 24}


def use_case(name: str = "flight_delays", **section: Any) -> UseCase:
    """Return a use case with a section `monitor`, checked as a file is."""
    found = load_use_case(name)
    given = {key: value for key, value in found if key != "monitor"}
    return UseCase.model_validate({**given, "monitor": Monitor.model_validate(SECTION | section)})


def synthesised(synthesise: Any, environment: Any, case: UseCase | None = None) -> dict[str, Any]:
    """Return the templates of an environment that has this use case in place of its own."""
    case = case or use_case()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(platform_stage, "load_use_case", lambda _: case)
        found: dict[str, Any] = synthesise(environment)
    return found
