"""The policies that a resource carries: what kind they are of, whom or what they are about, and where they stand."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from ops.assembly.model import Resource
from ops.review.access.place import Place
from ops.review.access.searching import has_principals, policies

FULL_ACCESS = {"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*", "Principal": "*"}]}


class Kind(StrEnum):
    """Kinds of policies, by how they decide together with others."""

    IDENTITY = "identity"  # of a role, user or group; more may be attached to it
    RESOURCE = "resource"  # of a bucket, queue, topic ...; roles of the same account may be allowed without it
    TRUST = "trust"
    KEY = "key"
    ENDPOINT = "endpoint"

    @property
    def alone(self) -> bool:
        """Whether nothing is allowed but by it."""
        return self in (Kind.TRUST, Kind.KEY, Kind.ENDPOINT)


@dataclass(frozen=True)
class Carried:
    """A policy that a resource carries.

    Attributes:
        target: whom or what it is about, as `Place.text` writes it; of several policies with the same target all count.
        path: of the property.
    """

    kind: Kind
    target: str
    path: str
    document: Any


# Where the policies stand that say of themselves whom they are about: property with the target or targets.
_ABOUT = {
    "AWS::S3::BucketPolicy": "Bucket",
    "AWS::SQS::QueuePolicy": "Queues",
    "AWS::SQS::QueueInlinePolicy": "Queue",
    "AWS::SNS::TopicPolicy": "Topics",
    "AWS::SNS::TopicInlinePolicy": "TopicArn",
    "AWS::SecretsManager::ResourcePolicy": "SecretId",
    "AWS::S3::AccessPointPolicy": "AccessPoint",
}
HOLDERS = {"AWS::IAM::Role": "Roles", "AWS::IAM::User": "Users", "AWS::IAM::Group": "Groups"}
_INLINE = {"AWS::IAM::RolePolicy": "RoleName", "AWS::IAM::UserPolicy": "UserName", "AWS::IAM::GroupPolicy": "GroupName"}
MANAGED = "AWS::IAM::ManagedPolicy"
# Types of which several resources may have policies about the same.
SHARED = {
    Kind.IDENTITY: frozenset({*HOLDERS, *_INLINE, MANAGED, "AWS::IAM::Policy"}),
    Kind.RESOURCE: frozenset({*_ABOUT, "AWS::Lambda::Permission"}),
}


def carried(resource: Resource, place: Place) -> list[Carried]:
    """Return the policies of a resource; those that it merely names, in `ManagedPolicyArns`, are not among them."""
    own = place.text({"Ref": resource.logical_id})
    properties = resource.properties
    if resource.type in HOLDERS:
        return list(_of_holder(properties, own))
    if resource.type in ("AWS::IAM::Policy", MANAGED) or resource.type in _INLINE:
        targets = _attached(resource, place) or {own}
        return [
            Carried(Kind.IDENTITY, one, "PolicyDocument", properties.get("PolicyDocument")) for one in sorted(targets)
        ]
    if resource.type == "AWS::KMS::Key":
        return [Carried(Kind.KEY, own, "KeyPolicy", properties["KeyPolicy"])] if "KeyPolicy" in properties else []
    if resource.type == "AWS::EC2::VPCEndpoint":
        return [Carried(Kind.ENDPOINT, own, "PolicyDocument", properties.get("PolicyDocument", FULL_ACCESS))]
    if resource.type == "AWS::Lambda::Permission":
        return [
            Carried(Kind.RESOURCE, _text(properties.get("FunctionName"), place), "", _permission(properties, place))
        ]
    return list(_of_others(resource, own, place))


def _of_holder(properties: Mapping[str, Any], own: str) -> Iterator[Carried]:
    if "AssumeRolePolicyDocument" in properties:
        yield Carried(Kind.TRUST, own, "AssumeRolePolicyDocument", properties["AssumeRolePolicyDocument"])
    inline = properties.get("Policies")
    for at, policy in enumerate(inline if isinstance(inline, list) else ()):
        if isinstance(policy, Mapping):
            yield Carried(Kind.IDENTITY, own, f"Policies.{at}", policy.get("PolicyDocument"))


def _attached(resource: Resource, place: Place) -> set[str]:
    properties = resource.properties
    if resource.type in _INLINE:
        return {_text(properties.get(_INLINE[resource.type]), place)}
    found = set()
    for name in HOLDERS.values():
        listed = properties.get(name)
        found |= {_text(one, place) for one in (listed if isinstance(listed, list) else [])}
    return found


def _of_others(resource: Resource, own: str, place: Place) -> Iterator[Carried]:
    about = resource.properties.get(_ABOUT.get(resource.type, ""))
    targets = {_text(one, place) for one in (about if isinstance(about, list) else [about])} if about else {own}
    for path, document in policies(resource.properties):
        kind = Kind.RESOURCE if has_principals(document) else Kind.IDENTITY
        for target in sorted(targets):
            yield Carried(kind, target, path, document)


def _permission(properties: Mapping[str, Any], place: Place) -> Any:
    """Return the statement that Lambda makes of a permission ("Viewing resource-based IAM policies in Lambda")."""
    principal = _text(properties.get("Principal"), place)
    conditions: dict[str, dict[str, Any]] = {}
    for name, operator, key in (
        ("SourceArn", "ArnLike", "aws:SourceArn"),
        ("SourceAccount", "StringEquals", "aws:SourceAccount"),
        ("PrincipalOrgID", "StringEquals", "aws:PrincipalOrgID"),
        ("FunctionUrlAuthType", "StringEquals", "lambda:FunctionUrlAuthType"),
        ("EventSourceToken", "StringEquals", "lambda:EventSourceToken"),
        ("InvokedViaFunctionUrl", "Bool", "lambda:InvokedViaFunctionUrl"),
    ):
        if name in properties:
            conditions.setdefault(operator, {})[key] = properties[name]
    service = re.search(r"\.amazonaws\.|^[a-z0-9-]+\.\$\{AWS::URLSuffix\}", principal)
    who = "*" if principal == "*" else {"Service" if service else "AWS": properties.get("Principal")}
    action = properties.get("Action", "lambda:InvokeFunction")
    return {"Statement": [{"Effect": "Allow", "Principal": who, "Action": action, "Condition": conditions}]}


def _text(value: Any, place: Place) -> str:
    return "" if value is None else place.text(value)
