"""What `prepare` and the environment's network must agree on."""

from typing import Any

import pytest
from pydantic import ValidationError

from config import ConfigError
from config.preparation import require_engine
from config.use_case.prepare import Prepare
from tests.preparation_engines import IMAGE, environment, use_case


@pytest.mark.parametrize(
    ("section", "message"),
    [
        ({"engine": "batch"}, "image: is missing"),
        ({"engine": "batch", "image": IMAGE, "cpus": 3}, "cpus: found 3; Fargate has 1, 2, 4, 8, 16"),
        ({"engine": "batch", "image": IMAGE, "cpus": 8, "memory_gb": 17}, "16 to 60 in steps of 4 with 8 CPUs"),
        ({"engine": "glue", "instances": 1}, "Glue has 2 workers or more"),
        ({"engine": "glue", "instance": "ml.m5.large"}, "instance: is nothing for engine glue"),
        ({"instances": 3}, "instances: is nothing for engine processing"),
        ({"engine": "batch", "image": IMAGE.replace("/", "/A/")}, "String should match pattern"),
        ({"engine": "spark", "image": IMAGE}, "image: is nothing for engine spark; allowed with batch"),
    ],
)
def test_machines_that_the_engine_has_not_are_refused(section: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        Prepare.model_validate(section)


@pytest.mark.parametrize(
    "section",
    [
        {},
        {"engine": "spark", "instances": 1},
        {"engine": "glue", "instances": 10},
        {"engine": "batch", "image": IMAGE},
        {"engine": "batch", "image": IMAGE, "cpus": 16, "memory_gb": 120},
    ],
)
def test_machines_that_it_has_are_taken(section: dict[str, Any]) -> None:
    assert Prepare.model_validate(section).engine == section.get("engine", "processing")


@pytest.mark.parametrize(
    ("engine", "level", "fits"),
    [
        ("processing", "none", True), ("spark", "none", True), ("glue", "none", False), ("glue", "minimal", True),
        ("batch", "minimal", False), ("batch", "full", True),
    ],
)  # fmt: skip
def test_an_engine_needs_its_interface_endpoints(engine: str, level: str, fits: bool) -> None:
    if fits:
        require_engine(environment(level), use_case(engine))
        return
    with pytest.raises(ConfigError, match=rf"dev\.yaml:\d+: network\.interface_endpoints: found '{level}'.*'{engine}'"):
        require_engine(environment(level), use_case(engine))
