"""Steps of a pipeline that come, go, get another name, or run in another order."""

from collections.abc import Iterator, Mapping

from ops.review.model import Class, Found, Severity
from ops.review.pipeline_change.definition import Definition, Step
from ops.review.pipeline_change.gates import GATES, REGISTERS

_BECAUSE = {
    "Condition": "what it decided is no longer decided",
    "QualityCheck": "drift from the baseline no longer stops a model",
    "ClarifyCheck": "bias or another explanation no longer stops a model",
    "Fail": "an execution that comes there ends otherwise",
}


def found(before: Definition, after: Definition, names: Mapping[str, str], paths: tuple[str, ...]) -> Iterator[Found]:
    """Yield how the graph of steps changes; the order in which parallel steps are written says nothing.

    Args:
        names: new names of steps by their old ones; `before` has the new ones already.
    """
    was, becomes = before.steps, after.steps
    for old, new in names.items():
        text = f"Step {old} is called {new} from now on: its results in the cache are not found again"
        yield Found(Class.PIPELINE, Severity.LOW, text, paths)
    for name in [name for name in becomes if name not in was]:
        yield Found(
            Class.PIPELINE, Severity.LOW, f"Step {name} ({becomes[name].type}) is new{_where(becomes[name])}", paths
        )
    for name in [name for name in was if name not in becomes]:
        yield _removed(was[name], paths)
    for name in [name for name in becomes if name in was]:
        yield from _moved(was[name], becomes[name], paths)
        yield from _waits(name, before, after, paths)


def _where(step: Step) -> str:
    return f", where {step.place[-1]}" if step.place else ""


def _removed(step: Step, paths: tuple[str, ...]) -> Found:
    why = f": {_BECAUSE[step.type]}" if step.type in _BECAUSE else ""
    severity = Severity.HIGH if step.type in GATES else Severity.MEDIUM
    return Found(Class.PIPELINE, severity, f"Step {step.name} ({step.type}) is removed{why}", paths)


def _moved(was: Step, becomes: Step, paths: tuple[str, ...]) -> Iterator[Found]:
    if was.type != becomes.type:
        text = f"Step {becomes.name} becomes a {becomes.type} step, it was a {was.type} step"
        yield Found(Class.PIPELINE, Severity.MEDIUM, text, paths)
    if was.place == becomes.place:
        return
    then, now = (f"where {step.place[-1]}" if step.place else "always" for step in (was, becomes))
    loose = was.place and not becomes.place
    text = f"Step {becomes.name} runs {now}, until now {then}"
    severity = Severity.HIGH if becomes.type in REGISTERS or loose else Severity.MEDIUM
    yield Found(Class.PIPELINE, severity, text, paths)


def _waits(name: str, before: Definition, after: Definition, paths: tuple[str, ...]) -> Iterator[Found]:
    both = before.steps.keys() & after.steps.keys()
    was, becomes = before.before(name) & both, after.before(name) & both
    place = before.steps[name].place == after.steps[name].place
    # What a step before it no longer waits for, or newly does, is told with that one.
    told = [(before.before(one) & both, after.before(one) & both) for one in was & becomes]
    lost = set().union(*(then - now for then, now in told))
    won = set().union(*(now - then for then, now in told))
    if gone := sorted(was - becomes - lost):
        gates = [one for one in gone if before.steps[one].type in GATES]
        text = f"Step {name} no longer waits for {', '.join(gone)}: they run at the same time, or one without the other"
        severity = Severity.HIGH if gates and after.steps[name].type in REGISTERS else Severity.MEDIUM
        if place or not gates:
            yield Found(Class.PIPELINE, severity, text, paths)
    if (new := sorted(becomes - was - won)) and place:
        yield Found(Class.PIPELINE, Severity.LOW, f"Step {name} waits for {', '.join(new)} from now on", paths)
