"""One mistake in a file is told once, however many names a line stands for and whatever follows from it."""

import copy
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from config import ConfigError, load_use_case
from config.loading import ROOT
from tests.unit.config_kit import make_root
from tests.unit.test_config_properties import FILES, places


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = make_root(tmp_path_factory.mktemp("repository"))
    for file in FILES:
        (made / file).parent.mkdir(exist_ok=True)
    return made


def told(load: Callable[[Path], object], root: Path) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        load(root)
    return str(caught.value).split("\n")


def section_of(document: Any, place: tuple[str | int, ...]) -> Any:
    for part in place:
        document = document[part]
    return document


def with_a_key_more(document: Any) -> Iterator[tuple[str, Any]]:
    for place in places(document):
        changed = copy.deepcopy(document)
        section = section_of(changed, place)
        if isinstance(section, dict):
            section["nonsense"] = [1]
            yield "nonsense", changed


def with_a_key_misspelt(document: Any) -> Iterator[tuple[str, Any]]:
    for place in places(document):
        changed = copy.deepcopy(document)
        section = section_of(changed, place[:-1])
        if place and isinstance(section, dict):
            spelt = {f"{key}x" if key == place[-1] else key: value for key, value in section.items()}
            section.clear()
            section.update(spelt)
            yield str(place[-1]), changed


@pytest.mark.parametrize("file", FILES)
@pytest.mark.parametrize("wrongly", [with_a_key_more, with_a_key_misspelt])
def test_a_wrong_key_anywhere_is_one_message(root: Path, file: str, wrongly: Any) -> None:
    document, load = FILES[file]
    seen = 0
    for key, changed in wrongly(document):
        (root / file).write_text(yaml.safe_dump(changed, sort_keys=False))
        try:
            load(root)
        except ConfigError as error:
            [line] = str(error).split("\n")
            assert key in line
            seen += 1
    assert seen > 5  # the others are names of the file's own, such as tables


# A change of the file of a use case, and all that is said of it.
MISTAKES: dict[str, tuple[str, str, str, str]] = {
    "no type, of 64 features": (
        "handwritten_digits", ', type: number, scale: minmax', ", scale: minmax", "data.features.0.type: is missing"),
    "nothing for the type, of 64 features": (
        "handwritten_digits", "scale: minmax", "missing: level",
        "data.features.0.missing: found 'level', which is nothing for the number pixel0; remove it"),
    "a name too long, of 64 columns": (
        "handwritten_digits", 'image, "pixel[', f'image, "{"x" * 255}[', 'data.raw.images.1: found "xxx'),
    "no kind": (
        "handwritten_digits", "  by: random\n", "",
        "split.by: is missing, which means 'time', which has no seed, stratify, test, train, validation; allowed with "
        "that is 'random'. Add `by: random`, or remove the rest."),
    "another kind": (
        "handwritten_digits", "by: random", "by: time", "split.by: found 'time', which has no seed, stratify, test"),
    "no algorithm": (
        "digit_clusters", "  algorithm: kmeans\n", "",
        "train.algorithm: is missing, which means 'xgboost', which has no k; allowed with that is 'kmeans'. Add"),
    "a kind misspelt": ("digit_clusters", "by: random", "byy: random", "split.byy: is not a key that is known here"),
    "a key of another kind, which fits worse": (
        "flight_delays", "split:\n", "split:\n  seed: 1\n", "split.seed: is not a key that is known here"),
}  # fmt: skip


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_told_once(tmp_path: Path, mistake: str) -> None:
    name, old, new, message = MISTAKES[mistake]
    root = make_root(tmp_path)
    path = root / f"pipelines_src/{name}/use_case.yaml"
    path.parent.mkdir(exist_ok=True)
    text = (ROOT / path.relative_to(root)).read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))
    [line] = told(lambda root: load_use_case(name, root), root)
    assert f": {message}" in line


def test_two_mistakes_in_a_section_are_both_told(tmp_path: Path) -> None:
    root = make_root(tmp_path)
    path = root / "pipelines_src/flight_delays/use_case.yaml"
    path.write_text(path.read_text().replace("train_until: 2013-04-01", "train_til: 2013-04-01\n  nonsense: 1"))
    misspelt, more = told(lambda root: load_use_case("flight_delays", root), root)
    assert "split.train_til" in misspelt
    assert "split.nonsense" in more
