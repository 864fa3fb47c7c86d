"""Captured predictions and outcomes, reduced to sums: the same in whatever order and however often they come."""

import json
import math
import random
from collections.abc import Callable, Iterator
from dataclasses import replace
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
from pipelines_src.steps.outcomes.reading import GroundTruth
from pipelines_src.steps.outcomes.request import Request
from pipelines_src.steps.use_case import UseCase
from release.smoke import INFERENCE_ID
from tests.unit.outcomes_kit import BINARY, VALUES, Captured, Truth, case, plainly, reduced, request, write

IDS = st.sampled_from([f"i{place}" for place in range(12)])
PREDICTIONS = st.fixed_dictionaries({"probability": st.floats(0, 1)}, optional={"decision": st.booleans()})
ANSWERS = st.one_of(
    st.lists(PREDICTIONS, min_size=1, max_size=3).map(lambda records: json.dumps({"predictions": records})),
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
LABELS = st.lists(st.sampled_from("01"), min_size=1, max_size=3).map("\n".join)
TRUTHS = st.lists(st.builds(Truth, IDS, st.integers(0, 5), LABELS, st.none() | st.integers(0, 200_000)), max_size=25)
pytestmark = pytest.mark.usefixtures("compiled_once")


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
            late = [replace(one, hour=one.hour + drawn.randrange(9)) if one.told else one for one in truths * again]
            write(folder, [*captured, *more], late[::2] + late if again else truths, drawn)
            found.append(reduced(engine, folder, wanted, BINARY))
        assert found[0]["strata"] == found[1]["strata"]  # to the last bit
        assert found[0]["hours"] == found[1]["hours"]
        for mine, plain in zip(found[0]["strata"], plainly(captured, truths, metric), strict=True):
            for variant in ("champion", "challenger"):
                for name, value in plain[variant].items():
                    assert mine[variant][name] == (pytest.approx(value, rel=1e-12) if metric != "auc" else value)

    check()


@pytest.mark.parametrize(
    ("challengers", "counted"),
    [
        ([14000, 14350, 14500], {"champion": 5, "challenger": 2}),  # both have captures of later than is asked for
        ([14000, 14250], {"champion": 3, "challenger": 1}),
        ([8000, 9000], {"champion": 2, "challenger": 2}),  # an hour before, whatever the challenger has
        ([], {"champion": 2, "challenger": 0}),
    ],
)
def test_a_look_ends_where_the_captures_of_both_variants_are_there(
    challengers: list[int], counted: dict[str, int], engines: Callable[[], tuple[DuckDBEngine, Path]]
) -> None:
    engine, folder = engines()
    times = {"champion": [8000, 9000, 13000, 14300, 14350, 14450], "challenger": challengers}
    captured = [
        Captured(f"{variant}{at}", f"{variant}{at}", at, variant, '{"predictions": [{"probability": 0.5}]}')
        for variant, some in times.items()
        for at in some
    ]
    write(folder, captured, [], random.Random(0))  # noqa: S311 - no secret
    found = reduced(engine, folder, request("log_loss", BINARY), BINARY)
    assert {variant: found["counts"][variant]["captured"] for variant in times} == counted


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
    truths = [Truth("a", 0, "high\nmiddle")]  # the request counts with their mean
    found = {}
    for metric in ("error_rate", "log_loss"):
        engine, folder = engines()
        write(folder, captured, truths, random.Random(0))  # noqa: S311 - no secret
        found[metric] = reduced(engine, folder, request(metric, several), several)["strata"][0]["challenger"]
    assert found["error_rate"] == {"n": 1, "total": 0.5, "squares": 0.25}
    assert found["log_loss"]["total"] == pytest.approx((-math.log(0.7) - math.log(0.2)) / 2)
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
    truths = [Truth("a", 0, "ja"), Truth("z", 0, "1\n0"), Truth("d", 3, ""), Truth("b", 0, "1\n1")]
    write(folder, captured, truths, random.Random(0))  # noqa: S311 - no secret
    half = folder / "captures" / "champion" / "2026/01/01/03" / "half.jsonl"
    half.parent.mkdir(parents=True)
    half.write_bytes(captured[0].line().encode()[:60])
    (folder / "captures" / "champion" / "2026/01/01/03" / ".hidden").write_text("x\n")
    (folder / "truth" / "anywhere.jsonl").write_text(truths[0].line())  # of no hour
    found = reduced(engine, folder, request("error_rate", BINARY), BINARY, positive="ja")
    assert found["counts"] == {
        "champion": {"captured": 4, "invalid": 2, "labelled": 1, "unlabelled": 1, "duplicates": 0},
        "challenger": {"captured": 0, "invalid": 0, "labelled": 0, "unlabelled": 0, "duplicates": 1},
        "orphans": 1,
        "unreadable": {"captures": 1, "outcomes": 2},
    }
    named = [file["file"] for file in found["unreadable_files"]]
    assert named[0] == "champion/2026/01/01/03/half.jsonl"
    assert [name.rpartition("/")[0] for name in named[1:] if name.startswith("2026")] == ["2026/01/02/03"]
    assert [name for name in named[1:] if name.endswith("truth/anywhere.jsonl")]
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


@pytest.mark.parametrize("metric", ["error_rate", "auc"])
def test_records_of_two_lines_about_one_request_are_never_mixed(
    metric: str, engines: Callable[[], tuple[DuckDBEngine, Path]]
) -> None:
    def answer(count: int) -> str:
        return json.dumps({"predictions": [{"probability": 0.9}] * count})

    captured = [Captured("a", "1", 10, "champion", answer(1)), Captured("a", "2", 11, "challenger", answer(3))]
    captured += [Captured("b", "3", 10, "champion", answer(3)), Captured("b", "0", 9, "shadow", answer(3))]
    truths = [Truth("a", 0, "1\n1\n1"), Truth("a", 1, "0"), Truth("b", 0, "1\n0\n0"), Truth("b", 1, "1\n0")]
    engine, folder = engines()
    write(folder, captured, truths, random.Random(0))  # noqa: S311 - no secret
    found = reduced(engine, folder, request(metric, BINARY), BINARY)
    assert found["counts"]["champion"] == {
        "captured": 2, "invalid": 0, "labelled": 2, "unlabelled": 0, "duplicates": 0,
    }  # fmt: skip
    assert found["counts"]["challenger"] == {
        "captured": 0, "invalid": 0, "labelled": 0, "unlabelled": 0, "duplicates": 1,
    }  # fmt: skip
    expected: dict[str, Any] = {"n": 2, "total": 1.5, "squares": 1.25}
    if metric == "auc":  # of b the first record
        expected = {name: {str(numbers.bin_of(0.9)): 1} for name in ("positives", "negatives")}
    assert found["strata"][0]["champion"] == expected


@pytest.mark.parametrize("content_type", [answers.JSON, answers.JSON_LINES, answers.CSV])
@pytest.mark.parametrize(
    ("of", "output", "metric", "outcome", "total"),
    [
        (BINARY, 0.4, "error_rate", "1", 0.0),  # decided by the model's own threshold
        (case("multiclass_classification", classes=[3, 4, 5]), [0.2, 0.7, 0.1], "error_rate", "4", 0.0),
        (case("multiclass_classification", classes=[3, 4, 5]), [0.2, 0.7, 0.1], "log_loss", "3", -math.log(0.2)),
        (case("multiclass_classification", classes=["a,b", 'c"d']), [0.75, 0.25], "error_rate", 'c"d', 1.0),
        (case("regression"), 12.5, "absolute_error", "12.25", 0.25),
    ],
)
def test_answers_are_read_as_the_endpoint_writes_them(
    content_type: str, of: UseCase, output: Any, metric: str, outcome: str, total: float,
    engines: Callable[[], tuple[DuckDBEngine, Path]],
) -> None:  # fmt: skip
    body = answers.written([answers.of(of, threshold=0.3)(output)], content_type)
    engine, folder = engines()
    captured = [Captured("a", "1", 0, "champion", body, f"{content_type}; charset=utf-8")]
    write(folder, captured, [Truth("a", 0, outcome)], random.Random(0))  # noqa: S311 - no secret
    assert reduced(engine, folder, request(metric, of), of)["strata"][0]["champion"] == {
        "n": 1, "total": pytest.approx(total, rel=1e-12), "squares": pytest.approx(total**2, rel=1e-12),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("positive", "happens", "does_not"),
    [
        (None, ["1", "TRUE", "1.0"], ["0", "false"]),
        ("yes", ["yes", "1", "true"], ["no", "0", "Yes"]),
        ("0", ["0", "false"], ["1", "true", "2"]),
        ("False", ["0", "False"], ["True", "1"]),
    ],
)
def test_an_event_may_be_any_value_of_the_label(positive: str | None, happens: list[str], does_not: list[str]) -> None:
    read = GroundTruth(numbers.EVENT, positive)
    for label, texts in ((1.0, happens), (0.0, does_not)):
        for text in texts:
            [(name, _, _, found)] = read("2026/01/02/03/f.jsonl", Truth("a", 0, text).line())
            assert (name, found) == ("a", label)


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
