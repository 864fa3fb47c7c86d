"""Written cases of the review: fragments of templates before and after a change, and what must be said of it.

A file `tests/unit/review_cases/<name>.yaml` is a list of cases:

    - name: a role may write what it could only read   # unique in the file
      classes: [permissions_widened]  # all that must be found, over all resources; [] if it is harmless
      severity: medium                # optional: the worst of what is found
      says: ["s3:PutObject"]          # optional: each must stand in the text of something found
      quiet: ["s3:GetObject"]         # optional: these must stand in no text
      before: {Role: {Type: AWS::IAM::Role, Properties: {...}}}  # `Resources`; what is left out is not there
      after: {Role: {...}}
      sections: {Parameters: {...}}   # optional: of both templates; {before: ..., after: ...} if they differ
      renames: {Old: New}             # optional: logical ids that the matching has found to be one resource
      replaces: {Role: [Path]}        # optional: properties whose change replaces the resource
      follows: {Role: {Arn: "Key (replace) -> Role"}}  # optional: what only refers to what is replaced, and why
      region: ap-northeast-1          # optional, "" for none; this is the default

To write less, `change` may stand in place of `after`: values by path, put into a copy of `before`; null takes away:

      change: {Role.Properties.Policies.0.PolicyDocument.Statement.0.Action: ["s3:GetObject", "s3:PutObject"]}

Where AWS wants JSON as text (`PipelineDefinitionBody`, `DefinitionString`) a mapping may stand for it.
Parts of a path are parted by dots; a number is a place in a list, and one past its end appends.
A test of one looker holds `classes` against those that it may find (`Case.expected_of`), so files may be shared.
"""

import copy
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import yaml

from ops.assembly.model import Resource, Stack, Template
from ops.review.model import Action, Class, Compared, Found, Looker, PropertyChange, Severity, Updates
from ops.review.values import intrinsic

_TEXTS = ("PipelineDefinitionBody", "DefinitionString")
FOLDER = Path(__file__).parent / "review_cases"
_KEYS = {
    "name",
    "classes",
    "severity",
    "says",
    "quiet",
    "before",
    "after",
    "change",
    "sections",
    "renames",
    "replaces",
    "follows",
    "region",
}


@dataclass(frozen=True)
class Case:
    name: str
    classes: frozenset[Class]
    before: Mapping[str, Any]
    after: Mapping[str, Any]
    severity: Severity | None = None
    says: tuple[str, ...] = ()
    quiet: tuple[str, ...] = ()
    sections: tuple[Mapping[str, Any], Mapping[str, Any]] = ({}, {})
    renames: Mapping[str, str] = field(default_factory=dict)
    replaces: Mapping[str, Sequence[str]] = field(default_factory=dict)
    follows: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    region: str = "ap-northeast-1"

    def expected_of(self, kinds: Iterable[Class]) -> frozenset[Class]:
        return self.classes & frozenset(kinds)

    def compared(self) -> list[Compared]:
        return compared(self.before, self.after, **self._given())

    def _given(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in ("sections", "renames", "replaces", "follows", "region")}

    def found(self, *lookers: Looker) -> list[Found]:
        return [one for each in self.compared() for look in lookers for one in look(each)]


def cases(*names: str) -> list[Case]:
    """Cases of files by name without `.yaml`; of all files if none is named."""
    paths = [FOLDER / f"{name}.yaml" for name in names] or sorted(FOLDER.glob("*.yaml"))
    return [_case(path.name, raw) for path in paths for raw in yaml.safe_load(path.read_text(encoding="utf-8"))]


def _case(file: str, raw: Mapping[str, Any]) -> Case:
    unknown = set(raw) - _KEYS
    assert not unknown, f"{file}: {raw.get('name')}: no such keys: {sorted(unknown)}"
    assert ("after" in raw) != ("change" in raw), f"{file}: {raw['name']}: one of after and change"
    sections = raw.get("sections", {})
    return Case(
        name=raw["name"],
        classes=frozenset(Class(kind) for kind in raw["classes"]),
        before=raw["before"],
        after=raw["after"] if "after" in raw else changed(raw["before"], raw["change"]),
        severity=Severity[raw["severity"].upper()] if "severity" in raw else None,
        says=tuple(raw.get("says", ())),
        quiet=tuple(raw.get("quiet", ())),
        sections=(sections.get("before", sections), sections.get("after", sections)),
        renames=raw.get("renames", {}),
        replaces=raw.get("replaces", {}),
        follows=raw.get("follows", {}),
        region=raw.get("region", "ap-northeast-1"),
    )


def changed(before: Mapping[str, Any], change: Mapping[str, Any]) -> dict[str, Any]:
    after = copy.deepcopy(dict(before))
    for path, value in change.items():
        *way, last = path.split(".")
        at: Any = after
        for part in way:
            at = at[int(part)] if isinstance(at, list) else at.setdefault(part, {})
        if isinstance(at, list):
            at[int(last) : int(last) + 1] = [] if value is None else [value]
        elif value is None:
            del at[last]
        else:
            at[last] = value
    return after


def stack(resources: Mapping[str, Any], sections: Mapping[str, Any] | None = None, region: str = "") -> Stack:
    made = {
        logical: Resource(
            logical_id=logical,
            type=raw["Type"],
            properties=_texts(raw.get("Properties", {})),
            attributes={key: value for key, value in raw.items() if key not in ("Type", "Properties")},
            path=raw.get("Metadata", {}).get("aws:cdk:path", ""),
        )
        for logical, raw in resources.items()
    }
    return Stack(environment="dev", name="dev-case", template=Template(made, dict(sections or {})), region=region)


def _texts(value: Any) -> Any:
    if not isinstance(value, Mapping):
        return value
    return {
        key: json.dumps(one) if key in _TEXTS and isinstance(one, Mapping) and not intrinsic(one) else _texts(one)
        for key, one in value.items()
    }


def compared(
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    *,
    sections: tuple[Mapping[str, Any], Mapping[str, Any]] = ({}, {}),
    renames: Mapping[str, str] | None = None,
    replaces: Mapping[str, Sequence[str]] | None = None,
    follows: Mapping[str, Mapping[str, str]] | None = None,
    region: str = "ap-northeast-1",
) -> list[Compared]:
    """What lookers are given, of each resource that differs."""
    base, head = stack(before, sections[0], region), stack(after, sections[1], region)
    news = dict(renames or {})
    pairs = [(old, news.get(old, old)) for old in base.template.resources]
    known = {new for _, new in pairs}
    pairs += [(new, new) for new in head.template.resources if new not in known]
    ways = _Ways(replaces or {}, follows or {})
    return [one for old, new in pairs if (one := _one(base, head, (old, new), ways)) is not None]


@dataclass(frozen=True)
class _Ways:
    replaces: Mapping[str, Sequence[str]]
    follows: Mapping[str, Mapping[str, str]]

    def of(self, name: str, changes: Iterable[PropertyChange], resource: Resource) -> Iterator[PropertyChange]:
        follows = {f"Properties.{path}": because for path, because in self.follows.get(name, {}).items()}
        paths = tuple(f"Properties.{path}" for path in self.replaces.get(name, ()))
        for path, because in follows.items():
            value = resource.properties.get(path.split(".")[1])
            yield PropertyChange(path, value, value, self._updates(path, paths), because)
        for change in changes:
            yield replace(change, updates=self._updates(change.path, paths))

    def _updates(self, path: str, paths: tuple[str, ...]) -> Updates:
        return Updates.REPLACE if path.startswith(paths) else Updates.IN_PLACE


def _one(base: Stack, head: Stack, names: tuple[str, str], ways: _Ways) -> Compared | None:
    old, new = names
    was, will = base.template.resources.get(old), head.template.resources.get(new)
    if was == will and new not in ways.follows:
        return None
    if was is None or will is None:
        return Compared(was, will, base, head, Action.ADD if was is None else Action.REMOVE, ())
    changes = tuple(ways.of(new, _differences(was, will), will))
    replaced = any(change.updates is Updates.REPLACE for change in changes)
    action = Action.RENAME if old != new else Action.REPLACE if replaced else Action.UPDATE
    return Compared(was, will, base, head, action, changes)


def _differences(was: Resource, will: Resource) -> Iterator[PropertyChange]:
    yield from _walk("Properties", was.properties, will.properties)
    for name in sorted({*was.attributes, *will.attributes}):
        yield from _walk(name, was.attributes.get(name), will.attributes.get(name))


def _walk(path: str, was: Any, will: Any) -> Iterator[PropertyChange]:
    if was == will:
        return
    if isinstance(was, Mapping) and isinstance(will, Mapping):
        for key in sorted({*was, *will}):
            yield from _walk(f"{path}.{key}", was.get(key), will.get(key))
    elif isinstance(was, list) and isinstance(will, list):
        for at in range(max(len(was), len(will))):
            yield from _walk(f"{path}.{at}", was[at] if at < len(was) else None, will[at] if at < len(will) else None)
    else:
        yield PropertyChange(path, was, will, Updates.UNKNOWN)
