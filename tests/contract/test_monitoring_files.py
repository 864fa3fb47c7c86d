"""What the monitor writes is read by the SageMaker SDK's own classes, and holds what Model Monitor's schemas name."""

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import MagicMock

import numpy as np
import pytest

from monitor import native_baselines
from pipelines_src.steps import files
from pipelines_src.steps.evaluation import model_quality
from pipelines_src.steps.monitoring import data_quality, documents, expected, quality
from pipelines_src.steps.monitoring.answered import Arrays
from pipelines_src.steps.monitoring.request import Request
from tests.unit import monitoring_kit as kit


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("written")
    before = kit.profile({"x": [1.0, 2.0, None] * 100, "c": ["a", "b", "b"] * 100})
    baseline = expected.of(documents.constraints(before), documents.statistics(before))
    after = kit.profile({"x": [5.0, 6.0, 7.0] * 100, "c": ["a", "z", "z"] * 100})
    result = data_quality.result(baseline, after, Request.of({}))
    for name, document in result.files.items():
        files.write_json(folder / name, document)
    return folder


def read(kind: Any, path: Path) -> Any:
    """Have the SDK read a file as it does from S3; the session is one that only hands on what is uploaded."""
    session = MagicMock()
    session.default_bucket.return_value = "bucket"
    session.default_bucket_prefix = None
    session.upload_string_as_file_body.return_value = "s3://bucket/file"
    session.read_s3_file.side_effect = lambda **_: session.upload_string_as_file_body.call_args.kwargs["body"]
    return kind.from_string(path.read_text(), file_name=path.name, sagemaker_session=session)


@pytest.mark.parametrize(
    ("name", "kind"),
    [("statistics", "Statistics"), ("constraints", "Constraints"), ("constraint_violations", "ConstraintViolations")],
)
def test_the_sdks_classes_read_what_is_written(name: str, kind: str, written: Path) -> None:
    from sagemaker.core.model_monitor import monitoring_files  # takes seconds to import

    found = read(getattr(monitoring_files, kind), written / f"{name}.json")
    assert found.body_dict == json.loads((written / f"{name}.json").read_text())
    if name == "constraints":
        found.set_monitoring(enable_monitoring=False)
        assert found.body_dict["monitoring_config"]["evaluate_constraints"] == "Disabled"
        found.set_monitoring(enable_monitoring=False, feature_name="c")
        constraints = found.body_dict
        changed = expected.of(constraints, json.loads((written / "statistics.json").read_text()))
        assert not any(field.checked for field in changed.fields)


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What is said of a model's quality, and the constraints that Model Monitor is given of an evaluation."""
    folder, random = tmp_path_factory.mktemp("judged"), np.random.default_rng(0)
    label = (random.random(2000) < 0.5).astype("float64")
    score = np.clip(label * 0.4 + random.random(2000) * 0.6, 0, 1)
    guessed = random.random(2000)
    case: Any = SimpleNamespace(problem="binary_classification", data={})
    before = model_quality.binary(label, score, 0.5)
    arrays = Arrays(label, guessed, (guessed >= 0.5).astype("float64"))
    result = quality.result(arrays, case, before, Request.of({}))
    laid = {"constraints_laid.json": native_baselines.quality_constraints(before, 0.02)}
    for name, document in {**result.files, **laid}.items():
        files.write_json(folder / name, document)
    return folder


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("statistics", "Statistics"),
        ("constraints", "Constraints"),
        ("constraints_laid", "Constraints"),
        ("constraint_violations", "ConstraintViolations"),
    ],
)
def test_the_sdks_classes_read_what_is_said_of_quality(name: str, kind: str, judged: Path) -> None:
    from sagemaker.core.model_monitor import monitoring_files  # takes seconds to import

    found = read(getattr(monitoring_files, kind), judged / f"{name}.json")
    assert found.body_dict == json.loads((judged / f"{name}.json").read_text())
    if kind == "Constraints":
        limits = found.body_dict["binary_classification_constraints"]
        assert set(limits) == {"accuracy", "auc", "f1", "precision", "recall"}
        assert {limit["comparison_operator"] for limit in limits.values()} == {"LessThanThreshold"}
    if kind == "ConstraintViolations":
        assert {one["metric_name"] for one in found.body_dict["violations"]} >= {"auc", "accuracy"}


def test_violations_are_found_and_written_as_the_sample_has_them(written: Path) -> None:
    sample = Path(__file__).parents[1] / "unit" / "model_monitor_samples" / "constraint_violations.json"
    keys = json.loads(sample.read_text())["violations"][0].keys()
    listed = json.loads((written / "constraint_violations.json").read_text())["violations"]
    assert {(one["feature_name"], one["constraint_check_type"]) for one in listed} >= {
        ("x", "baseline_drift_check"), ("c", "categorical_values_check"),
    }  # fmt: skip
    assert all(one.keys() == keys for one in listed)
