"""Which step needs which: order, circles, branches, references to nothing."""

import itertools
import random
from collections.abc import Callable, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines_src.definition import (
    ConditionStep,
    DefinitionError,
    Equals,
    FailStep,
    JsonGet,
    LambdaStep,
    Output,
    Pipeline,
    Step,
    StepProperty,
    StringParameter,
)
from pipelines_src.definition.graph import order

ARN = "arn:aws:lambda:ap-northeast-1:111122223333:function:f"


def call(name: str, *needs: str, after: Sequence[str] = ()) -> LambdaStep:
    """A step that reads an output of each of `needs` and is told to come after `after`."""
    inputs = {f"from_{need}": StepProperty(need, "OutputParameters['out']") for need in needs}
    return LambdaStep(name=name, function_arn=ARN, inputs=inputs, outputs=(Output("out"),), depends_on=tuple(after))


@st.composite
def graphs(draw: st.DrawFn) -> tuple[dict[str, set[str]], int]:
    """Which step needs which others, without a circle; and a seed for shuffling."""
    size = draw(st.integers(2, 12))
    needs = {f"s{i}": {f"s{j}" for j in range(i) if draw(st.booleans())} for i in range(size)}
    return needs, draw(st.integers(0, 2**16))


def build(needs: dict[str, set[str]], seed: int) -> list[Step]:
    chance = random.Random(seed)  # noqa: S311 - no secret
    steps: list[Step] = []
    for name, others in needs.items():
        by_reference = [other for other in sorted(others) if chance.random() < 0.5]
        steps.append(call(name, *by_reference, after=sorted(others - set(by_reference))))
    chance.shuffle(steps)
    return steps


@given(graphs())
@settings(max_examples=100, deadline=None)
def test_every_step_comes_after_what_it_needs_and_always_in_the_same_place(
    graph: tuple[dict[str, set[str]], int],
) -> None:
    needs, seed = graph
    steps = build(needs, seed)
    ordered = order(steps)
    assert sorted(ordered) == sorted(needs)
    for name, others in needs.items():
        assert all(ordered.index(other) < ordered.index(name) for other in others)
    assert order(build(needs, seed)) == ordered
    definition = Pipeline(parameters=(), steps=tuple(steps)).to_definition()
    assert [step["Name"] for step in definition["Steps"]] == [step.name for step in steps]


@given(graphs(), st.data())
@settings(max_examples=100, deadline=None)
def test_every_circle_is_found_and_shown(graph: tuple[dict[str, set[str]], int], data: st.DataObject) -> None:
    needs, seed = graph
    length = data.draw(st.integers(1, len(needs)))
    circle = [f"s{index}" for index in sorted(data.draw(st.permutations(range(len(needs))))[:length])]
    for name, other in zip(circle, [*circle[1:], circle[0]], strict=True):
        needs[name].add(other)
    with pytest.raises(DefinitionError, match="in a circle: s") as error:
        order(build(needs, seed))
    shown = str(error.value).split(": ")[1].split(" (")[0].split(" -> ")
    assert shown[0] == shown[-1]
    assert all(other in needs[name] for name, other in itertools.pairwise(shown))


def gate(*if_steps: Step, name: str = "Gate", else_steps: tuple[Step, ...] = ()) -> ConditionStep:
    return ConditionStep(name=name, conditions=(Equals("a", "a"),), if_steps=if_steps, else_steps=else_steps)


REFUSED: dict[str, tuple[Callable[[], Sequence[Step]], list[str]]] = {
    "unknown step": (lambda: [call("A", "Nowhere")], ["'A'", "'Nowhere'", "not in the pipeline"]),
    "unknown depends_on": (lambda: [call("A", after=["Nowhere"])], ["'Nowhere'"]),
    "unknown output": (
        lambda: [call("A"), LambdaStep(name="B", function_arn=ARN, inputs={"x": StepProperty("A", "Nope")})],
        ["'B'", "Nope", "OutputParameters['out']"],
    ),
    "property file of no job": (
        lambda: [call("A"), LambdaStep(name="B", function_arn=ARN, inputs={"x": JsonGet("A", "F", "a")})],
        ["Lambda step", "Processing"],
    ),
    "same name": (lambda: [call("A"), call("A")], ["'A'", "twice"]),
    "same name in a branch": (lambda: [call("A"), gate(call("A"))], ["'A'", "branches included"]),
    "from outside a branch": (lambda: [gate(call("In")), call("Out", "In")], ["'Out'", "IfSteps of 'Gate'"]),
    "from the other branch": (
        lambda: [gate(call("Yes"), else_steps=(call("No", "Yes"),))],
        ["'No'", "IfSteps of 'Gate'"],
    ),
    "from a nested branch": (
        lambda: [gate(gate(call("Deep"), name="Inner"), call("Shallow", "Deep"))],
        ["'Shallow'", "IfSteps of 'Inner'"],
    ),
    "after a fail step": (
        lambda: [FailStep(name="Stop", error_message="no"), call("A", after=["Stop"])],
        ["'Stop'", "ends the execution"],
    ),
    "a branch before its condition": (
        lambda: [call("A", "In"), gate(call("In", after=["A"]))],
        ["circle", "A -> In -> A"],
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_met_is_refused(name: str) -> None:
    steps, words = REFUSED[name]
    with pytest.raises(DefinitionError) as error:
        order(steps())
    assert all(word in str(error.value) for word in words), str(error.value)


def test_a_branch_may_use_what_ran_before_its_condition_and_in_itself() -> None:
    inner = gate(call("Deep", "First", "Shallow"), name="Inner")
    outer = gate(call("Shallow", "First"), inner)
    first = call("First")
    last = LambdaStep(name="Last", function_arn=ARN, depends_on=(outer,))
    ordered = order([outer, last, first])
    assert ordered.index("Gate") < ordered.index("Shallow") < ordered.index("Deep")
    assert ordered.index("Gate") < ordered.index("Last")


def test_a_fail_step_has_no_properties() -> None:
    with pytest.raises(DefinitionError, match="ends the execution"):
        FailStep(name="Stop", error_message="no").property("ErrorMessage")


def test_parameters_must_be_the_pipelines_own() -> None:
    here, other = StringParameter(name="P", default="a"), StringParameter(name="P", default="b")
    step = LambdaStep(name="A", function_arn=ARN, inputs={"x": other.ref})
    with pytest.raises(DefinitionError, match="'P', which the pipeline does not have; allowed are none"):
        Pipeline((), (step,)).to_definition()
    with pytest.raises(DefinitionError, match="another parameter named 'P'"):
        Pipeline((here,), (step,)).to_definition()
    with pytest.raises(DefinitionError, match="'P': found the name twice"):
        Pipeline((other, other), (step,)).to_definition()
    assert Pipeline((other,), (step,)).to_definition()["Steps"][0]["Arguments"] == {"x": {"Get": "Parameters.P"}}


def test_a_pipeline_has_steps_and_an_end() -> None:
    with pytest.raises(DefinitionError, match="no steps"):
        Pipeline((), ()).to_definition()
    long = FailStep(name="Long", error_message="x" * 1_048_576)
    with pytest.raises(DefinitionError, match="allowed are 1048576"):
        Pipeline((), (long,)).to_definition()
    with pytest.raises(DefinitionError, match="'Empty': found 0 conditions"):
        Pipeline((), (ConditionStep(name="Empty", conditions=()),)).to_definition()


@pytest.mark.parametrize("name", ["", "with space", "-first", "x" * 65, "dots.are.out"])
def test_names_that_sagemaker_refuses_are_refused(name: str) -> None:
    with pytest.raises(DefinitionError, match="1 to 64 letters"):
        FailStep(name=name, error_message="no")
