"""Which step needs which, and whether that can be met."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter

from pipelines_src.definition.errors import DefinitionError
from pipelines_src.definition.flow_steps import ConditionStep, FailStep
from pipelines_src.definition.processing_step import ProcessingStep
from pipelines_src.definition.references import JsonGet, StepProperty
from pipelines_src.definition.step import Step

Branch = tuple[str, str]


@dataclass(frozen=True)
class Node:
    """A step and the branches around it, outermost first, each as (condition step, "IfSteps" or "ElseSteps")."""

    step: Step
    branches: tuple[Branch, ...]


def nodes(steps: Sequence[Step], branches: tuple[Branch, ...] = ()) -> Iterator[Node]:
    """Yield every step, those inside condition steps too, in the order of the definition."""
    for step in steps:
        yield Node(step, branches)
        if isinstance(step, ConditionStep):
            yield from nodes(step.if_steps, (*branches, (step.name, "IfSteps")))
            yield from nodes(step.else_steps, (*branches, (step.name, "ElseSteps")))


def order(steps: Sequence[Step]) -> list[str]:
    """Return the names of all steps so that each comes after what it needs; the same for the same definition.

    Raises:
        DefinitionError: a name stands twice, a step needs one that does not exist, may not have run or fails the
            execution, or steps need each other in a circle.
    """
    known: dict[str, Node] = {}
    for node in nodes(steps):
        if node.step.name in known:
            raise DefinitionError(
                f"step {node.step.name!r}: found the name twice; allowed is once in a pipeline, branches included. "
                "Rename one."
            )
        known[node.step.name] = node
    needs = {name: _needs(node, known) for name, node in known.items()}
    try:
        ordered = list(TopologicalSorter(needs).static_order())
    except CycleError as error:
        circle = " -> ".join(reversed(error.args[1]))
        raise DefinitionError(
            f"steps need each other in a circle: {circle} (each needs the next); allowed is none. Remove one of these "
            "references or depends_on."
        ) from None
    for name, node in known.items():
        _check_available(node, needs[name], known)
    return ordered


def _needs(node: Node, known: dict[str, Node]) -> list[str]:
    needed: dict[str, None] = {}
    for reference in node.step.own_references():
        if isinstance(reference, StepProperty | JsonGet):
            target = _target(node.step, reference.step, known)
            _check_reference(node.step, target, reference)
            needed[reference.step] = None
    for dependency in node.step.depends_on:
        name = dependency if isinstance(dependency, str) else dependency.name
        _target(node.step, name, known)
        needed[name] = None
    if node.branches:
        needed[node.branches[-1][0]] = None
    return list(needed)


def _target(step: Step, name: str, known: dict[str, Node]) -> Step:
    if name not in known:
        raise DefinitionError(
            f"step {step.name!r}: found a reference to step {name!r}, which is not in the pipeline; allowed are "
            f"{', '.join(known)}. Add the step or correct the name."
        )
    return known[name].step


def _check_reference(step: Step, target: Step, reference: StepProperty | JsonGet) -> None:
    if isinstance(reference, JsonGet) and not isinstance(target, ProcessingStep):
        raise DefinitionError(
            f"step {step.name!r}: found {reference.to_json()}, but {target.name!r} is a {target.TYPE} step; allowed "
            "are property files of Processing steps. Refer to one of those."
        )
    try:
        if isinstance(reference, StepProperty):
            target.property_kind(reference.path)
        elif isinstance(target, ProcessingStep):
            target.json(reference.property_file, reference.path)
    except DefinitionError as error:
        raise DefinitionError(f"step {step.name!r}: found {reference.to_json()}: {error}") from None


def _check_available(node: Node, needed: list[str], known: dict[str, Node]) -> None:
    for name in needed:
        target = known[name]
        if isinstance(target.step, FailStep):
            raise DefinitionError(
                f"step {node.step.name!r}: found a dependency on the fail step {name!r}; allowed is none, since it "
                "ends the execution. Remove it."
            )
        if node.branches[: len(target.branches)] != target.branches:
            condition, branch = target.branches[-1]
            raise DefinitionError(
                f"step {node.step.name!r}: found a reference to step {name!r}, which runs only in {branch} of "
                f"{condition!r} and may not have run; allowed are steps of the same or an outer branch. Move one."
            )
