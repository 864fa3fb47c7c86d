"""Which step of a pipeline is which after a change: by name, else by what it does."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

from ops.assembly.model import Value
from ops.review.pipeline_change.definition import Definition, Step
from ops.review.source.changed import HASH

_ALIKE = 0.75  # share of values in common from which on a step of another name is the same one
_STEPS = re.compile(r"\bSteps\.[A-Za-z0-9][A-Za-z0-9-]*")
_SAID = ("Description", "DisplayName")


def renamed(before: Definition, after: Definition) -> dict[str, str]:
    """Return new names of steps by their old ones."""
    gone = [step for name, step in before.steps.items() if name not in after.steps]
    new = [step for name, step in after.steps.items() if name not in before.steps]
    pairs = sorted(
        ((_alike(old, one), old.name, one.name) for old in gone for one in new if old.type == one.type), reverse=True
    )
    names: dict[str, str] = {}
    for alike, old_name, new_name in pairs:
        if alike >= _ALIKE and old_name not in names and new_name not in names.values():
            names[old_name] = new_name
    return names


def _alike(old: Step, new: Step) -> float:
    was, becomes = _values(old), _values(new)
    return len(was & becomes) / max(len(was | becomes), 1)


def _values(step: Step) -> set[tuple[str, str]]:
    content = {name: value for name, value in step.content.items() if name not in _SAID}
    text = HASH.sub("#", _STEPS.sub("Steps.*", json.dumps(content)))
    return {(path, json.dumps(value)) for path, value in leaves(json.loads(text)).items()}


def under_new_names(before: Definition, names: Mapping[str, str]) -> Definition:
    """Return a pipeline as if its steps had had their new names, so that names alone are no difference."""
    if not names:
        return before

    def rename(text: str) -> str:
        return re.sub(r"\bSteps\.([A-Za-z0-9][A-Za-z0-9-]*)", lambda m: f"Steps.{names.get(m[1], m[1])}", text)

    steps = {}
    for step in before.steps.values():
        name = names.get(step.name, step.name)
        content = json.loads(rename(json.dumps(step.content)))
        waits = frozenset(names.get(one, one) for one in step.waits_for)
        place = tuple(f"{names.get(old, old)} {says}" for old, says in (one.rsplit(" ", 1) for one in step.place))
        steps[name] = replace(step, name=name, content=content, waits_for=waits, place=place)
    return replace(before, steps=steps)


_KEYS = ("InputName", "OutputName", "ChannelName", "Name", "Key", "PropertyFileName", "VariantName", "MetricName")
_UNORDERED = ("SecurityGroupIds", "Subnets", "ExceptionType", "SupportedContentTypes", "SupportedResponseMIMETypes")


def leaves(value: Value, path: str = "") -> dict[str, Value]:
    """Return the values in a document by their paths.

    Lists whose elements have names go by them, since their order says nothing; those of texts and numbers are values.
    """
    return dict(_leaves(value, path))


def _leaves(value: Value, path: str) -> Iterator[tuple[str, Value]]:
    if isinstance(value, Mapping) and not _is_reference(value):
        for name, below in value.items():
            yield from _leaves(below, f"{path}.{name}" if path else name)
    elif isinstance(value, list) and any(isinstance(one, Mapping | list) for one in value):
        for position, below in enumerate(value):
            yield from _leaves(below, f"{path}.{_element(below, position)}")
    elif isinstance(value, list) and path.rpartition(".")[2] in _UNORDERED:
        yield path, sorted(map(str, value))
    else:
        yield path, value


def _is_reference(value: Mapping[str, Value]) -> bool:
    return len(value) == 1 and next(iter(value)) in ("Get", "Std:Join", "Std:JsonGet")


def _element(value: Value, position: int) -> str:
    if isinstance(value, Mapping):
        for key in _KEYS:
            if isinstance(value.get(key), str):
                return str(value[key])
    return str(position)
