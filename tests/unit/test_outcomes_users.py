"""The variance between users of captured predictions: that of leaving each user out, whatever comes in which order."""

import json
import math
import random
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collector.events import Exposure
from experiment.auc import ScoreCounts
from experiment.strata import Stratum, difference
from experiment.sums import Moments
from pipelines_src.steps.engines.duckdb_engine import DuckDBEngine
from pipelines_src.steps.errors import StepError
from pipelines_src.steps.outcomes import reduce
from pipelines_src.steps.outcomes.exposures import Exposures
from pipelines_src.steps.outcomes.numbers import bin_of
from tests.unit.outcomes_kit import (
    BINARY,
    VALUES,
    VARIANTS,
    Captured,
    Exposed,
    Truth,
    known,
    number_of,
    reduced,
    request,
    write,
)
from tests.unit.test_outcomes import ANSWERS, LABELS, engines

pytestmark = pytest.mark.usefixtures("compiled_once")

__all__ = ["engines"]
Engines = Callable[[], tuple[DuckDBEngine, Path]]
PLACES = range(40)
# Of an id's number the captures, the outcome and the users that exposures tell: none, one, or one and nobody.
CAPTURED = st.tuples(st.integers(0, 14400), st.sampled_from(VARIANTS), ANSWERS)
REQUESTS = st.lists(
    st.tuples(CAPTURED, LABELS, st.sampled_from([None, "a0", "a1", "a2", "a3", "a4"])), min_size=2, max_size=40
)
Cells = Mapping[tuple[int, str], Sequence[tuple[str, float]]]  # of stretch and variant: user and number of each request


def phi(cells: Mapping[Any, Sequence[tuple[str, float]]], coefficients: Mapping[Any, float]) -> float:
    """Return the sum over users of the square of what all means do together when one is left out."""
    left: dict[str, float] = defaultdict(float)
    for cell, coefficient in coefficients.items():
        users = {user for user, _ in cells[cell]}
        whole = np.mean([number for _, number in cells[cell]])
        for user in users:
            without = np.mean([number for other, number in cells[cell] if other != user])
            left[user] += coefficient * float(whole - without) * math.sqrt((len(users) - 1) / len(users))
    return math.fsum(value * value for value in left.values())


def between_users(cells: Cells) -> float:
    coefficients: dict[Any, float] = {}
    for place in range(2):
        one, two = (cells[place, variant] for variant in VARIANTS)
        if min(len({user for user, _ in some}) for some in (one, two)) >= 2:
            effective = len(one) * len(two) / (len(one) + len(two))
            coefficients |= {(place, "champion"): -effective, (place, "challenger"): effective}
    return phi(cells, coefficients)


def between_users_of_areas(cells: Mapping[tuple[int, str], Sequence[tuple[str, float, int]]]) -> float:
    """Of user, bin and class of each request: the means are those of either class's placements."""
    placed: dict[tuple[int, str, int], list[tuple[str, float]]] = {}
    coefficients: dict[Any, float] = {}
    for place in range(2):
        sizes = []
        for variant in VARIANTS:
            rows = cells[place, variant]
            for label in (0, 1):
                others = [bin for _, bin, other in rows if other != label]
                side = [(user, sum(_right(bin, other, label) for other in others)) for user, bin, of in rows
                        if of == label]  # fmt: skip
                placed[place, variant, label] = [(user, count / max(len(others), 1)) for user, count in side]
                sizes.append(len({user for user, _ in side}))
        if min(sizes) >= 2:
            n, m = (len(cells[place, variant]) for variant in VARIANTS)
            for variant, sign in zip(VARIANTS, (-1, 1), strict=True):
                coefficients |= {(place, variant, label): sign * n * m / (n + m) for label in (0, 1)}
    return phi(placed, coefficients)


def _right(bin: float, other: float, label: int) -> float:
    return 0.5 if bin == other else float((bin > other) == bool(label))


def files(drawn: Sequence[Any]) -> tuple[list[Captured], list[Truth], list[Exposed]]:
    captured = [Captured(f"i{at}", f"e{at}", *one) for at, (one, _, _) in enumerate(drawn)]
    truths = [Truth(f"i{at}", 0, text, 5) for at, (_, text, _) in enumerate(drawn)]
    return captured, truths, [Exposed(f"i{at}", user) for at, (_, _, user) in enumerate(drawn)]


@pytest.mark.parametrize("metric", ["log_loss", "auc"])
def test_the_variance_is_that_of_leaving_users_out_whatever_comes_twice_late_or_in_another_order(
    metric: str, engines: Engines
) -> None:
    wanted = request(metric, BINARY, VALUES, assignment="sticky")

    @settings(max_examples=8)
    @given(REQUESTS, st.integers(0, 2**32), st.data())
    def check(drawn: list[Any], seed: int, data: st.DataObject) -> None:
        captured, truths, exposed = files(drawn)
        found = []
        for again in (False, True):
            engine, folder = engines()
            source = random.Random(seed + again)  # noqa: S311 - no secret
            more = data.draw(st.permutations(exposed)) if again else []
            late = [replace(one, hour=source.randrange(20)) for one in [*exposed, *more]]
            write(folder, [*captured, *captured[:again]], truths + truths[::2] * again, source, late)
            found.append(reduced(engine, folder, wanted, BINARY))
        assert found[0]["users"] == found[1]["users"]  # to the last bit
        assert found[0]["strata"] == found[1]["strata"]
        whose = {one.id: one.user or f"?{one.id}" for one in exposed}
        rows = known(captured, truths)
        plain = reckoned(rows, whose, metric)
        assert found[0]["users"]["variance"] == pytest.approx(plain, rel=1e-9, abs=1e-12)
        told = {one.id: one.user for one in exposed}
        for variant in VARIANTS:
            of_it = {told[one.id] for place in range(2) for one, _ in rows[place, variant]} - {None}
            assert found[0]["users"][variant] == len(of_it)
        assert found[0]["users"]["of_nobody"] == sum(told[one.id] is None for some in rows.values() for one, _ in some)
        first: dict[str, Any] = {}
        for cell, some in rows.items():
            for one, _ in some:
                at = (one.after, one.event, cell)
                user = told[one.id]
                first |= {user: min(first.get(user, at), at)} if user else {}
        met = Counter(cell for _, _, cell in first.values())
        for place, one in enumerate(found[0]["strata"]):
            assert one["first"] == {variant: met[place, variant] for variant in VARIANTS}

    check()


def reckoned(rows: Mapping[tuple[int, str], Any], whose: Mapping[str, str], metric: str) -> float:
    if metric != "auc":
        return between_users(
            {cell: [(whose[one.id], number_of(pairs, metric)) for one, pairs in some] for cell, some in rows.items()}
        )
    return between_users_of_areas(
        {
            cell: [(whose[one.id], float(bin_of(pairs[0][0]["probability"])), pairs[0][1]) for one, pairs in some]
            for cell, some in rows.items()
        }
    )


@pytest.mark.parametrize("metric", ["log_loss", "auc"])
def test_where_each_user_sends_one_request_it_is_the_variance_of_independent_ones(
    metric: str, engines: Engines
) -> None:
    source = random.Random(7)  # noqa: S311 - no secret
    drawn = [
        (
            (source.randrange(14400), source.choice(VARIANTS),
             json.dumps({"predictions": [{"probability": source.betavariate(2, 3)}]})),
            source.choice("01"),
            f"a{at}" if at % 3 else None,
        )
        for at in range(300)
    ]  # fmt: skip
    engine, folder = engines()
    write(folder, *files(drawn)[:2], source, files(drawn)[2])
    found = reduced(engine, folder, request(metric, BINARY, assignment="sticky"), BINARY)
    parts = [[summary(one[variant], metric) for variant in VARIANTS] for one in found["strata"]]
    alone = difference([Stratum(0.5, *pair) for pair in parts])
    assert found["users"]["variance"] == pytest.approx(alone.variance, rel=1e-12)
    if metric != "auc":
        assert [[one["clusters"][variant] for variant in VARIANTS] for one in found["strata"]] == [
            [part.n for part in pair] for pair in parts
        ]


def summary(sums: Mapping[str, Any], metric: str) -> Any:
    if metric != "auc":
        return Moments(**sums)
    return ScoreCounts(*({int(at): n for at, n in sums[name].items()} for name in ("positives", "negatives")))


def test_a_stretch_with_one_user_of_a_variant_has_no_variance_between_users(engines: Engines) -> None:
    body = [json.dumps({"predictions": [{"probability": chance}]}) for chance in (0.2, 0.6)]
    drawn = [((at, "challenger", body[at % 2]), "1", "a1") for at in range(4)]
    drawn += [((at, "champion", body[at % 2]), "1", f"b{at}") for at in range(4)]
    engine, folder = engines()
    captured, truths, exposed = files(drawn)
    write(folder, captured, truths, random.Random(0), exposed)  # noqa: S311 - no secret
    found = reduced(engine, folder, request("log_loss", BINARY, assignment="sticky"), BINARY)
    assert found["users"] == {"variance": 0.0, "champion": 4, "challenger": 1, "of_nobody": 0}
    assert [one["clusters"] for one in found["strata"]] == [
        {"champion": 4, "challenger": 1}, {"champion": 0, "challenger": 0},
    ]  # fmt: skip


def test_lines_that_are_no_exposures_are_counted_and_cost_themselves_only(engines: Engines) -> None:
    engine, folder = engines()
    captured = [Captured("a", "1", 10, "champion", '{"predictions": [{"probability": 0.25}]}')]
    write(folder, captured, [Truth("a", 0, "1")], random.Random(0), [Exposed("a", "a1")])  # noqa: S311 - no secret
    (folder / "exposures/2026/01/01/05").mkdir()
    lines = ['{"inference_id": "a"', '{"inference_id": "", "user": "u"}', '{"inference_id": "a", "user": 5}', ""]
    (folder / "exposures/2026/01/01/05/x.jsonl").write_text("\n".join(lines))
    found = reduced(engine, folder, request("log_loss", BINARY, assignment="sticky"), BINARY)
    assert found["counts"]["unreadable"] == {"captures": 0, "outcomes": 0, "exposures": 3}
    assert found["unreadable_files"] == [{"file": "2026/01/01/05/x.jsonl", "lines": 3}]
    assert found["users"]["champion"] == 1


def test_exposures_are_read_as_the_collector_writes_them() -> None:
    about: dict[str, Any] = {"use_case": "toy", "inference_id": "a", "time": "", "share": 0.5, "assigned": None}
    for user in ("0a1b", None):
        line = Exposure(kind="exposure", user=user, answered="champion", **about).line
        assert list(Exposures()("x/2026/01/01/00/x.jsonl", line)) == ([("a", user)] if user else [])


def test_without_exposures_a_sticky_experiment_gets_no_sums(tmp_path: Path, engines: Engines) -> None:
    with pytest.raises(StepError, match="was deployed without exposures: "):
        reduce.exposed_of(engines()[0], tmp_path / "nowhere")
