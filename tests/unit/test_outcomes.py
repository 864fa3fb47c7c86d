"""Captured predictions and outcomes, reduced to sums: the same in whatever order and however often they come."""

import json
import math
import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import log_loss, roc_auc_score

from experiment.auc import BINS, ScoreCounts
from experiment.auc import bin_of as bin_of_decision
from pipelines_src.steps import answers
from pipelines_src.steps.engines.duckdb_engine import DuckDBEngine
from pipelines_src.steps.errors import StepError
from pipelines_src.steps.outcomes import numbers
from pipelines_src.steps.outcomes.request import Request
from release.smoke import INFERENCE_ID
from tests.unit.outcomes_kit import BINARY, VALUES, Captured, Truth, case, plainly, reduced, request, write

IDS = st.sampled_from([f"i{place}" for place in range(12)])
ANSWERS = st.one_of(
    st.floats(0, 1).map(lambda chance: json.dumps({"predictions": [{"probability": chance}]})),
    st.tuples(st.floats(0, 1), st.booleans()).map(
        lambda pair: json.dumps({"predictions": [{"probability": pair[0], "decision": pair[1]}]})
    ),
    st.just('{"error": "no"}'),
)
CAPTURED = st.lists(
    st.builds(
        Captured,
        IDS,
        st.uuids().map(str),
        st.integers(0, 18000),
        st.sampled_from(["champion", "challenger", "shadow"]),
        ANSWERS,
    ),
    max_size=30,
)
TRUTHS = st.lists(st.builds(Truth, IDS, st.integers(0, 5), st.sampled_from(["0", "1"])), max_size=25)


@pytest.fixture
def engines(tmp_path: Path) -> Iterator[Callable[[], tuple[DuckDBEngine, Path]]]:
    """Give a function: the engine and a new folder."""
    (tmp_path / "scratch").mkdir()
    engine, made = DuckDBEngine(tmp_path / "scratch", threads=1), iter(range(10_000))
    yield lambda: (engine, tmp_path / str(next(made)))


@pytest.mark.parametrize("metric", ["error_rate", "log_loss", "value", "auc"])
def test_sums_are_those_of_a_plain_reckoning_whatever_comes_twice_late_or_in_another_order(
    metric: str, engines: Callable[[], tuple[DuckDBEngine, Path]]
) -> None:
    wanted = request(metric, BINARY, VALUES)

    @settings(max_examples=15)
    @given(CAPTURED, TRUTHS, st.integers(0, 2**32), st.data())
    def check(captured: list[Captured], truths: list[Truth], seed: int, data: st.DataObject) -> None:
        found = []
        for again in (False, True):
            engine, folder = engines()
            drawn = random.Random(seed + again)  # noqa: S311 - no secret
            more = data.draw(st.permutations(captured)) if again else []
            write(folder, [*captured, *more], [*truths, *(truths[::2] if again else [])], drawn)
            found.append(reduced(engine, folder, wanted, BINARY))
        assert found[0]["strata"] == found[1]["strata"]  # to the last bit
        assert found[0]["hours"] == found[1]["hours"]
        for mine, plain in zip(found[0]["strata"], plainly(captured, truths, metric), strict=True):
            for variant in ("champion", "challenger"):
                for name, value in plain[variant].items():
                    assert mine[variant][name] == (pytest.approx(value, rel=1e-12) if metric != "auc" else value)

    check()


def test_bins_are_those_that_the_decision_reckons_with() -> None:
    assert numbers.BINS == BINS

    @given(st.one_of(st.floats(0, 1), st.sampled_from([0.0, 1.0, 5e-324, 1 - 1e-16, 0.5])))
    def check(score: float) -> None:
        assert numbers.bin_of(score) == bin_of_decision(score)

    check()


def test_log_loss_and_auc_are_those_of_scikit_learn(engines: Callable[[], tuple[DuckDBEngine, Path]]) -> None:
    drawn = random.Random(4)  # noqa: S311 - no secret
    chances = [drawn.betavariate(2, 4) for _ in range(400)]
    labels = [int(drawn.random() < chance) for chance in chances]
    captured = [
        Captured(f"i{at}", str(at), at, "champion", json.dumps({"predictions": [{"probability": chance}]}))
        for at, chance in enumerate(chances)
    ]
    truths = [Truth(f"i{at}", 0, str(label)) for at, label in enumerate(labels)]
    parts = {}
    for metric in ("log_loss", "auc"):
        engine, folder = engines()
        write(folder, captured, truths, drawn)
        parts[metric] = reduced(engine, folder, request(metric, BINARY), BINARY)["strata"][0]["champion"]
    assert parts["log_loss"]["total"] / parts["log_loss"]["n"] == pytest.approx(log_loss(labels, chances))
    counts = ScoreCounts(*({int(at): n for at, n in parts["auc"][name].items()} for name in ("positives", "negatives")))
    assert counts.value == pytest.approx(roc_auc_score(labels, chances), abs=counts.error + 1e-12)


def test_several_classes_and_numbers(engines: Callable[[], tuple[DuckDBEngine, Path]]) -> None:
    several = case("multiclass_classification", classes=["low", "middle", "high"])
    body = json.dumps(
        {"predictions": [{"label": "high", "probabilities": {"low": 0.1, "middle": 0.2, "high": 0.7}}] * 2}
    )
    captured = [Captured("a", "1", 0, "challenger", body)]  # two records in one request, by their places
    truths = [Truth("a", 0, "high\nmiddle")]
    found = {}
    for metric in ("error_rate", "log_loss"):
        engine, folder = engines()
        write(folder, captured, truths, random.Random(0))  # noqa: S311 - no secret
        found[metric] = reduced(engine, folder, request(metric, several), several)["strata"][0]["challenger"]
    assert found["error_rate"] == {"n": 2, "total": 1.0, "squares": 1.0}
    assert found["log_loss"]["total"] == pytest.approx(-math.log(0.7) - math.log(0.2))
    number = case("regression")
    csv = Captured("a", "1", 0, "challenger", "12.5\n", answers.CSV)
    for metric, total, squares in (("absolute_error", 2.5, 6.25), ("squared_error", 6.25, 39.0625)):
        engine, folder = engines()
        write(folder, [csv], [Truth("a", 0, "15")], random.Random(0))  # noqa: S311 - no secret
        assert reduced(engine, folder, request(metric, number), number)["strata"][0]["challenger"] == {
            "n": 1, "total": total, "squares": squares,
        }  # fmt: skip


def test_what_cannot_be_read_is_counted_and_costs_itself_only(
    engines: Callable[[], tuple[DuckDBEngine, Path]],
) -> None:
    engine, folder = engines()
    good = '{"predictions": [{"probability": 0.25}]}'
    captured = [
        Captured("a", "1", 10, "champion", good),
        Captured("a", "2", 11, "challenger", good),  # tried again by the client
        Captured("b", "3", 12, "champion", '{"predictions": [{"probability": NaN}]}'),
        Captured("c", "4", 13, "champion", '{"predictions": [{"probability": 1.5}]}'),
        Captured("d", "5", 14, "champion", good),
    ]
    truths = [Truth("a", 0, "ja"), Truth("z", 0, "1"), Truth("d", 0, "")]
    write(folder, captured, truths, random.Random(0))  # noqa: S311 - no secret
    half = folder / "captures" / "champion" / "2026/01/01/03" / "half.jsonl"
    half.parent.mkdir(parents=True)
    half.write_bytes(captured[0].line().encode()[:60])
    (folder / "captures" / "champion" / "2026/01/01/03" / ".hidden").write_text("x\n")
    found = reduced(engine, folder, request("error_rate", BINARY), BINARY, positive="ja")
    assert found["counts"] == {
        "champion": {"captured": 4, "invalid": 2, "labelled": 1, "unlabelled": 1, "duplicates": 0},
        "challenger": {"captured": 0, "invalid": 0, "labelled": 0, "unlabelled": 0, "duplicates": 1},
        "orphans": 1,
        "unreadable": {"captures": 1, "outcomes": 1},
    }
    assert found["hours"] == [
        {"from": 1767225600, "champion": {"captured": 4, "invalid": 2}, "challenger": {"captured": 0, "invalid": 0}}
    ]


def test_requests_of_releases_are_no_records_of_a_variant(
    engines: Callable[[], tuple[DuckDBEngine, Path]],
) -> None:
    engine, folder = engines()
    asked = Captured(f"{INFERENCE_ID}flight-delays-1-1", "1", 10, "challenger", '{"predictions": []}')
    good = Captured("a", "2", 11, "champion", '{"predictions": [{"probability": 0.25}]}')
    write(folder, [asked, good], [], random.Random(0))  # noqa: S311 - no secret
    found = reduced(engine, folder, request("error_rate", BINARY), BINARY)
    assert found["counts"]["challenger"] == {
        "captured": 0, "invalid": 0, "labelled": 0, "unlabelled": 0, "duplicates": 0,
    }  # fmt: skip
    assert found["counts"]["champion"]["captured"] == 1
    assert found["counts"]["unreadable"] == {"captures": 0, "outcomes": 0}


def test_nothing_is_there_yet(engines: Callable[[], tuple[DuckDBEngine, Path]]) -> None:
    engine, folder = engines()
    found = reduced(engine, folder, request("log_loss", BINARY), BINARY)
    none = {"n": 0, "total": 0.0, "squares": 0.0}
    assert [(one["champion"], one["challenger"]) for one in found["strata"]] == [(none, none)] * 2
    assert found["hours"] == []


@pytest.mark.parametrize("document", [{}, {"strata": [{"from": "x"}]}, {"strata": [], "until": "soon"}])
def test_a_request_that_is_none_is_refused(document: dict[str, Any]) -> None:
    with pytest.raises(StepError, match=r"request\.json is no request for sums"):
        Request.of(document, BINARY)
