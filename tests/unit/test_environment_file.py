"""A use case is named in an environment's file, and nothing else of it changes."""

import shutil
from pathlib import Path

import pytest

from config import ConfigError, load_environment
from ops.environment_file import add_use_case

ROOT = Path(__file__).resolve().parents[2]
LISTS = {
    "use_cases: [flight_delays]  # one": "use_cases: [flight_delays, handwritten_digits]  # one",
    "use_cases:\n  - flight_delays  # one\n  - 'digit_clusters'\n\n# next": (
        "use_cases:\n  - flight_delays  # one\n  - 'digit_clusters'\n  - handwritten_digits\n\n# next"
    ),
    "use_cases: []": "use_cases: [handwritten_digits]",
    "use_cases: [flight_delays, ]": "use_cases: [flight_delays, handwritten_digits, ]",
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "environments").mkdir()
    for name in ("flight_delays", "digit_clusters", "handwritten_digits"):
        (tmp_path / "pipelines_src" / name).mkdir(parents=True)
        shutil.copy(ROOT / "pipelines_src" / name / "use_case.yaml", tmp_path / "pipelines_src" / name)
    shutil.copy(ROOT / "pipelines_src/flight_delays/transformations.py", tmp_path / "pipelines_src/flight_delays")
    return tmp_path


@pytest.mark.parametrize("before", LISTS)
def test_the_list_keeps_its_style_and_comments(root: Path, before: str) -> None:
    original = (ROOT / "environments" / "dev.yaml").read_text()
    path = root / "environments" / "dev.yaml"
    path.write_text(original.replace("use_cases: [flight_delays]", before))
    assert add_use_case("dev", "handwritten_digits", root)
    assert path.read_text() == original.replace("use_cases: [flight_delays]", LISTS[before])
    assert load_environment("dev", root).use_cases[-1] == "handwritten_digits"
    assert not add_use_case("dev", "handwritten_digits", root)


def test_a_file_without_the_list_gets_one(root: Path) -> None:
    path = root / "environments" / "dev.yaml"
    path.write_text((ROOT / "environments" / "dev.yaml").read_text().replace("use_cases: [flight_delays]\n", ""))
    assert add_use_case("dev", "flight_delays", root)
    assert path.read_text().endswith("\nuse_cases: [flight_delays]\n")


def test_what_is_not_there_is_not_named(root: Path) -> None:
    path = root / "environments" / "dev.yaml"
    shutil.copy(ROOT / "environments" / "dev.yaml", path)
    before = path.read_text()
    with pytest.raises(ConfigError, match=r"pumps/use_case\.yaml: does not exist; known use cases: digit_clusters"):
        add_use_case("dev", "pumps", root)
    assert path.read_text() == before


def test_use_cases_may_be_given_in_place_of_the_files(root: Path) -> None:
    shutil.copy(ROOT / "environments" / "dev.yaml", root / "environments")
    assert load_environment("dev", root, ["digit_clusters"]).use_cases == ("digit_clusters",)
    with pytest.raises(
        ConfigError, match=r"^use_cases\.0 \(given in place of what environments/dev\.yaml has\): found 'pumps'"
    ):
        load_environment("dev", root, ["pumps"])
