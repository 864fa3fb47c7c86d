"""Which value is the event, and how many clusters: decided by a rule that is told, or as asked."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from ops.new_use_case import Created, DataError
from ops.new_use_case.event import Value, positive
from ops.new_use_case.request import Request
from tests.unit.new_use_case_kit import Repository, customers


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return Repository.at(tmp_path)


def request(event: str | None = None) -> Request:
    return Request("case", Path("data.csv"), "label", positive=event)


@pytest.mark.parametrize(
    ("event", "other"),
    [("Ja", "Nein"), ("oui", "non"), ("Y", "N"), ("Positive", "negative"), ("Sí", "No"), ("да", "нет"),
     ("true", "false"), ("はい", "いいえ"), ("T", "F"), ("late", "on time")],
)  # fmt: skip
def test_the_event_is_found_by_its_name_whichever_is_rarer(event: str, other: str) -> None:
    cases: list[dict[Value, int]] = [{event: 10, other: 90}, {other: 10, event: 90}]
    for counts in cases:
        found, why = positive(request(), counts)
        assert found == event
        assert "by its name" in why
        assert "--positive" in why


@pytest.mark.parametrize(
    ("counts", "event", "other"),
    [({"B": 60, "M": 40}, "M", "B"), ({"-": 60, "+": 70}, "+", "-"), ({1: 60, 2: 40}, 2, 1), ({-1: 5, 1: 9}, 1, -1),
     ({"good": 90, "so so": 10}, "so so", "good"), ({"yes": 9, "late": 8}, "late", "yes")],
)  # fmt: skip
def test_a_guess_is_called_one_and_both_ways_to_state_it_are_told(
    counts: dict[Value, int], event: Value, other: Value
) -> None:
    found, why = positive(request(), counts)
    assert found == event
    if event != "+":  # + and - are a name
        assert "is a guess" in why
    quoted = f"'{other}'" if " " in str(other) else other
    assert f"--positive {quoted}" in why


def test_what_is_asked_for_is_taken() -> None:
    assert positive(request("1"), {1: 5, 0: 9}) == (1, "The event is 1, as asked.")
    with pytest.raises(DataError, match="--positive: found 'x'; the label is 1, 0"):
        positive(request("x"), {1: 5, 0: 9})


def test_both_values_of_the_label_are_declared(repository: Repository) -> None:
    data = repository.new(customers(), "churn").use_case.data
    assert (data.positive, data.negative) == ("yes", "no")


def prepared(repository: Repository, created: Created) -> dict[str, Any]:
    output = repository.run(created, "prepare")
    splits: dict[str, Any] = json.loads((output / "report" / "preparation.json").read_text())["splits"]
    return splits


def test_an_event_of_1_beside_minus_1_is_prepared(repository: Repository) -> None:
    frame = customers()
    created = repository.new(frame.assign(churn=np.where(frame["churn"] == "yes", 1, -1)), "churn")
    splits = prepared(repository, created)
    events = sum(split["used"] * split["label_mean"] for split in splits.values() if split["used"])
    assert round(events) == (frame["churn"] == "yes").sum()


def test_a_label_that_nobody_declared_is_left_out_and_counted(repository: Repository) -> None:
    created = repository.new(customers(), "churn")
    path = created.folder / "raw" / "observations.parquet"
    rows = pd.read_parquet(path)
    rows.loc[:6, "churn"] = "maybe"
    rows.to_parquet(path)
    reasons = [split["left_out"] for split in prepared(repository, created).values()]
    assert sum(one.get("churn is none of data.positive and data.negative", 0) for one in reasons) == 7


def test_more_clusters_than_different_rows_are_refused(repository: Repository) -> None:
    points = customers()[["spend", "visits"]].round(-1)
    most = len(points.drop_duplicates())
    with pytest.raises(
        DataError, match=rf"--clusters: found {most + 1}; .* {most} of them different .* at most {most}"
    ):
        repository.new(points, clusters=most + 1)
    assert repository.new(points, name="most", clusters=most).use_case.train.model_dump()["k"] == most


def test_more_clusters_than_rows_that_train_are_refused(repository: Repository) -> None:
    points = pd.DataFrame({"x": [place**1.5 for place in range(100)], "y": [place**0.5 for place in range(100)]})
    with pytest.raises(DataError, match=r"the file has 100 rows, .* 70% train: allowed are at most 70 clusters"):
        repository.new(points, clusters=71)


def test_clusters_are_asked_to_explain_more_than_those_of_noise(repository: Repository) -> None:
    points = pd.DataFrame({"x": np.arange(1000.0) % 37, "y": np.arange(1000.0) % 41})
    few = repository.new(points.head(999), name="few", clusters=3)
    assert [(one.metric, one.at_least) for one in few.use_case.gate] == [("silhouette", 0.1)]
    assert "of so few rows the test split cannot tell" in (few.folder / "use_case.yaml").read_text()
    created = repository.new(points, clusters=3)
    assert [(one.metric, one.at_least) for one in created.use_case.gate] == [("variance_explained_over_noise", 0.001)]
    text = (created.folder / "use_case.yaml").read_text()
    assert "must explain more than any of 39 draws of it" in text and "over the baseline" not in text
