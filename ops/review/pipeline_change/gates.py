"""What a model must reach: conditions that got looser, tighter, or other."""

import json
from collections.abc import Iterator, Mapping

from ops.assembly.model import Value
from ops.review.model import Class, Found, Severity
from ops.review.pipeline_change.conditions import Turn, says, turned
from ops.review.pipeline_change.definition import Definition, Step
from ops.review.values import listed

GATES = ("Condition", "QualityCheck", "ClarifyCheck")
REGISTERS = ("RegisterModel", "Model", "CreateModel", "Lambda", "Callback")


def found(before: Definition, after: Definition, paths: tuple[str, ...]) -> Iterator[Found]:
    """Yield how the conditions of steps change that are there before and after."""
    for name, step in after.steps.items():
        was = before.steps.get(name)
        if was is not None and was.type == step.type == "Condition":
            yield from _step((was, step), (before, after), paths)


def _step(steps: tuple[Step, Step], sides: tuple[Definition, Definition], paths: tuple[str, ...]) -> Iterator[Found]:
    was, becomes = ([_settled(one, side) for one in _conditions(step)] for step, side in zip(steps, sides, strict=True))
    was, becomes = [one for one in was if one not in becomes], [one for one in becomes if one not in was]
    # Where models are registered when the conditions fail, looser conditions let fewer through.
    inverted = _registers_when_failed(steps[1].name, sides[1])
    for alike in (_subject_and_side, _subject):
        for old in list(was):
            same = next((new for new in becomes if alike(new) == alike(old)), None)
            if same is not None:
                was.remove(old)
                becomes.remove(same)
                yield _found(steps[1].name, turned(old, same), f"from {says(old)} to {says(same)}", inverted, paths)
    for old in was:
        yield _found(steps[1].name, Turn.LOOSER, f"without the condition {says(old)}", inverted, paths)
    for new in becomes:
        yield _found(steps[1].name, Turn.TIGHTER, f"with a further condition, {says(new)}", inverted, paths)


def _found(step: str, turn: Turn, how: str, inverted: bool, paths: tuple[str, ...]) -> Found:
    if inverted:
        turn = {Turn.LOOSER: Turn.TIGHTER, Turn.TIGHTER: Turn.LOOSER}.get(turn, turn)
    text, severity = {
        Turn.LOOSER: (f"The gate {step} is loosened, {how}: worse models pass", Severity.HIGH),
        Turn.TIGHTER: (f"The gate {step} is tightened, {how}: models that passed may fail", Severity.LOW),
        Turn.OTHER: (f"The gate {step} asks for something else, {how}", Severity.MEDIUM),
    }[turn]
    return Found(Class.PIPELINE, severity, text, paths)


def _conditions(step: Step) -> list[Mapping[str, Value]]:
    arguments = step.content.get("Arguments")
    conditions = listed(arguments.get("Conditions")) if isinstance(arguments, Mapping) else ()
    return [one for one in conditions if isinstance(one, Mapping)]


def _settled(condition: Mapping[str, Value], side: Definition) -> Mapping[str, Value]:
    """Put defaults of parameters in the place of parameters: a gate moves with them as well."""
    settled: dict[str, Value] = {}
    for name, value in condition.items():
        if name in ("RightValue", "Values"):
            settled[name] = [side.default(one) for one in value] if isinstance(value, list) else side.default(value)
        elif name == "Condition" and isinstance(value, Mapping):
            settled[name] = _settled(value, side)
        elif name == "Conditions" and isinstance(value, list):
            settled[name] = [_settled(one, side) for one in value if isinstance(one, Mapping)]
        else:
            settled[name] = value
    return settled


def _subject(condition: Mapping[str, Value]) -> str:
    """Return what is asked about, for conditions that ask about the same to be held against each other."""
    if condition.get("Type") == "Or":
        return "or"
    if isinstance(inner := condition.get("Condition") or condition.get("Expression"), Mapping):
        return f"not {_subject(inner)}"
    return json.dumps(condition.get("LeftValue", condition.get("QueryValue")), sort_keys=True)


def _subject_and_side(condition: Mapping[str, Value]) -> str:
    return f"{str(condition.get('Type'))[:4]} {_subject(condition)}"


def _registers_when_failed(name: str, side: Definition) -> bool:
    places = {step.place for step in side.steps.values() if step.type in REGISTERS}
    failed = any(f"{name} failed" in place for place in places)
    return failed and not any(f"{name} passed" in place for place in places)
