"""Parameters of a pipeline."""

from collections.abc import Iterator, Mapping

from ops.assembly.model import Value
from ops.review.model import Class, Found, Severity
from ops.review.pipeline_change.definition import Definition
from ops.review.source.changed import HASH
from ops.review.values import shown

_APPROVED = "Approved"
_BY_ITSELF = "every model that passes is approved without a person, and goes live"


def found(before: Definition, after: Definition, paths: tuple[str, ...]) -> Iterator[Found]:
    """Yield which parameters are new, gone or different."""
    was, becomes = before.parameters, after.parameters
    for name in sorted(becomes.keys() - was.keys()):
        yield _added(name, becomes[name], paths)
    for name in sorted(was.keys() - becomes.keys()):
        text = f"Parameter {name} is removed: who starts the pipeline with it is refused"
        yield Found(Class.PIPELINE, Severity.MEDIUM, text, paths)
    for name in sorted(was.keys() & becomes.keys()):
        yield from _changed(name, was[name], becomes[name], paths)


def _added(name: str, parameter: Mapping[str, Value], paths: tuple[str, ...]) -> Found:
    if "DefaultValue" in parameter:
        text = f"Parameter {name} is new, {shown(parameter['DefaultValue']) or 'empty'} unless somebody says otherwise"
        return Found(Class.PIPELINE, Severity.LOW, text, paths)
    text = f"Parameter {name} is new and has no default: who starts the pipeline without it is refused"
    return Found(Class.PIPELINE, Severity.MEDIUM, text, paths)


def _changed(
    name: str, was: Mapping[str, Value], becomes: Mapping[str, Value], paths: tuple[str, ...]
) -> Iterator[Found]:
    old, new = was.get("DefaultValue"), becomes.get("DefaultValue")
    if old != new and HASH.sub("", str(old)) != HASH.sub("", str(new)):
        text = f"The default of parameter {name} goes from {_said(old)} to {_said(new)}"
        if new is None:
            text += ": who starts the pipeline without it is refused"
        loosens = new == _APPROVED and old != _APPROVED
        severity = Severity.HIGH if loosens else Severity.MEDIUM if new is None else Severity.LOW
        yield Found(Class.PIPELINE, severity, f"{text}: {_BY_ITSELF}" if loosens else text, paths)
    allowed, allowed_then = was.get("EnumValues"), becomes.get("EnumValues")
    if _set(allowed) != _set(allowed_then):
        text = (
            f"Parameter {name} allows {shown(allowed_then or 'any value')}, until now {shown(allowed or 'any value')}"
        )
        yield Found(Class.PIPELINE, Severity.LOW, text, paths)
    if was.get("Type") != becomes.get("Type"):
        text = f"Parameter {name} becomes {shown(becomes.get('Type'))}, it was {shown(was.get('Type'))}"
        yield Found(Class.PIPELINE, Severity.MEDIUM, text, paths)


def _set(values: Value) -> frozenset[str] | None:
    return frozenset(map(str, values)) if isinstance(values, list) else None


def _said(value: Value) -> str:
    return "none" if value is None else shown(value) or "an empty text"
