"""Whatever stands at whatever place of a file: it is taken, or each line says where it is and what to do."""

import copy
import datetime
import re
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from config import ConfigError, load_environment, load_use_case
from config.loading import ROOT
from tests.unit.config_kit import CODECOMMIT, GOOD, make_root

VALUES: list[Any] = [
    None, True, 0, -1, 1.5, float("nan"), float("inf"), 10**30, "", "nope", "x" * 3000, "é\u2028\n", "2024-13-01", [],
    {}, [None], [[]], ["a", "a"], {"a": 1}, {1: 2}, datetime.date(2020, 1, 1), b"\xff",
]  # fmt: skip
SCALING = {"min": 2, "max": 4, "invocations_per_instance": 6}
NIGHT = {"cron": "cron(0 22 * * ? *)", "time_zone": "UTC", "min": 2, "max": 3}
ENVIRONMENT = GOOD | {
    "account": "111122223333",
    "alarm_email": "a@example.com",
    "retention": {"removal": "destroy", "allow_data_loss": True, "log_days": 30, "capture_days": 3},
    "sizes": {"processing_instance": "ml.m5.large", "volume_gb": 30},
    "serving": {
        "champion": {"instance_type": "ml.m5.large", "instances": 2},
        "challenger": {"instances": 2},
        "shift": {"type": "linear", "percent": 50, "wait_minutes": 5},
        "scaling": SCALING | {"schedule": [NIGHT]},
    },
    "network": {
        "cidr": "10.10.0.0/20",
        "zones": ["ap-northeast-1a"],
        "allow_internet": "the data is public",
    },
    "capture": {"sampling_percent": 50, "allow_no_capture": "nobody watches it"},
    "serving_of": {"flight_delays": {"shift": None, "serverless": {"memory_mb": 1024, "maximum_concurrency": 9}}},
    "notebooks": [{"name": "a", "use_cases": ["flight_delays"], "repository": CODECOMMIT}],
}
TUNING = {
    "objective": "validation:auc",
    "goal": "Maximize",
    "ranges": {
        "eta": {"type": "continuous", "lowest": 0.1, "highest": 0.2},
        "max_depth": {"type": "categorical", "values": ["1", "2"]},
    },
    "strategy": "Random",
}
CLEAN = [
    {"rule": "between", "column": "humid", "at_least": 0, "at_most": 9, "why": "because"},
    {"rule": "one_of", "column": "carrier", "values": ["a"], "why": "because"},
    {"rule": "duplicates", "columns": ["carrier"], "why": "because"},
]


def use_case(name: str) -> dict[str, Any]:
    document: dict[str, Any] = yaml.safe_load((ROOT / f"pipelines_src/{name}/use_case.yaml").read_text())
    if name == "flight_delays":
        document["train"] |= {"tuning": TUNING, "spot": {"max_wait_seconds": 4000}}
        document["prepare"]["clean"] = CLEAN
    return document


FILES: dict[str, tuple[dict[str, Any], Callable[[Path], object]]] = {
    "environments/dev.yaml": (ENVIRONMENT, partial(load_environment, "dev")),
    **{
        f"pipelines_src/{name}/use_case.yaml": (use_case(name), partial(load_use_case, name))
        for name in ("flight_delays", "handwritten_digits", "digit_clusters")
    },
}


def places(document: Any, above: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    yield above
    items = (
        document.items() if isinstance(document, dict) else enumerate(document) if isinstance(document, list) else ()
    )
    for key, value in items:
        yield from places(value, (*above, key))


def with_value(document: Any, place: tuple[str | int, ...], value: Any) -> Any:
    if not place:
        return value
    changed = section = copy.deepcopy(document)
    for key in place[:-1]:
        section = section[key]
    section[place[-1]] = value
    return changed


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = make_root(tmp_path_factory.mktemp("repository"))
    for file in FILES:
        (made / file).parent.mkdir(exist_ok=True)
    (made / "pipelines_src/flight_delays/transformations.py").touch()
    return made


@pytest.mark.parametrize("file", FILES)
def test_the_files_that_are_changed_are_right(root: Path, file: str) -> None:
    document, load = FILES[file]
    (root / file).write_text(yaml.safe_dump(document))
    load(root)


@settings(max_examples=300)
@given(
    change=st.sampled_from([(file, place) for file in FILES for place in places(FILES[file][0])]),
    value=st.sampled_from(VALUES),
)
def test_any_value_at_any_place_is_taken_or_explained(
    root: Path, change: tuple[str, tuple[str | int, ...]], value: Any
) -> None:
    file, place = change
    document, load = FILES[file]
    (root / file).write_text(yaml.safe_dump(with_value(document, place, value), sort_keys=False, allow_unicode=True))
    try:
        load(root)
    except ConfigError as error:
        for line in str(error).split("\n"):
            assert re.match(rf"{file}:[1-9]\d*: ", line), line
            assert re.search(r"(\. [A-Z][a-z]+ .*[.?]|[;,:] .*[.?])$", line), f"no remedy in: {line}"
