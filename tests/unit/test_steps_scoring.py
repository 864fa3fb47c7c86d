"""Records scored one by one and as a table, with and without a row function of the use case."""

import json
from datetime import datetime
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pandas as pd
import pytest
import xgboost
from hypothesis import given
from hypothesis import strategies as st

from pipelines_src.steps import scoring
from pipelines_src.steps.encoding import Encoded, Encoder
from pipelines_src.steps.scoring import Refusal, Scorer
from pipelines_src.steps.use_case import Column, Transformations, UseCase

FIELDS = (Column("at", "time", required=True), Column("load", "number"), Column("site", "text"))
ENCODER = Encoder(
    "pumps", (Encoded("hour", "number"), Encoded("square", "number"), Encoded("site", "category", ("a", "b")))
)
USE_CASE = cast("UseCase", SimpleNamespace(record=FIELDS))
JSON = "application/json"
LAST_BIT = 2.0**-24  # of a float32 below 1: exponentials may be rounded differently


def features(records: pd.DataFrame) -> pd.DataFrame:
    hour, square = records["at"].dt.hour, records["load"] * records["load"]
    return pd.DataFrame({"hour": hour, "square": square, "site": records["site"].str.upper().str.lower()})


def row_features(record: Any) -> tuple[Any, ...]:
    at, load, site = record
    return at.hour, None if load is None else load * load, None if site is None else site.upper().lower()


def model() -> xgboost.Booster:
    random = np.random.default_rng(0)
    rows = np.column_stack([random.integers(0, 24, 500), random.random(500) * 4, random.choice([0, 1, np.nan], 500)])
    label = random.random(500) < 0.5 * (rows[:, 0] > 12) + 0.1 * rows[:, 1]
    matrix = xgboost.DMatrix(rows.astype("float32"), label)
    return xgboost.train({"objective": "binary:logistic", "max_depth": 4, "nthread": 1}, matrix, 20)


def unused(_records: pd.DataFrame) -> pd.DataFrame:
    raise AssertionError("a table was made")


BOOSTER = model()


def scorer(**functions: Any) -> Scorer:
    return Scorer(USE_CASE, cast("Transformations", SimpleNamespace(**functions)), ENCODER, BOOSTER)


TABLES, BOTH, ROWS = (
    scorer(features=features), scorer(features=features, row_features=row_features),
    scorer(features=unused, row_features=row_features),
)  # fmt: skip
RECORDS = st.fixed_dictionaries(
    {"at": st.datetimes(datetime(1700, 1, 1), datetime(2200, 1, 1)).map(datetime.isoformat)},
    optional={
        "load": st.one_of(st.none(), st.floats(-1e308, 1e308), st.integers(-5, 5)),
        "site": st.sampled_from(["a", "b", "A", "other", "", None]),
    },
)


@given(st.lists(RECORDS, min_size=1, max_size=8))
def test_alone_together_and_as_a_table_records_score_alike(documents: list[dict[str, Any]]) -> None:
    together = TABLES.score(documents)
    alone = [TABLES.score([document])[0] for document in documents]
    assert BOTH.score(documents) == ROWS.score(documents) == alone == pytest.approx(together, abs=LAST_BIT)
    assert all(0 < value < 1 for value in together)


def test_many_records_are_scored_as_a_table() -> None:
    documents = [{"at": "2024-01-01T05:00:00", "load": number} for number in range(scoring.MOST_ROWS + 1)]
    expected = TABLES.score(documents)
    assert BOTH.score(documents) == expected
    with pytest.raises(AssertionError, match="a table was made"):
        ROWS.score(documents)
    assert ROWS.score(documents[:-1]) == pytest.approx(expected[:-1], abs=LAST_BIT)


@pytest.mark.parametrize("document", [{}, {"at": "soon"}, {"at": "2024-01-01", "load": "3"}, {"at": 1, "more": 2}, []])
@pytest.mark.parametrize("before", [0, scoring.MOST_ROWS])
def test_a_bad_record_is_refused_alike(document: Any, before: int) -> None:
    content = json.dumps({"instances": [{"at": "2024-01-01"}] * before + [document]})
    answers = [each.respond(content, JSON, JSON) for each in (TABLES, BOTH)]
    assert isinstance(answers[0], Refusal)
    assert answers[0] == answers[1]
    assert json.loads(answers[0].data)["error"].startswith(f"record {before}: ")
