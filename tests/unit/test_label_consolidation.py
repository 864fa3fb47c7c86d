"""One label of several answers: as sure as theory says it can be, and agreement as its inventor computes it."""

import math
import random
from collections.abc import Mapping
from itertools import product

import pytest

from label.agreement import alpha
from label.consolidate import CONSOLIDATIONS, Consolidated, dawid_skene, majority

Answers = dict[str, list[tuple[str, str]]]
OBJECTS = 4000


def simulated(accuracies: list[float], per: int, size: int, objects: int = OBJECTS) -> tuple[dict[str, str], Answers]:
    """Workers who are right so often, and else choose any other category."""
    chance = random.Random(f"{accuracies} {size}")  # noqa: S311
    categories, workers = [f"c{n}" for n in range(size)], list(enumerate(accuracies))
    truth = {str(number): chance.choice(categories) for number in range(objects)}
    answers = {
        name: [
            (f"w{who}", right if chance.random() < accuracy else chance.choice([c for c in categories if c != right]))
            for who, accuracy in chance.sample(workers, per)
        ]
        for name, right in truth.items()
    }
    return truth, answers


def accuracy(truth: Mapping[str, str], labels: Mapping[str, Consolidated]) -> float:
    return sum(labels[name].category == right for name, right in truth.items()) / len(truth)


def of_majority(p: float, per: int, size: int) -> float:
    """Probability that the most frequent of independent answers is right, ties decided by chance: by enumeration."""
    found = 0.0
    for said in product(range(size), repeat=per):  # 0 is right
        probability = math.prod(p if one == 0 else (1 - p) / (size - 1) for one in said)
        counts = [said.count(one) for one in range(size)]
        found += probability * (counts[0] == max(counts)) / counts.count(max(counts))
    return found


def of_best(accuracies: list[float]) -> float:
    """What nobody can surpass who knows how often each of some workers is right, of two categories alike often."""
    return (
        sum(
            max(
                math.prod(p if right else 1 - p for p, right in zip(accuracies, said, strict=True)),
                math.prod(1 - p if right else p for p, right in zip(accuracies, said, strict=True)),
            )
            for said in product((True, False), repeat=len(accuracies))
        )
        / 2
    )


def tolerance(p: float) -> float:
    return 4 * math.sqrt(p * (1 - p) / OBJECTS)  # once in 16,000 runs by chance; the seed is fixed


def test_theory_for_three_workers_of_80_percent_is_the_binomial_sum() -> None:
    assert of_majority(0.8, 3, 2) == pytest.approx(0.8**3 + 3 * 0.8**2 * 0.2) == pytest.approx(0.896)


@pytest.mark.parametrize("how", sorted(CONSOLIDATIONS))
@pytest.mark.parametrize(("per", "size"), [(1, 2), (3, 2), (5, 2), (3, 4), (4, 3)])
def test_workers_of_80_percent_give_the_accuracy_that_theory_expects(how: str, per: int, size: int) -> None:
    truth, answers = simulated([0.8] * 12, per, size)
    expected = of_majority(0.8, per, size)
    found = accuracy(truth, CONSOLIDATIONS[how](answers, [f"c{n}" for n in range(size)]))
    assert found == pytest.approx(expected, abs=tolerance(expected))


def test_who_is_better_counts_more_up_to_the_bound_that_nobody_surpasses() -> None:
    accuracies = [0.95, 0.7, 0.65]
    truth, answers = simulated(accuracies, 3, 2)
    best = of_best(accuracies)
    by_votes = accuracy(truth, majority(answers, ["c0", "c1"]))
    by_trust = accuracy(truth, dawid_skene(answers, ["c0", "c1"]))
    assert by_trust == pytest.approx(best, abs=tolerance(best))
    assert by_trust > by_votes + 0.05


def test_few_answers_of_each_worker_are_not_taken_for_knowledge() -> None:
    truth, answers = simulated([0.55 + 0.4 * n / 299 for n in range(300)], 3, 2, objects=1000)
    assert accuracy(truth, dawid_skene(answers, ["c0", "c1"])) > accuracy(truth, majority(answers, ["c0", "c1"])) - 0.01


def test_labels_are_at_least_as_often_right_as_their_probability_says() -> None:
    truth, answers = simulated([0.95, 0.7, 0.65], 3, 2)
    labels = dawid_skene(answers, ["c0", "c1"])
    for low, high in ((0.5, 0.8), (0.8, 0.95), (0.95, 1.01)):
        some = {name: one for name, one in labels.items() if low <= one.confidence < high}
        assert len(some) > 100
        said = sum(one.confidence for one in some.values()) / len(some)
        assert accuracy({name: truth[name] for name in some}, some) > said - 0.03


def test_ties_favour_no_category_and_fall_the_same_way_each_time() -> None:
    answers = {str(n): [("a", "yes"), ("b", "no")] for n in range(1000)}
    labels = majority(answers, ["yes", "no"])
    assert 430 < sum(one.category == "yes" for one in labels.values()) < 570
    assert labels == majority(answers, ["yes", "no"])
    assert {one.confidence for one in labels.values()} == {0.5}


def test_objects_without_answers_have_no_label() -> None:
    for how in CONSOLIDATIONS.values():
        assert how({"a": [], "b": [("w", "yes")]}, ["yes", "no"]).keys() == {"b"}
        assert how({}, ["yes", "no"]) == {}


# Krippendorff 2011, "D. Nominal data, any number of observers, missing data": alpha 0.743.
TABLE = """
1 2 3 3 2 1 4 1 2 . . .
1 2 3 3 2 2 4 1 2 5 . 3
. 3 3 3 2 3 4 2 2 5 1 .
1 2 3 3 2 4 4 1 2 5 1 ."""


def test_agreement_is_krippendorffs_own_example() -> None:
    rows = [line.split() for line in TABLE.split("\n") if line]
    units = [[one for one in column if one != "."] for column in zip(*rows, strict=True)]
    found = alpha(units)
    assert found is not None
    assert round(found, 3) == 0.743
    # The same page, "A. Binary or dichotomous data, two observers, no missing data".
    two = alpha(zip("0100000010", "1110010000", strict=True))
    assert two is not None
    assert round(two, 3) == 0.095


def test_agreement_has_its_ends() -> None:
    assert alpha([("a", "a"), ("b", "b")]) == 1
    assert alpha([("a", "a"), ("a", "a")]) is None
    assert alpha([("a",), ("b",)]) is None
    chance = random.Random(1)  # noqa: S311
    units = [[chance.choice("ab") for _ in range(3)] for _ in range(3000)]
    found = alpha(units)
    assert found is not None
    assert abs(found) < 0.03
