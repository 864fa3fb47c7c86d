"""A gate that nothing can pass, or that everything passes, is refused."""

from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from config.errors import RuleError
from config.use_case.evaluate import GateCondition
from config.use_case.gate_agreement import gate_fits
from config.use_case.metrics import Problem, gate_metrics
from tests.use_cases import use_case

CASES = [(problem, metric) for problem in get_args(Problem) for metric in gate_metrics(problem)]


def refused(gate: list[dict[str, Any]], problem: Problem = "binary_classification") -> str:
    case = use_case({}, "binary_classification")
    evaluate = case.evaluate.model_copy(update={"slices": ("x",)})
    with pytest.raises(RuleError) as found:
        gate_fits(problem, case.data, evaluate, [GateCondition.model_validate(one) for one in gate])
    return str(found.value)


@given(case=st.sampled_from(CASES), at_least=st.booleans(), beyond=st.floats(1e-6, 1e6), inside=st.floats(0, 1))
def test_a_bound_within_the_figures_limits_is_taken_and_one_beyond_is_not(
    case: tuple[Problem, str], at_least: bool, beyond: float, inside: float
) -> None:
    problem, metric = case
    limits, name = gate_metrics(problem)[metric], "at_least" if at_least else "at_most"
    least = limits.least if limits.least is not None else -10.0
    most = limits.most if limits.most is not None else 10.0
    data = use_case({}).data
    evaluate = use_case({}).evaluate.model_copy(update={"slices": ("x",)})
    bound = min(most, least + inside * (most - least))
    gate_fits(problem, data, evaluate, [GateCondition.model_validate({"metric": metric, name: bound})])
    for end, value, always in ((limits.least, least - beyond, at_least), (limits.most, most + beyond, not at_least)):
        if end is not None:
            message = refused([{"metric": metric, name: value}], problem)
            assert message.startswith(f"gate.0.{name}: found {value:g}; {metric} is at ")
            assert f"would {'always' if always else 'never'} hold; choose a bound" in message


@pytest.mark.parametrize(
    ("gate", "message"),
    [
        ([("auc.value", "at_least", 1.6)], "gate.0.at_least: found 1.6; auc.value is at least 0 and at most 1, so"),
        ([("auc.value", "at_most", -1)], "gate.0.at_most: found -1; auc.value is at least 0 and at most 1, so"),
        ([("brier_skill.lower", "at_least", 1.1)], "gate.0.at_least: found 1.1; brier_skill.lower is at most 1, so"),
        ([("rows", "at_most", -1)], "gate.0.at_most: found -1; rows is at least 0, so the condition would never hold"),
        (
            [("auc.value", "at_least", 0.7), ("auc.value", "at_most", 0.6)],
            "gate.1.at_most: found 0.6; no auc.value is at least 0.7 and at most 0.6, which the gate has both",
        ),
        (
            [("auc.value", "at_most", 0.6), ("rows", "at_least", 1), ("auc.value", "at_least", 0.7)],
            "gate.2.at_least: found 0.7; no auc.value is at least 0.7 and at most 0.6",
        ),
    ],
)
def test_what_cannot_be_is_told_with_the_figures_limits(gate: list[tuple[str, str, float]], message: str) -> None:
    assert refused([{"metric": metric, name: bound} for metric, name, bound in gate]).startswith(message)


def test_two_bounds_that_can_hold_together_are_taken() -> None:
    case = use_case({})
    gate = [{"metric": "auc.value", "at_least": 0.6}, {"metric": "auc.value", "at_most": 0.6}]
    gate_fits("binary_classification", case.data, case.evaluate, [GateCondition.model_validate(one) for one in gate])


@pytest.mark.parametrize(
    ("condition", "found"),
    [({}, "no bound"), ({"at_least": 1, "at_most": 2}, "two bounds"), ({"at_least": float("nan")}, "finite number")],
)
def test_a_condition_has_one_finite_bound(condition: dict[str, float], found: str) -> None:
    with pytest.raises(ValidationError, match=found):
        GateCondition.model_validate({"metric": "rows", **condition})
