"""A file of many columns: nothing is asked column by column, and what is asked says the same as one by one."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ops.new_use_case import forms, workspace
from ops.new_use_case.workspace import Workspace
from pipelines_src.steps import csv_text
from tests.unit.new_use_case_kit import Repository

TEXTS = st.one_of(
    st.text(st.sampled_from("0123456789+-.,eE '%€kinfINFityx/: \xa0"), max_size=10),
    st.sampled_from(["1,234.5", "1.234,5", "1 234", "12%", "0150", "1e400", "-inf", "?", "none", "2024-01-31", "NA"]),
    st.floats().map(str),
    st.integers().map(str),
)


def table(columns: int, rows: int = 200) -> pd.DataFrame:
    drawn = np.random.default_rng(0)
    kinds: list[Any] = [
        lambda: drawn.normal(size=rows).round(3), lambda: drawn.integers(0, 100, rows),
        lambda: drawn.choice(["red", "green", "no 7"], rows), lambda: np.where(drawn.random(rows) < 0.1, np.nan, 1.5),
    ]  # fmt: skip
    frame = pd.DataFrame({f"c{place}_of": kinds[place % 4]() for place in range(columns)})
    return frame.assign(y=np.where(frame["c0_of"] + drawn.normal(size=rows) > 0, "yes", "no"))


def statements(repository: Repository, columns: int, monkeypatch: pytest.MonkeyPatch) -> int:
    asked: list[str] = []
    run = Workspace.run

    def counted(self: Workspace, sql: str, *values: Any) -> Any:
        asked.append(sql)
        return run(self, sql, *values)

    with monkeypatch.context() as patch:
        patch.setattr(Workspace, "run", counted)
        created = repository.new(table(columns), "y", f"of_{columns}")
    assert len(created.plan.roles) == columns
    return len(asked)


def test_ten_times_the_columns_take_few_statements_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    repository = Repository.at(tmp_path)
    few, many = (statements(repository, columns, monkeypatch) for columns in (24, 240))
    assert many - few < 240 / 10


@settings(max_examples=60, deadline=None)
@given(st.lists(TEXTS, min_size=1, max_size=20))
def test_a_look_at_a_text_says_what_its_patterns_say(texts: list[str]) -> None:
    with workspace.opened(Path(), Path("nothing")) as opened:
        patterns = {**{form: one.pattern for form, one in forms.NUMBER_FORMS.items()}, "whole": forms.WHOLE,
                    "code": forms.CODE, "unit": forms.WITH_UNIT}  # fmt: skip
        matched = ", ".join(forms.matches("v", pattern) for pattern in patterns.values())
        rows = opened.rows(
            f"SELECT v, {forms.look('v')}, {matched} FROM (SELECT {forms.trimmed('v')} AS v FROM "  # noqa: S608 - a test
            "(SELECT unnest(?::VARCHAR[]) AS v))",
            texts,
        )
    assert sorted(map(str, (row[0] for row in rows))) == sorted(str(csv_text.value(one, False)) for one in texts)
    for text, look, *expected in rows:
        if text is None or csv_text.value(text, True) is None:
            assert look == (None if text is None else forms.BESIDE)
            continue
        found = [bool(look & forms.BITS[bit]) for bit in patterns]
        unit = -1 if expected[0] else None  # of a number it is not asked
        assert found[:unit] == expected[:unit], text


def test_aggregates_of_many_columns_are_those_of_each(tmp_path: Path) -> None:
    frame = table(700, rows=20).filter(regex="[048]_of$")
    with workspace.opened(tmp_path, tmp_path) as opened:
        opened._connection.register("t", frame)
        wanted = {"rows": "count(v)", "sum": "sum(v)", "different": "count(DISTINCT v)"}
        numbers = [str(name) for name in frame if frame[name].dtype.kind == "f"]
        found = opened.by_column("t", numbers, wanted)
    assert len(numbers) > 100
    for name in numbers:
        assert found[name]["sum"] == pytest.approx(frame[name].sum())
        assert (found[name]["rows"], found[name]["different"]) == (frame[name].count(), frame[name].nunique())
