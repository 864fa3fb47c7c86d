"""Answers joined with outcomes, for each variant by itself."""

import json
from pathlib import Path

import numpy as np
import pytest

from pipelines_src.steps.engines.duckdb_engine import DuckDBEngine
from pipelines_src.steps.monitoring import answered
from pipelines_src.steps.monitoring.captured import Window
from pipelines_src.steps.monitoring.request import Facet
from tests.unit import monitoring_kit as kit
from tests.unit.outcomes_kit import case

CASE = case("binary_classification")
FACET = Facet("kind", ("b",))


def answer(*chances: float) -> str:
    return json.dumps({"predictions": [{"probability": chance} for chance in chances]})


def truth(folder: Path, **outcomes: str) -> Path:
    path = folder / kit.HOUR / "t.jsonl"
    path.parent.mkdir(parents=True)
    lines = [
        json.dumps({"groundTruthData": {"data": data, "encoding": "CSV"}, "eventMetadata": {"eventId": name}})
        for name, data in outcomes.items()
    ]
    path.write_text("\n".join(lines) + "\n")
    return folder


def joined(tmp_path: Path, folder: Path, outcomes: Path | None, variant: str, window: Window) -> answered.Arrays:
    scratch = tmp_path / f"scratch-{variant}"
    scratch.mkdir()
    engine = DuckDBEngine(scratch, threads=1)
    captured = engine.lines("captured", folder, answered.reader(folder, CASE, (FACET,), window))
    table, _ = answered.joined(engine, captured, outcomes, CASE, window)
    return answered.arrays(engine, table, variant, (FACET,))


def test_each_variants_requests_count_once_with_what_happened(tmp_path: Path) -> None:
    body = json.dumps({"instances": [{"kind": "b"}, {"kind": "c"}]})
    first = kit.line(body, event="e1", inference="r1", answer=answer(0.9, 0.1))
    again = kit.line(body, event="e2", inference="r1", answer=answer(0.2, 0.2), at="2026-01-01T00:20:00Z")
    other = kit.line(json.dumps({"kind": "b"}), event="e3", answer=answer(0.7))
    nothing = kit.line("{}", event="e4", answer='{"error": "no"}')
    folder = kit.write(tmp_path / "captures", [again, first, other, nothing, "no line"])
    kit.write(folder, [kit.line(body, event="s1", inference="r1", answer=answer(0.4, 0.6))], "shadow")
    outcomes = truth(tmp_path / "truth", r1="1\n0", unknown="1")
    champion = joined(tmp_path, folder, outcomes, "champion", Window())
    order = np.argsort(champion.score)
    assert champion.score[order].tolist() == [0.1, 0.7, 0.9]
    assert champion.decided[order].tolist() == [0, 1, 1]
    assert champion.facets[0][order].tolist() == [0, 1, 1]
    assert champion.label[order][[0, 2]].tolist() == [0, 1]
    assert np.isnan(champion.label[order][1])
    assert sorted(champion.known.score.tolist()) == [0.1, 0.9]
    shadow = joined(tmp_path, folder, outcomes, "shadow", Window())
    assert sorted(zip(shadow.score.tolist(), shadow.label.tolist(), strict=True)) == [(0.4, 1.0), (0.6, 0.0)]


@pytest.mark.parametrize("below", ["", "2026", kit.HOUR])
def test_files_of_one_variant_are_its_own_wherever_they_begin(below: str, tmp_path: Path) -> None:
    lines = [kit.line("{}", event="e1", answer=answer(0.5)), kit.line("{}", event="e2", at="2026-01-02T00:00:00Z")]
    folder = kit.write(tmp_path / "all", lines) / "champion" / below
    window = Window(("champion",), end="2026-01-02T00:00:00Z")
    found = joined(tmp_path, folder, None, "champion", window)
    assert found.score.tolist() == [0.5]
    assert np.isnan(found.label).all()
    assert kit.profiles(folder, ["x"], window, tmp_path / "profiles")["champion"].rows == 1
