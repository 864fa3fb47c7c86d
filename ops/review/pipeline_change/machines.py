"""State machines of Step Functions, state by state."""

from collections.abc import Iterator, Mapping

from ops.assembly.model import Resource, Stack, Value
from ops.review.model import Class, Compared, Found, Severity
from ops.review.pipeline_change.matched import leaves
from ops.review.source import hashes
from ops.review.texts import document
from ops.review.values import at, listed, shown

_MACHINE = "AWS::StepFunctions::StateMachine"
_PATHS = ("DefinitionString", "Definition", "DefinitionS3Location")
_INNER = ("Branches", "ItemProcessor", "Iterator", "States")
_CAUGHT = {"Retry": "a short trouble ends the execution", "Catch": "a failure ends the execution"}
_MOST = 6  # values in a sentence


def found(compared: Compared) -> Iterator[Found]:
    """Yield which states are new, gone, or do something else."""
    before, after = compared.before, compared.after
    if compared.type != _MACHINE or before is None or after is None:
        return
    paths = tuple(one.path for one in compared.properties if one.path.startswith("Properties.Definition"))
    if not paths:
        return
    try:
        was, becomes = _states(before, compared.base), _states(after, compared.head)
    except ValueError:
        text = "The definition changes, and cannot be read: what it means for states is not told here"
        yield Found(Class.PIPELINE, Severity.MEDIUM, text, paths)
        return
    for name in [name for name in becomes if name not in was]:
        yield Found(Class.PIPELINE, Severity.LOW, f"State {name} ({shown(becomes[name].get('Type'))}) is new", paths)
    for name in [name for name in was if name not in becomes]:
        text = f"State {name} ({shown(was[name].get('Type'))}) is removed"
        yield Found(Class.PIPELINE, Severity.MEDIUM, text, paths)
    for name in [name for name in becomes if name in was]:
        yield from _changed(name, was[name], becomes[name], paths)


def _states(machine: Resource, stack: Stack) -> dict[str, Mapping[str, Value]]:
    given = next((value for path in _PATHS if (value := at(machine, path)) is not None), None)
    if at(machine, "DefinitionS3Location") is not None:
        files = (stack.assets.get(hashed) for hashed in hashes(given))
        given = next((path.read_text(encoding="utf-8") for path in files if path and path.is_file()), None)
    read = document(given)
    if not isinstance(read, Mapping) or "States" not in read:
        raise ValueError("no states")
    return {"": {key: value for key, value in read.items() if key != "States"}, **dict(_below(read))}


def _below(machine: Mapping[str, Value]) -> Iterator[tuple[str, Mapping[str, Value]]]:
    states = machine.get("States")
    for name, state in states.items() if isinstance(states, Mapping) else ():
        if not isinstance(state, Mapping):
            continue
        yield name, {key: value for key, value in state.items() if key not in _INNER}
        for inner in (*listed(state.get("Branches")), state.get("ItemProcessor"), state.get("Iterator")):
            if isinstance(inner, Mapping):
                yield f"start in {name}", {"StartAt": inner.get("StartAt")}
                yield from _below(inner)


def _changed(
    name: str, was: Mapping[str, Value], becomes: Mapping[str, Value], paths: tuple[str, ...]
) -> Iterator[Found]:
    who = f"State {name}" if name else "The state machine"
    for caught, why in _CAUGHT.items():
        if was.get(caught) and not becomes.get(caught):
            yield Found(Class.PIPELINE, Severity.MEDIUM, f"{who} loses its {caught}: {why}", paths)
    old, new = (leaves({key: value for key, value in side.items() if key != "Comment"}) for side in (was, becomes))
    told = [
        f"{path} {shown(old.get(path))} -> {shown(new.get(path))}"
        for path in dict.fromkeys((*old, *new))
        if old.get(path) != new.get(path)
        and not (path.split(".")[0] in _CAUGHT and not becomes.get(path.split(".")[0]))
    ]
    if told:
        more = f" and {len(told) - _MOST} more" if len(told) > _MOST else ""
        yield Found(Class.PIPELINE, Severity.LOW, f"{who} changes: {', '.join(told[:_MOST])}{more}", paths)
    elif was.get("Comment") != becomes.get("Comment"):
        yield Found(Class.METADATA, Severity.INFO, f"{who} is commented on otherwise", paths)
