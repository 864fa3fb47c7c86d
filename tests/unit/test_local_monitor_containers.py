"""What the containers of the local Model Monitor find: records, violations, outcomes, by the documented rules."""

import json
from pathlib import Path
from typing import Any

import pytest

from local_cloud.sagemaker.images import groundtruth_merge, model_monitor
from pipelines_src.native_monitor import record_preprocessor
from pipelines_src.steps import files
from pipelines_src.steps.monitoring import documents
from tests.unit import monitoring_kit

SAMPLES = Path(__file__).with_name("model_monitor_samples")


def capture(place: int, record: Any, answer: Any, at: str = "2026-11-28T11:30:00Z") -> dict[str, Any]:
    sides = {
        name: {"data": json.dumps(data), "encoding": "JSON", "observedContentType": "application/json", "mode": mode}
        for name, data, mode in (("endpointInput", record, "INPUT"), ("endpointOutput", answer, "OUTPUT"))
    }
    metadata = {"eventId": f"e{place}", "inferenceId": f"i{place}", "inferenceTime": at}
    return {"captureData": sides, "eventMetadata": metadata, "eventVersion": "0"}


def lay(folder: Path, captures: list[dict[str, Any]]) -> None:
    hour = folder / "dev-flights/champion/2026/11/28/11"
    hour.mkdir(parents=True)
    (hour / "a.jsonl").write_text("".join(f"{json.dumps(one)}\n" for one in captures))


@pytest.fixture
def job(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A container's folder, with the environment of an analysis."""
    monkeypatch.setenv("ML_LOOP_BASE_DIR", str(tmp_path))
    for name, value in {
        "dataset_source": "/opt/ml/processing/input",
        "output_path": "/opt/ml/processing/output",
        "start_time": "2026-11-28T11:00:00Z",
        "end_time": "2026-11-28T12:00:00Z",
        "record_preprocessor_script": str(Path(record_preprocessor.__file__)),
    }.items():
        monkeypatch.setenv(name, value)
    return tmp_path


def left(job: Path, name: str) -> Any:
    return json.loads((job / "processing/output" / f"{name}.json").read_text())


def test_the_analyser_finds_what_the_documented_rules_say(job: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = monitoring_kit.profile({"distance": [1.0, 2.0, 3.0] * 100, "origin": ["JFK", "LGA"] * 150})
    files.write_json(job / "constraints.json", documents.constraints(before))
    files.write_json(job / "statistics.json", documents.statistics(before))
    monkeypatch.setenv("baseline_constraints", str(job / "constraints.json"))
    monkeypatch.setenv("baseline_statistics", str(job / "statistics.json"))
    same = [{"distance": float(1 + n % 3), "origin": ("JFK", "LGA")[n % 2]} for n in range(300)]
    old = capture(999, {"distance": "far"}, {}, at="2026-11-28T10:59:59Z")  # not of the window
    lay(job / "processing/input", [capture(n, record, {}) for n, record in enumerate(same)] + [old])
    assert model_monitor.main() == 0
    assert left(job, "constraint_violations") == {"version": 0.0, "violations": []}
    assert left(job, "statistics")["dataset"] == {"item_count": 300}
    assert (job / "output/message").read_text() == "Completed: Job completed successfully with no violations."
    other = [{"distance": None if n < 3 else 1.0, "origin": "EWR" if n < 6 else "JFK", "new": 1} for n in range(300)]
    (job / "processing/input/dev-flights/champion/2026/11/28/11/a.jsonl").unlink()
    (job / "processing/input/dev-flights/champion/2026/11/28/11").rmdir()
    lay(job / "processing/input", [capture(n, {"instances": [record]}, {}) for n, record in enumerate(other)])
    assert model_monitor.main() == 0
    listed = {
        (one["feature_name"], one["constraint_check_type"]) for one in left(job, "constraint_violations")["violations"]
    }
    assert listed == {
        ("distance", "completeness_check"), ("distance", "baseline_drift_check"),
        ("origin", "categorical_values_check"), ("origin", "baseline_drift_check"), ("new", "extra_column_check"),
    }  # fmt: skip
    assert (
        (job / "output/message").read_text().startswith("CompletedWithViolations: Job completed successfully with 5 ")
    )


def test_a_window_without_records_fails_as_on_aws(job: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lay(job / "processing/input", [capture(1, {"a": 1}, {}, at="2026-11-28T12:00:00Z")])
    assert model_monitor.main() == 1
    assert "Job inputs had no data" in capsys.readouterr().err


def test_outcomes_are_merged_and_judged(job: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    captures = [capture(n, {}, {"predictions": [{"probability": 0.9 if n % 4 else 0.2}]}) for n in range(100)]
    lay(job / "captures", captures)
    truth = job / "truth/2026/11/28/11"
    truth.mkdir(parents=True)
    outcomes = [
        {"groundTruthData": {"data": str(int(n % 2 == 1)), "encoding": "CSV"}, "eventMetadata": {"eventId": f"i{n}"}}
        for n in range(80)
    ]
    (truth / "b.jsonl").write_text("".join(f"{json.dumps(one)}\n" for one in outcomes))
    for name, value in {
        "dataset_source": str(job / "captures"),
        "ground_truth_source": str(job / "truth"),
        "output_path": str(job / "processing/input"),
    }.items():
        monkeypatch.setenv(name, value)
    assert groundtruth_merge.main() == 0
    limits = {
        "recall": ("LessThanThreshold", 1.0),
        "precision": ("LessThanThreshold", 0.7),
        "auc": ("LessThanThreshold", 0.1),
    }
    document = {name: {"comparison_operator": check, "threshold": limit} for name, (check, limit) in limits.items()}
    (job / "constraints.json").write_text(json.dumps({"binary_classification_constraints": document}))
    for name, value in {
        "dataset_source": "/opt/ml/processing/input",
        "output_path": "/opt/ml/processing/output",
        "analysis_type": "MODEL_QUALITY",
        "problem_type": "BinaryClassification",
        "inference_attribute": "prediction",
        "probability_attribute": "probability",
        "baseline_constraints": str(job / "constraints.json"),
    }.items():
        monkeypatch.setenv(name, value)
    assert model_monitor.main() == 0
    statistics = left(job, "statistics")
    assert statistics["dataset"]["item_count"] == 80
    assert statistics["binary_classification_metrics"]["confusion_matrix"] == {
        "0": {"0": 20, "1": 20}, "1": {"0": 0, "1": 40},
    }  # fmt: skip
    [violation] = left(job, "constraint_violations")["violations"]
    assert violation["metric_name"] == "precision"
    assert violation["constraint_check_type"] == "LessThanThreshold"
    assert left(job, "constraints")["binary_classification_constraints"]["recall"]["threshold"] == 1.0


def test_without_a_script_records_have_to_be_flat(job: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The reference's own capture has a list in it, which AWS's container does not take either."""
    monkeypatch.delenv("record_preprocessor_script")
    line = json.loads((SAMPLES / "captured-data.jsonl").read_text().splitlines()[0])
    line["eventMetadata"]["inferenceTime"] = "2026-11-28T11:30:00Z"
    lay(job / "processing/input", [line])
    with pytest.raises(ValueError, match="flat JSON only"):
        model_monitor.main()
    for name, text in (("endpointInput", "2,b"), ("endpointOutput", "0.5\n")):
        line["captureData"][name].update(data=text, encoding="CSV")
    (job / "processing/input/dev-flights/champion/2026/11/28/11/a.jsonl").write_text(json.dumps(line))
    assert model_monitor.main() == 0
    assert [one["name"] for one in left(job, "statistics")["features"]] == ["_c0", "_c1", "_c2"]
