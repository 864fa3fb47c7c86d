"""What no feature is made of: what does not help, and what knows the label."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config import load_use_case
from ops.new_use_case import leakage
from ops.new_use_case.target import Target
from tests.unit.new_use_case_kit import ROWS, Repository, customers, yaml_of

LEFT_OUT: dict[str, tuple[Any, str]] = {
    "customer_id": (list(range(7000, 7000 + ROWS)), "tells rows apart"),
    "code": ([f"x{n}" for n in range(ROWS)], "tells rows apart"),
    "device_id": ([n % 40 for n in range(ROWS)], "is called an id"),
    "constant": (7, "the same value in every row"),
    "empty": ("", "no value in any row"),
    "rarely": (["1", *[""] * 9] * 30, "is missing in 270 of 300 rows"),
    "comment": ([f"this is what customer {n} wrote to us" for n in range(ROWS)], "free text (8 words"),
    "street": ([f"street {n // 2}" for n in range(ROWS)], "has 150 values in 300 rows"),
    "mixed": ([*map(str, range(ROWS - 1)), "oops"], "299 of 300 values are numbers, but not 'oops' in row 300"),
    "copy": (np.where(customers()["churn"] == "yes", 1, 0), "predicts the label nearly alone (AUC 1.000"),
    "reason": (np.where(customers()["churn"] == "yes", "moved", ""), "one value only, or none"),
}


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return Repository.at(tmp_path)


@pytest.mark.parametrize("name", LEFT_OUT)
def test_what_does_not_help_is_left_out_and_can_be_taken_in(name: str, repository: Repository) -> None:
    values, reason = LEFT_OUT[name]
    created = repository.new(customers().assign(**{name: values}), "churn")
    assert name not in {feature.source or feature.name for feature in created.use_case.data.features}
    text = yaml_of(created)
    assert reason in " ".join(line.strip(" #") for line in text.splitlines())
    lines = [line.replace("# - {", "- {") if f"# - {{name: {name}" in line else line for line in text.splitlines()]
    (created.folder / "use_case.yaml").write_text("\n".join(lines))
    taken_in = load_use_case("case", repository.root).data
    assert name in {field.name for field in taken_in.record}
    if name != "empty":  # no feature can be made of it
        assert any((feature.source or feature.name) == name for feature in taken_in.features)


@pytest.mark.parametrize("noise, found", [(0.0, True), (0.8, False)])
@pytest.mark.parametrize("problem", ["binary", "classes", "quantity"])
def test_a_leak_is_found_by_held_out_rows(problem: str, noise: float, found: bool, repository: Repository) -> None:
    drawn = np.random.default_rng(1)
    truth = drawn.normal(size=ROWS)
    seen = np.exp(truth + noise * drawn.normal(size=ROWS))  # another scale
    label = {"binary": truth > 0, "classes": np.digitize(truth, [-0.5, 0.5]), "quantity": truth}[problem]
    frame = pd.DataFrame({"seen": seen, "other": drawn.normal(size=ROWS), "y": label})
    left_out = {role.column.name for role in repository.new(frame, "y").plan.left_out}
    assert left_out == ({"seen"} if found else set())


@pytest.mark.parametrize("problem", ["binary", "classes", "quantity"])
def test_a_copy_of_the_label_with_gaps_is_a_leak(problem: str, repository: Repository) -> None:
    drawn = np.random.default_rng(1)
    truth = drawn.normal(size=ROWS)
    label = {"binary": truth > 0, "classes": np.digitize(truth, [-0.5, 0.5]), "quantity": truth}[problem].astype(float)
    gaps = drawn.random((3, ROWS)) < 0.5
    noise = truth + 0.8 * drawn.normal(size=ROWS)
    frame = pd.DataFrame({"copy": label, "noisy": noise, "other": drawn.normal(size=ROWS)}).mask(gaps.T).assign(y=label)
    left_out = {role.column.name for role in repository.new(frame, "y").plan.left_out}
    assert left_out == {"copy"}


@given(st.integers(0, 10_000))
@settings(max_examples=20, deadline=None)
def test_a_few_values_are_no_leak_by_chance(seed: int) -> None:
    drawn = np.random.default_rng(seed)
    outcome = np.r_[np.ones(4), np.zeros(41)][drawn.permutation(45)]
    values = pd.Series(np.r_[drawn.normal(size=45), np.full(400, np.nan)])
    target = Target("binary_classification", positive=1)
    outcomes = np.r_[outcome, drawn.integers(0, 2, 400)].astype("float64")
    assert leakage._best(values, outcomes, target) < leakage.SUSPICIOUS


def test_noise_in_many_levels_is_no_leak(repository: Repository) -> None:
    frame = customers().assign(street=[f"s{n % 60}" for n in range(ROWS)])
    created = repository.new(frame, "churn")
    assert "street" in {role.column.name for role in created.plan.used}
    assert leakage.LEAKS > leakage.SUSPICIOUS > 0.9


@pytest.mark.parametrize("name, taken", [("seen_at", True), ("closed_at", False)])
def test_a_time_that_every_row_has_is_no_leak_but_a_reason_to_judge_on_later_rows(
    name: str, taken: bool, repository: Repository
) -> None:
    times = pd.date_range("2024-01-01", periods=ROWS, freq="D").strftime("%Y-%m-%d %H:%M:%S")
    frame = pd.DataFrame(
        {name: times, "other": [n * 7 % 11 for n in range(ROWS)], "y": [n >= 180 for n in range(ROWS)]}
    )
    plan = repository.new(frame, "y").plan
    assert (name not in {role.column.name for role in plan.left_out}) == taken
    [remark] = [role.remark or role.why_not for role in plan.roles if role.column.name == name]
    assert (f"--time '{name}' judges on later rows" in str(remark)) == taken


@pytest.mark.parametrize("codes, hinted", [(60, True), (2, False)])
def test_codes_that_know_the_label_may_be_groups(codes: int, hinted: bool, repository: Repository) -> None:
    code = [n % codes for n in range(ROWS)]
    frame = pd.DataFrame({"who": [f"P{one}" for one in code], "other": range(ROWS), "y": [one % 2 for one in code]})
    frame["other"] = frame["other"] * 7 % 11
    [role] = repository.new(frame, "y").plan.left_out
    assert ("`split: {by: group, column: who}`" in str(role.why_not)) == hinted
