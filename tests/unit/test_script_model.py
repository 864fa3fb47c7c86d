"""Models that a use case's own functions read: what they may give, and what is said when they do not."""

import json
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from pipelines_src.job_code import settings
from pipelines_src.steps import archives, models
from pipelines_src.steps.errors import StepError
from pipelines_src.steps.script_model import ScriptModel
from pipelines_src.steps.use_case import ROOT, UseCase
from tests.use_cases import IMAGE, NAME, SCRIPT, use_case

ROWS = np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]], "float32")


def steps_use_case(train: dict[str, Any] = SCRIPT, problem: str = "binary_classification", **data: Any) -> UseCase:
    return UseCase.from_document(json.loads(settings(use_case(train, problem, **data))))


@pytest.fixture
def script(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The module train.py of the use case, with both functions."""
    package, module = ModuleType(f"{ROOT}.{NAME}"), ModuleType(f"{ROOT}.{NAME}.train")
    package.__path__ = []
    monkeypatch.setitem(sys.modules, package.__name__, package)
    monkeypatch.setitem(sys.modules, module.__name__, module)
    functions: Any = module
    functions.model_fn = lambda folder: float(Path(folder, "weights/share.txt").read_text())
    functions.predict_fn = lambda rows, share: rows[:, 0] * share
    return module


def archive(folder: Path, **entries: bytes) -> Path:
    path = folder / "model.tar.gz"
    archives.write(path, {name.replace("__", "/"): content for name, content in entries.items()})
    return path


def test_every_file_of_the_training_reaches_its_functions(script: ModuleType, tmp_path: Path) -> None:
    case = steps_use_case()
    content = models.read_archive(
        archive(tmp_path, weights__share=b"", **{"weights__share.txt": b"0.5", "code__theirs.py": b""}), case
    )
    assert sorted(content) == ["weights/share", "weights/share.txt"]
    model = models.load(content, 2, case)
    assert isinstance(model, ScriptModel)
    assert models.predict(model, ROWS).tolist() == [0.5, 1.5, 2.5]
    assert models.row_predictor_of(model)(ROWS[1]) == 1.5


@pytest.mark.parametrize(
    ("problem", "data", "shape"),
    [
        ("regression", {}, (3,)),
        ("clustering", {}, (3, 2)),
        ("multiclass_classification", {"classes": ["a", "b", "c", "d"]}, (3, 4)),
    ],
)
def test_each_problem_has_a_shape_of_its_own(
    problem: str, data: dict[str, Any], shape: tuple[int, ...], script: Any, tmp_path: Path
) -> None:
    case = steps_use_case(problem=problem, **data)
    content = {"weights/share.txt": b"1"}
    script.predict_fn = lambda rows, _: np.ones(shape)
    assert models.predict(models.load(content, 2, case), ROWS).shape == shape
    script.predict_fn = lambda rows, _: np.ones((3, 7))
    with pytest.raises(StepError, match=r"train\.py: predict_fn gave an array of shape \(3, 7\) for 3 rows"):
        models.predict(models.load(content, 2, case), ROWS)


def test_one_function_alone_is_refused(script: Any) -> None:
    del script.predict_fn
    with pytest.raises(StepError, match=r"train\.py: has no predict_fn; allowed are both"):
        models.load({"weights/share.txt": b"1"}, 2, steps_use_case())


def test_a_model_that_cannot_be_loaded_names_the_function(script: Any) -> None:
    with pytest.raises(StepError, match=r"train\.py: model_fn failed: FileNotFoundError"):
        models.load({"other.txt": b"1"}, 2, steps_use_case())


def test_without_functions_there_must_be_an_xgboost_model(script: Any, tmp_path: Path) -> None:
    del script.predict_fn, script.model_fn
    with pytest.raises(StepError, match=r"no xgboost-model or model_algo-1, nor has train\.py the functions"):
        models.load({"other.txt": b"1"}, 2, steps_use_case())


def test_a_script_that_cannot_be_imported_says_what_belongs_where() -> None:
    with pytest.raises(StepError, match=r"train\.py: cannot be imported: ModuleNotFoundError.*__main__"):
        models.load({"other.txt": b"1"}, 2, steps_use_case())


def test_an_own_image_needs_no_module_of_the_use_case(tmp_path: Path) -> None:
    with pytest.raises(StepError, match=r"holds no xgboost-model or model_algo-1\. Is it"):
        models.load({"other.txt": b"1"}, 2, steps_use_case(IMAGE))
