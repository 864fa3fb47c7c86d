"""Capture files as they come: every body the endpoint takes, and lines that are none, each counted once."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines_src.steps.errors import StepError
from pipelines_src.steps.folders import Folders
from pipelines_src.steps.monitoring import parts
from pipelines_src.steps.monitoring.captured import Window
from pipelines_src.steps.monitoring.request import Request
from tests.unit import monitoring_kit as kit
from tests.unit.monitoring_kit import line
from tests.unit.outcomes_kit import BINARY

SAMPLES = Path(__file__).with_name("model_monitor_samples")
VALUES = st.none() | st.booleans() | st.floats(-1e9, 1e9) | st.integers(-(2**53), 2**53) | st.text(max_size=5)
KEYS = st.sampled_from(["a", "A", "b.c", "d/e", 'f"', "~g", "h'", "extra"])
NAMES = ["a", "A", "b.c", "d/e", 'f"', "~g", "h'"]


def test_bodies_of_every_kind_hold_records(tmp_path: Path) -> None:
    lines = [
        line('{"x": 1.5, "c": "a"}'),
        line('{"instances": [{"x": 2, "c": "a"}, [3.5, "b"], {"c": "é\\"\'"}]}'),
        line('{"x": 4}\n\n{"x": 5, "c": null}\n', "application/jsonlines"),
        line('6.5,"a,b"\n,1_000\n', "text/csv; charset=utf-8", "CSV"),
        line('{"x": 7}', encoding="BASE64"),
    ]
    found = kit.profiles(kit.write(tmp_path / "captures", lines), ["x", "c"])["champion"]
    assert (found.rows, found.bad.total, found.extra) == (9, 0, {})
    x, c = found.fields["x"], found.fields["c"]
    assert dict(found_numbers(x)) == {1.5: 1, 2: 1, 3.5: 1, 4: 1, 5: 1, 6.5: 1, 7: 1}
    assert {kind: count for kind, count in x.kinds.items() if count} == {
        "absent": 1, "null": 1, "integral": 4, "fractional": 3,
    }  # fmt: skip
    assert c.texts.frequent() == {"a": 2, "b": 1, "é\"'": 1, "a,b": 1, "1_000": 1}


def found_numbers(field: Any) -> list[tuple[float, float]]:
    ranks = field.numbers.ranks()
    return list(zip(ranks.items.tolist(), ranks.weights.tolist(), strict=True))


def test_what_is_no_record_is_counted_and_costs_itself_only(tmp_path: Path) -> None:
    lines: list[str | bytes] = [
        line('{"x": 1}'),
        line('{"x": 1}')[:90],
        "no",
        "[1]",
        "",
        b'{"captureData": "\xff\xfe"}',
        line('{"x"'),
        line("x", "application/x-npy", "BASE64"),
        line('{"instances": [null, {"x": 2}]}'),
        line('{"x": 3}\n{"x"', "application/jsonlines"),
        line('"unclosed', "text/csv", "CSV"),
        line('{"x": NaN}'),
        line('{"x": 1e999}'),
    ]
    found = kit.profiles(kit.write(tmp_path / "captures", lines), ["x"])["champion"]
    assert (found.bad.lines, found.bad.bodies, found.bad.records) == (4, 3, 2)
    assert found.bad.files == [{"file": f"champion/{kit.HOUR}/c.jsonl", "bad": 9}]
    assert found.rows == 5
    assert (found.fields["x"].kinds["integral"], found.fields["x"].kinds["null"]) == (3, 2)


def test_only_the_windows_captures_count(tmp_path: Path) -> None:
    folder = tmp_path / "captures"
    for variant in ("champion", "challenger", "shadow"):
        hours = [f"2026-01-01T0{hour}:30:00Z" for hour in range(4)]
        kit.write(folder, [line('{"x": 1}', at=at) for at in hours], variant)
    kit.write(folder, [line('{"x": 1}', inference="ml-loop:look")], "champion", "own.jsonl")
    window = Window(("champion", "challenger"), "2026-01-01T01:00:00Z", "2026-01-01T03:00:00Z")
    found = kit.profiles(folder, ["x"], window)
    assert {variant: one.rows for variant, one in found.items()} == {"champion": 2, "challenger": 2}
    alone = kit.profiles(folder / "shadow", ["x"], Window(("shadow",)), tmp_path / "scratch")
    assert {variant: one.rows for variant, one in alone.items()} == {"shadow": 4}
    assert kit.profiles(tmp_path, ["x"], Window(("gone",)), tmp_path / "other")["gone"].rows == 0


def test_columns_that_nobody_knows_are_named(tmp_path: Path) -> None:
    lines = [line('{"x": 1, "new": 2}'), line("[1, 2, 3]"), line('{"x": 1, "new": null}')]
    found = kit.profiles(kit.write(tmp_path / "captures", lines), ["x"])["champion"]
    assert found.extra == {"new": 2, "_c1": 1, "_c2": 1}


@given(st.lists(st.dictionaries(KEYS, VALUES, max_size=5), min_size=1, max_size=8))
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_records_are_read_as_python_reads_them(tmp_path: Path, records: list[dict[str, Any]]) -> None:
    body = json.dumps({"instances": records})
    found = kit.profiles(kit.write(tmp_path / "captures", [line(body)]), NAMES)["champion"]
    assert found.rows == len(records)
    for name in NAMES:
        kinds = found.fields[name].kinds
        values = [record.get(name) for record in records]
        assert kinds["absent"] == sum(name not in record for record in records)
        assert kinds["boolean"] == sum(isinstance(value, bool) for value in values)
        assert kinds["integral"] == sum(isinstance(v, int) and not isinstance(v, bool) for v in values)
        assert kinds["fractional"] == sum(isinstance(value, float) for value in values)
        texts = [v for v in values if isinstance(v, str)]
        assert kinds["string"] == len(texts)
        numbers = sorted(float(v) for v in values if isinstance(v, int | float) and not isinstance(v, bool))
        assert sorted(v for v, n in found_numbers(found.fields[name]) for _ in range(int(n))) == numbers
        for text in set(texts):
            assert found.fields[name].texts.frequent()[text] == texts.count(text)
    assert found.extra == ({"extra": n} if (n := sum("extra" in record for record in records)) else {})


def test_model_monitors_own_sample_is_read(tmp_path: Path) -> None:
    content = (SAMPLES / "captured-data.jsonl").read_text().splitlines()
    found = kit.profiles(kit.write(tmp_path / "captures", content), ["instance"])["champion"]
    assert (found.rows, found.bad.total) == (6, 0)
    assert dict(found_numbers(found.fields["instance"])) == {1.0: 2, 2.0: 2, 5.0: 2}


@pytest.mark.parametrize("name", ["a\x00b", "ab"])
def test_texts_with_signs_of_control_are_texts(name: str, tmp_path: Path) -> None:
    found = kit.profiles(kit.write(tmp_path / "captures", [line(json.dumps({"x": name}))]), ["x"])["champion"]
    assert found.fields["x"].texts.frequent() == {name: 1}


def test_what_fits_neither_into_memory_nor_onto_the_disk_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folders = Folders(tmp_path)
    kit.write(folders.input("captures"), [line('{"x": 1}')] * 50_000)
    monkeypatch.setenv("ML_LOOP_MEMORY_GB", "0.01")
    with pytest.raises(StepError, match=r"do not fit into 0\.01 GB .* Raise ML_LOOP_MEMORY_GB"):
        parts.write(BINARY, folders, Request.of({}), tmp_path, tmp_path / "scratch", answers=False)
