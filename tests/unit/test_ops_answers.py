"""Answers of the endpoint as people read them."""

from typing import Any

import pytest

from config import UseCase
from ops.answers import Answers, Prediction
from tests.use_cases import use_case

CLASSES = {"classes": ("near", "mid", "far")}
PROBABILITIES = {"near": 0.1, "mid": 0.2, "far": 0.7}


def of(problem: str, **data: Any) -> UseCase:
    train = {"algorithm": "kmeans", "k": 3} if problem == "clustering" else {}
    return use_case(train, problem, **data)


@pytest.mark.parametrize(
    ("case", "answer", "happened", "title", "expected"),
    [
        (of("binary_classification"), {"probability": 0.256}, True, "first", {"predicted": "26%", "happened": "yes"}),
        (
            of("binary_classification", positive="blue"), {"probability": 0.9, "decision": True}, False,
            "first is blue", {"predicted": "90%", "decided": "yes", "happened": "no"},
        ),
        (
            of("multiclass_classification", **CLASSES), {"label": "far", "probabilities": PROBABILITIES}, "mid",
            "first", {"predicted": "far", "probability": "70%", "happened": "mid"},
        ),
        (
            of("regression"), {"value": 253792.7}, 258452.0, "first",
            {"predicted": "253,793", "happened": "258,452", "difference": "-4,659"},
        ),
        (of("regression"), {"value": 0.5}, None, "first", {"predicted": "0.5"}),
        (
            of("clustering"), {"cluster": 2, "distance": 1.23456}, None, "clusters",
            {"cluster": "2", "distance": "1.235"},
        ),
        (
            of("clustering", label="first"), {"cluster": 2, "distance": 1.0}, 1.0, "clusters",
            {"cluster": "2", "distance": "1", "first": "1"},
        ),
    ],
)  # fmt: skip
def test_each_problem_has_columns_of_its_own(
    case: UseCase, answer: dict[str, Any], happened: Any, title: str, expected: dict[str, str]
) -> None:
    answers = Answers.of(case, [Prediction({"x": 1.0}, answer, happened, "champion")])
    assert answers.title == title
    [row] = answers.rows
    assert dict(zip(answers.headings, [cell.text for cell in row], strict=True)) == expected


def test_a_label_may_have_the_name_of_another_column() -> None:
    case = of("clustering", label="cluster")
    answers = Answers.of(case, [Prediction({}, {"cluster": 2, "distance": 1.0}, 7.0, "champion")])
    assert answers.headings == ("cluster", "distance", "cluster")
    assert [cell.text for cell in answers.rows[0]] == ["2", "1", "7"]


def test_what_happened_is_left_blank_where_only_some_is_known() -> None:
    some = [Prediction({}, {"value": 1.0}, happened, "champion") for happened in (2.0, None)]
    rows = [[cell.text for cell in row] for row in Answers.of(of("regression"), some).rows]
    assert rows == [["1", "2", "-1"], ["1", "", ""]]


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("2013-06-01T05:15:00.000", "2013-06-01 05:15"),
        ("2013-06-01T00:00:00", "2013-06-01"),
        ("T00:00", "T00:00"),
        (1.50, "1.5"),
        (None, ""),
    ],
)
def test_fields_are_shown_without_what_says_nothing(value: Any, shown: str) -> None:
    assert Prediction({"x": value}, {}, None, "champion").shown("x") == shown
