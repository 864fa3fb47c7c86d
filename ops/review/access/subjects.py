"""Whom or what policies are about, and all statements that a stack has for one of them.

Policies of a role may stand in the role, in `AWS::IAM::Policy` and in managed policies of the stack: a statement that
moves from one to another changes nothing, so they are compared together.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from ops.assembly.model import Resource, Stack
from ops.review.access.documents import HOLDERS, MANAGED, SHARED, Carried, Kind, carried
from ops.review.access.place import Place
from ops.review.access.statements import Statement, statements
from ops.review.model import Compared
from ops.review.source import hashes
from ops.review.worlds import World, side_in

Subject = tuple[Kind, str]
_LOGICAL = re.compile(r"\$\{([A-Za-z0-9]+)(?:\.[A-Za-z]+)?\}$")


@dataclass(frozen=True)
class Side:
    """One side of a change.

    Attributes:
        type: of the resource that is looked at.
        resource: None where it is not there.
    """

    type: str
    resource: Resource | None
    stack: Stack
    place: Place
    _read: dict[int, tuple[Any, tuple[Statement, ...]]] = field(default_factory=dict, compare=False, repr=False)

    def subjects(self) -> set[Subject]:
        """Return whom or what the resource's policies are about."""
        return {(one.kind, one.target) for one in self.policies(self.resource)}

    def policies(self, resource: Resource | None) -> list[Carried]:
        """Return the policies of a resource; of a role with those of the stack that it names, and the other way."""
        if resource is None:
            return []
        found = carried(resource, self.place)
        if resource.type in HOLDERS:
            own = self.place.text({"Ref": resource.logical_id})
            for policy in self._named(resource):
                document = policy.properties.get("PolicyDocument")
                found.append(Carried(Kind.IDENTITY, own, "ManagedPolicyArns", document))
        if resource.type == MANAGED:
            return self._of_managed(resource, found)
        return found

    def _named(self, resource: Resource) -> list[Resource]:
        """Return managed policies of the stack that a role, user or group names."""
        there = (self.stack.template.resources.get(_reference(one)) for one in arns(resource))
        return [policy for policy in there if policy is not None and policy.type == MANAGED]

    def _of_managed(self, policy: Resource, found: list[Carried]) -> list[Carried]:
        """Return a managed policy as one of each role that has it; of itself if others may have it too."""
        own = self.place.text({"Ref": policy.logical_id})
        document = policy.properties.get("PolicyDocument")
        targets = {one.target for one in found} - {own}
        for holder in self.stack.template.resources.values():
            if any(_reference(one) == policy.logical_id for one in arns(holder)):
                targets.add(self.place.text({"Ref": holder.logical_id}))
        if not targets or "ManagedPolicyName" in policy.properties:
            targets.add(own)
        return [Carried(Kind.IDENTITY, target, "PolicyDocument", document) for target in sorted(targets)]

    def contributors(self, subject: Subject) -> list[Resource]:
        """Return the resources of the stack that may have policies about a subject."""
        types = _types(subject[0], self.type)
        others = (one for one in self.stack.template.resources.values() if one.type in types)
        found = [one for one in others if self.resource is None or one.logical_id != self.resource.logical_id]
        return [one for one in (self.resource, *found) if one and self._is_about(one, subject)]

    def _is_about(self, resource: Resource, subject: Subject) -> bool:
        return any((one.kind, one.target) == subject for one in self.policies(resource))

    def statements(self, resources: Iterable[Resource], subject: Subject, world: World) -> Iterator[Statement]:
        """Return the statements of resources about a subject; Undecided if one is none."""
        for resource in resources:
            for one in self.policies(side_in(resource, self.stack, world)):
                if (one.kind, one.target) == subject:
                    yield from self._statements(one.document)

    def _statements(self, document: Any) -> tuple[Statement, ...]:
        """Read a document once; it is kept beside its statements, so that none other can be taken for it."""
        if id(document) not in self._read:
            self._read[id(document)] = document, tuple(statements(document, self.place))
        return self._read[id(document)][1]

    def has(self, target: str) -> bool:
        """Return whether the stack has the resource that a target names."""
        found = _LOGICAL.search(target)
        return found is not None and found[1] in self.logical_ids

    @property
    def logical_ids(self) -> set[str]:
        """Return the logical ids of the stack, as the other side has them."""
        return {self.place.aliases.get(one, one) for one in self.stack.template.resources}


def sides(compared: Compared) -> tuple[Side, Side]:
    """Return both sides of a change; what has another logical id now, or is code with a change in it, is the same."""
    aliases = {}
    if compared.before and compared.after and compared.before.logical_id != compared.after.logical_id:
        aliases[compared.after.logical_id] = compared.before.logical_id
    if compared.before and compared.after:
        aliases |= _moved(compared, compared.before, compared.after)
    base = Side(compared.type, compared.before, compared.base, Place(compared.base))
    place = Place(compared.head, aliases, _changed_assets(compared))
    return base, Side(compared.type, compared.after, compared.head, place)


def _changed_assets(compared: Compared) -> dict[str, str]:
    """Return the hashes that assets have now, with those in whose place they stand."""
    was, will = (hashes(side.properties) if side else [] for side in (compared.before, compared.after))
    gone, new = [one for one in was if one not in will], [one for one in will if one not in was]
    return dict(zip(new, gone, strict=True)) if len(new) == len(gone) else {}


def _moved(compared: Compared, before: Resource, after: Resource) -> dict[str, str]:
    """Return the new logical id of what a policy is about, if only that has changed of it."""
    pairs = zip(_targets(before, compared.base), _targets(after, compared.head), strict=False)
    return {
        new: old
        for old, new in pairs
        if old != new and old not in compared.head.template.resources and new not in compared.base.template.resources
    }


def _targets(resource: Resource, stack: Stack) -> list[str]:
    found = (_LOGICAL.search(one.target) for one in carried(resource, Place(stack)))
    return [one[1] for one in found if one]


def arns(resource: Resource) -> list[object]:
    """Return the managed policies that a role, user or group names."""
    listed = resource.properties.get("ManagedPolicyArns") if resource.type in HOLDERS else None
    return listed if isinstance(listed, list) else []


def _reference(value: object) -> str:
    return str(value.get("Ref", "")) if isinstance(value, dict) else ""


def _types(kind: Kind, of: str) -> frozenset[str]:
    shared = SHARED.get(kind, frozenset())
    return shared if kind is Kind.IDENTITY and of in shared else shared & {of}
