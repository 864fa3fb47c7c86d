"""Values of templates as those who look for dangers read them: by path, as numbers, and as words for people."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ops.assembly.model import Resource, Value

NO_VALUE = {"Ref": "AWS::NoValue"}
_LONGEST = 120  # characters of a value in a sentence
_STEP = re.compile(r"(?P<name>[^\[]+)(\[(?P<key>\w*)\])?")
_EXPORT = re.compile(r"ExportsOutput(Ref|FnGetAtt)(?P<name>.+?)([0-9A-F]{8}){1,2}$")
_EXPORTED = re.compile(  # as documents hold it
    r"\$\{(?P<stack>[^:{}]+):ExportsOutput(Ref|FnGetAtt)(?P<name>[^{}]+?)([0-9A-F]{8}){1,2}\}"
)
_HASH = re.compile(r"[0-9a-f]{56}(?=\b|\.)")


def intrinsic(value: Value) -> bool:
    """Return whether a value is known only when it is deployed: `{"Ref": ...}`, `{"Fn::GetAtt": ...}`."""
    return isinstance(value, Mapping) and len(value) == 1 and next(iter(value)).startswith(("Ref", "Fn::"))


def spots(value: Value, path: str) -> dict[str, Value]:
    """Return what a path leads to, by where it is; nothing where it leads nowhere.

    A path is names between dots. `Name[Key]` is a list whose elements are told apart by a key of theirs, `Name[]`
    one whose elements are told apart by their position.

    >>> spots({"Variants": [{"Name": "a", "Count": 2}]}, "Variants[Name].Count")
    {'a': 2}
    >>> spots({"A": {"B": 1}}, "A.B"), spots({}, "A.B")
    ({'': 1}, {})
    """
    found: dict[str, Value] = {"": value}
    for step in path.split("."):
        match = _STEP.fullmatch(step)
        name, key = (match["name"], match["key"]) if match else (step, None)
        below = {at: one[name] for at, one in found.items() if isinstance(one, Mapping) and name in one}
        found = below if key is None else dict(_elements(below, key))
    return found


def _elements(lists: Mapping[str, Value], key: str) -> Iterator[tuple[str, Value]]:
    for at, elements in lists.items():
        for position, element in enumerate(listed(elements)):
            named = element.get(key) if key and isinstance(element, Mapping) else None
            name = str(position + 1) if named is None else shown(named)
            yield f"{at} {name}".strip(), element


def at(resource: Resource | None, path: str, default: Value = None) -> Value:
    """Return what a path of names leads to below the properties of a resource."""
    return next(iter(spots(resource.properties, path).values()), default) if resource else default


def listed(value: Value) -> Sequence[Value]:
    """Return a value as a list; YAML and CloudFormation let one thing stand for a list of one."""
    if value is None:
        return ()
    return value if isinstance(value, list | tuple) else (value,)


def number(value: Value) -> float | None:
    """Return a number that is a number, or is written as text; None for all else."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        return float(value)
    except ValueError:
        return None


def references(value: Value) -> Iterator[str]:
    """Yield the logical ids (and parameters) that a value refers to by Ref, GetAtt or Sub."""
    if isinstance(value, Mapping):
        for name, below in value.items():
            if name == "Ref" and isinstance(below, str):
                yield below
            elif name == "Fn::GetAtt":
                yield str(below[0] if isinstance(below, list) and below else below).split(".")[0]
            elif name == "Fn::Sub":
                yield from _substituted(below)
            else:
                yield from references(below)
    elif isinstance(value, list | tuple):
        for below in value:
            yield from references(below)


def _substituted(value: Value) -> Iterator[str]:
    text, own = value if isinstance(value, list) and len(value) == len(("text", "own")) else (value, {})
    yield from (name.split(".")[0] for name in re.findall(r"\$\{([^!${}]+)\}", str(text)))
    yield from references(own)


def shown(value: Value) -> str:
    """Return a value as a sentence has it: intrinsic functions as what they name, long ones cut.

    >>> shown({"Fn::GetAtt": ["Data", "Arn"]}), shown(0.8), shown(True), shown(None)
    ('Data.Arn', '0.8', 'true', 'nothing')
    """
    text = _HASH.sub("…", " ".join(_text(value).split()))
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def _text(value: Value) -> str:
    if isinstance(value, str):
        return _EXPORTED.sub(r"${\g<stack> \g<name>}", value)
    if value is None or value == NO_VALUE:
        return "nothing"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return f"{value:.12g}"
    if isinstance(value, Mapping):
        return _intrinsic_text(value) if intrinsic(value) else _mapping_text(value)
    return ", ".join(map(_text, value)) if value else "nothing"


def _mapping_text(value: Mapping[str, Any]) -> str:
    return ", ".join(f"{name} {_text(below)}" for name, below in value.items()) or "nothing"


def _intrinsic_text(value: Mapping[str, Any]) -> str:
    [(function, given)] = value.items()
    parts = given if isinstance(given, list) else [given]
    match function, parts:
        case (("Ref" | "Fn::Sub" | "Fn::GetAtt"), _):
            return ".".join(str(part) for part in parts if isinstance(part, str))
        case "Fn::Join", [separator, list(joined)]:
            return str(separator).join(map(_text, joined))
        case "Fn::ImportValue", [str(name)]:
            stack, _, export = name.rpartition(":")
            match = _EXPORT.match(export)
            return f"{stack} {match['name'] if match else export}".strip()
        case "Fn::If", [condition, yes, no]:
            return f"{_text(yes)} if {condition}, otherwise {_text(no)}"
        case "Fn::Select", [index, of] if (selected := _selected(str(index), of)) is not None:
            return selected
    return f"{function.removeprefix('Fn::')}({', '.join(map(_text, parts))})"


def _selected(index: str, of: Value) -> str | None:
    match of:
        case {"Fn::Split": [_, text]}:
            return f"[part of {_text(text).rstrip('/')}]"
        case list() if index.isdigit() and int(index) < len(of):
            return _text(of[int(index)])
    return None
