"""Records scored one by one and as a matrix."""

import json
from datetime import datetime
from typing import Any

import numpy as np
import pytest
import xgboost
from hypothesis import given
from hypothesis import strategies as st

from pipelines_src.steps import scoring
from pipelines_src.steps.scoring import Refusal, Scorer
from tests.unit.engine_kit import use_case

JSON = "application/json"
LAST_BIT = 2.0**-24  # of a float32 below 1: exponentials may be rounded differently
CODES = {"a": 0.0, "b": 1.0}


def encode(record: Any) -> list[float]:
    at, size, kind = record
    return [float(at.hour), float("nan") if size is None else min(size * size, 1e30), CODES.get(kind, float("nan"))]


def model(objective: str, **more: Any) -> xgboost.Booster:
    random = np.random.default_rng(0)
    rows = np.column_stack([random.integers(0, 24, 500), random.random(500) * 4, random.choice([0, 1, np.nan], 500)])
    label = (random.random(500) < 0.5 * (rows[:, 0] > 12) + 0.1 * rows[:, 1]).astype(float)
    matrix = xgboost.DMatrix(rows.astype("float32"), label)
    return xgboost.train({"objective": objective, "max_depth": 4, "nthread": 1, **more}, matrix, 20)


SCORER = Scorer(use_case(), encode, model("binary:logistic"))
RECORDS = st.fixed_dictionaries(
    {"at": st.datetimes(datetime(1700, 1, 1), datetime(2200, 1, 1)).map(datetime.isoformat)},
    optional={
        "size": st.one_of(st.none(), st.floats(-1e308, 1e308), st.integers(-5, 5)),
        "kind": st.sampled_from(["a", "b", "A", "other", "", None]),
    },
)


@given(st.lists(RECORDS, min_size=1, max_size=8))
def test_alone_and_as_a_matrix_records_score_alike(documents: list[dict[str, Any]]) -> None:
    together = SCORER.score(documents * (scoring.MOST_ROWS // len(documents) + 1))[: len(documents)]
    alone = [SCORER.score([document])[0] for document in documents]
    assert alone == pytest.approx(together, abs=LAST_BIT)
    assert all(0 < value < 1 for value in together)


@pytest.mark.parametrize("document", [{}, {"at": "soon"}, {"at": "2024-01-01", "size": "3"}, {"at": 1, "more": 2}, []])
@pytest.mark.parametrize("before", [0, scoring.MOST_ROWS])
def test_a_bad_record_is_refused_with_its_place(document: Any, before: int) -> None:
    content = json.dumps({"instances": [{"at": "2024-01-01"}] * before + [document]})
    answer = SCORER.respond(content, JSON, JSON)
    assert isinstance(answer, Refusal)
    assert json.loads(answer.data)["error"].startswith(f"record {before}: ")


def ask(scorer: Scorer, accept: str) -> str:
    answer = scorer.respond(json.dumps({"at": "2024-01-01T20:00:00", "size": 2}), JSON, accept)
    assert not isinstance(answer, Refusal)
    return answer[0]


def test_a_class_is_answered_with_its_label_and_all_probabilities() -> None:
    several = use_case(problem="multiclass_classification", data={"classes": ["low", "mid", "high"]},
                       gate=[{"metric": "accuracy.value", "at_least": 0.5}])  # fmt: skip
    scorer = Scorer(several, encode, model("multi:softprob", num_class=3))
    [found] = json.loads(ask(scorer, JSON))["predictions"]
    assert list(found["probabilities"]) == ["low", "mid", "high"]
    assert sum(found["probabilities"].values()) == pytest.approx(1)
    assert found["label"] == max(found["probabilities"], key=found["probabilities"].__getitem__)
    cells = ask(scorer, "text/csv").strip().split(",")
    assert (json.loads(cells[0]), len(cells)) == (found["label"], 4)


def test_a_number_is_answered_as_a_value() -> None:
    numbers = use_case(problem="regression", gate=[{"metric": "r2.value", "at_least": 0.1}])
    scorer = Scorer(numbers, encode, model("reg:squarederror"))
    [found] = json.loads(ask(scorer, JSON))["predictions"]
    assert list(found) == ["value"]
    assert float(ask(scorer, "text/csv")) == found["value"]


def test_a_line_ends_at_a_newline_alone() -> None:
    documents = [{"at": "2024-01-01", "kind": f"a{mark}b"} for mark in "\u2028\u2029\x85"]
    content = "\r\n".join(json.dumps(document, ensure_ascii=False) for document in documents).encode()
    answer = SCORER.respond(content, "application/jsonlines", "application/jsonlines")
    assert isinstance(answer, tuple)
    assert len([json.loads(line) for line in answer[0].split("\n") if line]) == len(documents)
