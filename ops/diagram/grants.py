"""Who may do what to which resource: what the roles in the templates allow, less what they deny."""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ops.assembly.model import Resource
from ops.diagram.model import Place
from ops.diagram.names import Arns
from ops.diagram.references import References, marked

_POLICIES = ("AWS::IAM::Policy", "AWS::IAM::ManagedPolicy")


@dataclass(frozen=True)
class Grant:
    """A resource that has a role, an action that the role allows, and a resource that it allows it on."""

    owner: Place
    action: str
    target: Place


def grants(references: References) -> list[Grant]:
    """Return what every resource with a role may do, as far as the templates name the target."""
    statements: dict[Place, list[tuple[str, Mapping[str, Any]]]] = defaultdict(list)
    for place, resource in references.every():
        for role, document in _documents(place, resource, references):
            statements[role].extend((place[0], one) for one in _list(document.get("Statement")))
    arns = Arns(references)
    allowed = {role: _allowed(found, references, arns) for role, found in statements.items()}
    return [
        Grant(owner, action, target)
        for owner, role in _owners(references)
        for action, target in allowed.get(role, ())
        if target != owner
    ]


def _documents(place: Place, resource: Resource, references: References) -> Iterator[tuple[Place, Mapping[str, Any]]]:
    """Yield roles with the policy documents that a resource gives them."""
    properties = resource.properties
    if resource.type == "AWS::IAM::Role":
        for policy in _list(properties.get("Policies")):
            if isinstance(policy.get("PolicyDocument"), Mapping):
                yield place, policy["PolicyDocument"]
        for policy_place in references.of(properties.get("ManagedPolicyArns"), place[0]):
            attached = references.resource(policy_place)
            document = attached.properties.get("PolicyDocument") if attached else None
            if isinstance(document, Mapping):
                yield place, document
    elif resource.type in _POLICIES and isinstance(properties.get("PolicyDocument"), Mapping):
        for role in references.of(properties.get("Roles"), place[0]):
            yield role, properties["PolicyDocument"]


def _allowed(statements: Iterable[tuple[str, Any]], references: References, arns: Arns) -> list[tuple[str, Place]]:
    """Return actions and their targets; a denial counts if it has no condition."""
    found: dict[str, dict[tuple[str, Place], None]] = {"Allow": {}, "Deny": {}}
    for stack, one in statements:
        effect = str(one.get("Effect"))
        if effect not in found or (effect == "Deny" and one.get("Condition")):
            continue
        targets = dict.fromkeys(_targets(one.get("Resource"), stack, references, arns))
        for action in _strings(one.get("Action")):
            reached = _alarms(one, references) if action == "cloudwatch:PutMetricData" else targets
            found[effect].update({(action, target): None for target in reached})
    return [pair for pair in found["Allow"] if pair not in found["Deny"]]


def _targets(value: Any, stack: str, references: References, arns: Arns) -> Iterator[Place]:
    for item in value if isinstance(value, list) else [value]:
        text = references.text(item, stack)
        yield from marked(text) or arns.matching(text)


def _alarms(statement: Mapping[str, Any], references: References) -> Iterator[Place]:
    """Yield alarms about metrics of the namespaces that a statement is limited to."""
    text = json.dumps(statement.get("Condition"))
    for place, alarm in references.of_type("AWS::CloudWatch::Alarm"):
        namespace = alarm.properties.get("Namespace")
        if isinstance(namespace, str) and json.dumps(namespace) in text:
            yield place


def _owners(references: References) -> Iterator[tuple[Place, Place]]:
    """Yield resources with the roles that they take on: those that properties such as RoleArn name."""
    for place, resource in references.every():
        if resource.type.startswith("AWS::IAM::"):
            continue
        for name, value in resource.properties.items():
            if name.endswith(("Role", "RoleArn")):
                for role in references.of(value, place[0]):
                    yield place, role


def _list(value: Any) -> list[Mapping[str, Any]]:
    items = value if isinstance(value, list) else [value]
    return [item for item in items if isinstance(item, Mapping)]


def _strings(value: Any) -> list[str]:
    return [item for item in (value if isinstance(value, list) else [value]) if isinstance(item, str)]
