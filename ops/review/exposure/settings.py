"""Settings that protect and are turned off, wherever they stand: in resources, and in jobs of pipelines."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from ops.assembly.model import Resource
from ops.review.exposure import table
from ops.review.exposure.table import HIGH, MEDIUM, SETTINGS, Setting
from ops.review.model import Class, Compared, Found, Severity
from ops.review.texts import document
from ops.review.values import intrinsic, shown

_DEEP = 40
PIPELINE_BODY = ("PipelineDefinition", "PipelineDefinitionBody")
# Documents that properties hold as text.
_DOCUMENTS = {
    "AWS::SageMaker::Pipeline": PIPELINE_BODY,
    "AWS::StepFunctions::StateMachine": ("DefinitionString",),
}
_NAMES = ("Name", "StepName", "Id", "Key", "VariantName", "ContainerHostname", "DeviceName", "Sid")


def look(compared: Compared) -> Iterator[Found]:
    """Say which protections a change turns off, or does not turn on where something is new."""
    before, after = compared.before, compared.after
    if after is None:
        return
    yield from _Walk("").objects(before.properties if before else None, after.properties, "Properties", "")
    if before is None:
        for name in table.OPEN_UNLESS_SAID.get(after.type, ()):
            if name not in after.properties:
                yield replace(_open(SETTINGS[name], None, None, "", "", whole=True), paths=())
    if path := _DOCUMENTS.get(after.type):
        was, will = held(before, path), held(after, path)
        if was != will and isinstance(will, Mapping):
            where = ".".join(("Properties", *path))
            yield from _Walk(where).objects(was if isinstance(was, Mapping) else None, will, where, "")


def held(resource: Resource | None, path: tuple[str, ...]) -> Any:
    """Return the document that a property holds as text, None if it holds none."""
    value: Any = resource.properties if resource else None
    for name in path:
        value = value.get(name) if isinstance(value, Mapping) else None
    try:
        return document(value) if value is not None else None
    except ValueError:
        return None


class _Walk:
    """Goes through both sides of a value together.

    Args:
        fixed: the path that is told of all that is found; "" if each has its own.
        keys: whether keys that are gone count.
    """

    def __init__(self, fixed: str, *, keys: bool = True) -> None:
        self.fixed = fixed
        self.keys = keys

    def objects(self, was: Mapping[str, Any] | None, will: Mapping[str, Any], path: str, where: str) -> Iterator[Found]:
        """Look at an object; `was` is None where all of it is new."""
        if path.count(".") > _DEEP or was == will:
            return
        for name in sorted({*(was or ()), *will}, key=str):
            old, new = (was or {}).get(name), will.get(name)
            if old == new:
                continue
            at = f"{path}.{name}"
            told = self.fixed or at
            if name in SETTINGS:
                yield from _setting(SETTINGS[name], old, new, where, told, new_object=was is None)
            elif new in (None, {}, []) and old not in (None, {}, []):
                yield from self._gone(name, old, where, at)
            if new is not None:
                yield from self._below(old, new, at, where)

    def _gone(self, name: str, old: Any, where: str, path: str) -> Iterator[Found]:
        of = f" of {where}" if where else ""
        why, severity = "", HIGH
        if self.keys and (table.KEY.search(name) or name in table.ENCRYPTION):
            why, severity = table.READABLE, MEDIUM
        elif name in table.NETWORK:
            why = "it then runs outside your network"
        elif name in table.GROUPS:
            why, severity = "the network's default security group then counts", MEDIUM
        elif name in table.BLOCK:
            why = "a policy or an access list may then open it to everybody"
        elif isinstance(old, Mapping) and not intrinsic(old):
            # What is left out with all that is around it is left out as well; keys are not: nothing is stored any more.
            yield from _Walk(self.fixed, keys=False).objects(old, {}, path, where)
        if why:
            yield Found(Class.EXPOSURE, severity, f"{name}{of} is gone: {why}", (self.fixed or path,))

    def _below(self, was: Any, will: Any, path: str, where: str) -> Iterator[Found]:
        if isinstance(will, Mapping) and not intrinsic(will):
            yield from self.objects(was if isinstance(was, Mapping) else None, will, path, where)
        elif isinstance(will, list):
            named = {_name(one, at): one for at, one in enumerate(was if isinstance(was, list) else ())}
            for at, one in enumerate(will):
                if isinstance(one, Mapping):
                    name = _name(one, at)
                    inside = f"{where} {name}".strip() if isinstance(name, str) else where
                    old = named.get(name)
                    yield from self._below(old, one, f"{path}.{at}", inside)


def _name(element: Any, at: int) -> str | int:
    """Return what an element of a list is known by: its name, else its place."""
    names = (element.get(name) for name in _NAMES) if isinstance(element, Mapping) else ()
    return next((name for name in names if isinstance(name, str)), at)


def _setting(setting: Setting, old: Any, new: Any, where: str, path: str, *, new_object: bool) -> Iterator[Found]:
    if setting.opens(new) and (new_object or not setting.opens(old) or intrinsic(old)):
        yield _open(setting, old, new, where, path, whole=new_object)
    elif intrinsic(new) and not intrinsic(old) and not setting.opens(old):
        of = f" of {where}" if where else ""
        text = (
            f"{setting.what}{of} goes from {shown(old)} to {shown(new)}, which only a deployment knows; if it is open"
        )
        yield Found(Class.EXPOSURE, Severity.LOW, f"{text}: {setting.why}", (path,))


def _open(setting: Setting, old: Any, new: Any, where: str, path: str, *, whole: bool) -> Found:
    """Say that a setting is open; `whole` if all around it is new."""
    of = f" of {where}" if where else ""
    value = _said(setting, new)
    goes = f"is {value}" if whole else f"goes from {_said(setting, old)} to {value}"
    return Found(Class.EXPOSURE, setting.severity, f"{setting.what}{of} {goes}: {setting.why}", (path,))


def _said(setting: Setting, value: Any) -> str:
    return setting.unset or "nothing" if value is None else shown(value)
