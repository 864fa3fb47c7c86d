"""Sketches: what merges gives what one would have seen, within the stated error; Model Monitor's stack is read."""

import json
from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from pipelines_src.steps import files
from pipelines_src.steps.errors import StepError
from pipelines_src.steps.monitoring import distances, documents, expected, profile
from pipelines_src.steps.monitoring.number_sketch import MOST_EXACT, NumberSketch
from pipelines_src.steps.monitoring.ranks import Ranks
from pipelines_src.steps.monitoring.sketches import FieldSketch
from pipelines_src.steps.numbers_seen import NumbersSeen, distinct
from tests.unit import monitoring_kit as kit

NUMBERS = st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=300)
TEXTS = st.lists(st.text(max_size=3) | st.none(), max_size=60)


@given(st.lists(NUMBERS, min_size=1, max_size=4), st.lists(TEXTS, min_size=1, max_size=4))
def test_parts_come_to_the_whole(numbers: list[list[float]], texts: list[list[str | None]]) -> None:
    for parts in (numbers, texts):
        whole = kit.field([value for part in parts for value in part])
        merged = FieldSketch()
        for part in parts:
            merged.merge(FieldSketch.from_document(json.loads(json.dumps(kit.field(part).to_document()))))
        assert merged.kinds == whole.kinds
        assert (
            merged.texts.frequent()
            == whole.texts.frequent()
            == Counter(t for p in parts for t in p if t.__class__ is str)
        )
        assert merged.texts.distinct == whole.texts.distinct
        assert merged.numbers.mean == pytest.approx(whole.numbers.mean, rel=1e-9, abs=1e-9)
        assert merged.numbers.std_dev == pytest.approx(whole.numbers.std_dev, rel=1e-6, abs=1e-3)
        for one in (merged, whole):  # so few are all kept
            flat = Counter(float(value) for part in numbers for value in part) if parts is numbers else Counter()
            found = one.numbers.ranks()
            assert dict(zip(found.items.tolist(), found.weights.tolist(), strict=True)) == flat


@pytest.mark.parametrize("of", ["normal", "few values", "heavy tails"])
def test_four_shards_are_as_one_within_the_sketchs_error(of: str) -> None:
    random = np.random.default_rng(7)
    draw = {
        "normal": lambda: random.normal(size=400_000),
        "few values": lambda: random.integers(0, 37, 400_000).astype("float64"),
        "heavy tails": lambda: random.standard_cauchy(400_000),
    }
    values = draw[of]()
    one, four = NumberSketch(), NumberSketch()
    one.update(values)
    for part in np.array_split(values, 4):
        shard = NumberSketch()
        shard.update(part)
        four.merge(NumberSketch.from_document(shard.to_document()))
    at = np.unique(np.quantile(values, np.linspace(0, 1, 500)))
    exact = np.searchsorted(np.sort(values), at, side="right") / len(values)
    for sketch in (one, four):
        assert (sketch.kll is None) == (len(np.unique(values)) <= MOST_EXACT)
        found = sketch.ranks()
        assert (found.error > 0) == (of != "few values")
        assert found.count == sketch.count == len(values)
        assert (
            np.abs(found.shares(at) - exact).max() <= 2 * found.error
        )  # the stated error is one of each rank, at 99 %
    assert np.abs(one.ranks().shares(at) - four.ranks().shares(at)).max() <= 2 * (
        one.ranks().error + four.ranks().error
    )


def test_many_texts_are_counted_within_the_tables_error() -> None:
    field = FieldSketch()
    field.texts.update((f"id-{number}", 1) for number in range(50_000))
    field.texts.update([("often", 20_000)])
    error = field.texts.error
    assert 0 < error <= 70_000 * field.texts.items.epsilon
    assert 20_000 - error <= field.texts.frequent()["often"] <= 20_000
    assert field.texts.distinct == pytest.approx(50_001, rel=0.06)


@given(st.lists(st.floats(-100, 100), min_size=1, max_size=5000))
@settings(max_examples=30)
def test_the_stack_of_the_baseline_is_read_as_the_numbers_it_stands_for(values: list[float]) -> None:
    seen = NumbersSeen.of([distinct(values)], len(values), min(values), max(values))
    found = Ranks.of_compactors(seen.sketch, 2048.0)
    assert found.count == len(values)
    ordered = np.sort(values)
    exact = np.searchsorted(ordered, ordered, side="right") / len(values)
    assert np.abs(found.shares(ordered) - exact).max() <= found.error + 1 / len(values)


def test_what_is_written_is_read_as_what_was_seen() -> None:
    random = np.random.default_rng(3)
    seen = kit.profile({"x": random.normal(size=50_000).tolist(), "c": random.choice(["a", "b"], 50_000).tolist()})
    fields = expected.of(documents.constraints(seen), json.loads(files.json_text(documents.statistics(seen)))).fields
    assert fields[0].ranks is not None
    assert fields[0].ranks.items.tolist() == seen.fields["x"].numbers.ranks().items.tolist()
    assert fields[0].std_dev == seen.fields["x"].numbers.std_dev
    assert fields[1].categories == seen.fields["c"].texts.frequent()
    figures = documents.statistics(seen)["features"][0]["numerical_statistics"]
    assert sum(bucket["count"] for bucket in figures["distribution"]["kll"]["buckets"]) == 50_000


@pytest.mark.filterwarnings("ignore::RuntimeWarning")  # scipy's, of p-values that nobody asked for
@given(st.lists(st.floats(-50, 50), min_size=1, max_size=200), st.lists(st.floats(-50, 50), min_size=1, max_size=200))
def test_distances_of_numbers_are_those_of_scipy(first: list[float], second: list[float]) -> None:
    one, other = kit.field(first).numbers, kit.field(second).numbers
    found = distances.of_numbers(one.ranks(), other.ranks(), 1.0)
    assert found.simple == pytest.approx(stats.ks_2samp(first, second, method="asymp").statistic, abs=1e-12)
    assert found.wasserstein == pytest.approx(stats.wasserstein_distance(first, second), abs=1e-6)
    assert found.psi >= 0


def test_distances_of_categories() -> None:
    found = distances.of_categories({"a": 5, "b": 5}, {"a": 8, "c": 2})
    assert found.simple == pytest.approx(0.5)
    assert found.total_variation == pytest.approx(0.5)
    shares = [(0.5, 0.8), (0.5, 1e-4), (1e-4, 0.2)]
    assert found.psi == pytest.approx(sum((b - a) * np.log(b / a) for a, b in shares))
    assert distances.robust(0.5, 100, 100) == pytest.approx(0.5 - 1.8 * np.sqrt(0.02))
    assert distances.robust(0.1, 100, 100) == 0


def test_parts_of_other_columns_or_versions_are_refused() -> None:
    with pytest.raises(StepError, match="different columns"):
        kit.profile({"a": [1]}).merge(kit.profile({"b": [1]}))
    with pytest.raises(StepError, match="version 0"):
        profile.from_document({"version": 0, "variants": {}})
