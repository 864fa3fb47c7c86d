"""What is around the boxes: the VPC and its doors, encryption keys, roles, and what lies outside of the account."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from ops.diagram.kinds import counted
from ops.diagram.model import Network, Place
from ops.diagram.names import named
from ops.diagram.references import References

_SHOWN = 2  # ranges of addresses
_WAYS_OUT = {
    "AWS::EC2::InternetGateway": "internet gateway",
    "AWS::EC2::NatGateway": "NAT gateway",
    "AWS::EC2::EgressOnlyInternetGateway": "internet gateway",
}
_FOREIGN = (
    (re.compile(r"\b(\d{12})\.dkr\.ecr\."), "container images"),
    (re.compile(r":lambda:[a-z0-9-]+:(\d{12}):layer:"), "Lambda layers"),
)
_NOUNS = {
    "AWS::S3::Bucket": "bucket",
    "AWS::SageMaker::Pipeline": "pipeline",
    "AWS::SageMaker::EndpointConfig": "endpoint",
    "AWS::SageMaker::NotebookInstance": "notebook",
    "AWS::Logs::LogGroup": "log group",
    "AWS::Lambda::Function": "function",
    "AWS::SQS::Queue": "queue",
    "AWS::DynamoDB::Table": "table",
    "AWS::SNS::Topic": "topic",
}


def network(references: References) -> Network | None:
    """Return the VPC, None if there is none."""
    vpcs = list(references.of_type("AWS::EC2::VPC"))
    if not vpcs:
        return None
    ranges = ", ".join(references.text(vpc.properties.get("CidrBlock"), place[0]) for place, vpc in vpcs)
    subnets = len(list(references.of_type("AWS::EC2::Subnet")))
    ways = counted(_WAYS_OUT[one.type] for _, one in references.of_type(*_WAYS_OUT))
    gateways, interfaces = [], 0
    for place, endpoint in references.of_type("AWS::EC2::VPCEndpoint"):
        if endpoint.properties.get("VpcEndpointType") == "Interface":
            interfaces += 1
        else:
            service = references.text(endpoint.properties.get("ServiceName"), place[0]).rsplit(".", 1)[-1]
            gateways.append({"s3": "S3", "dynamodb": "DynamoDB"}.get(service, service))
    lines = [
        f"{subnets} {'' if ways else 'isolated '}subnet{'' if subnets == 1 else 's'}",
        ", ".join(ways) or "no internet gateway",
        *([f"doors: {', '.join(sorted(gateways, reverse=True))}"] if gateways else []),
        f"{interfaces or 'no'} interface endpoint{'' if interfaces == 1 else 's'}",
    ]
    return Network((f"VPC {ranges}", *lines), bool(ways))


def keys(references: References) -> dict[Place, str]:
    """Return encryption keys with their names."""
    return {place: named(key, references.stacks[place[0]]) for place, key in references.of_type("AWS::KMS::Key")}


def key_uses(names: Mapping[Place, str], references: References) -> Iterator[tuple[str, str]]:
    """Yield the name of each key with what it encrypts: `5 buckets, 4 pipelines`."""
    uses: dict[Place, list[str]] = defaultdict(list)
    for place, resource in references.every():
        if resource.type in _NOUNS:
            for key in references.of(dict(resource.properties), place[0]):
                if key in names:
                    uses[key].append(_NOUNS[resource.type])
    for place, name in names.items():
        order = {noun: rank for rank, noun in enumerate(_NOUNS.values())}
        yield name, ", ".join(counted(sorted(uses[place], key=order.__getitem__))) or "nothing yet"


def accounts(references: References) -> list[tuple[str, str]]:
    """Return other accounts that the templates name, with what is fetched from there."""
    found: dict[str, dict[str, None]] = defaultdict(dict)
    for place, resource in references.every():
        if resource.type.startswith(("AWS::SageMaker::", "AWS::Lambda::Function", "AWS::Batch::", "AWS::ECS::")):
            text = references.text(dict(resource.properties), place[0])
            for pattern, what in _FOREIGN:
                for account in pattern.findall(text):
                    found[account][what] = None
    return sorted((account, ", ".join(what)) for account, what in found.items())


def sources(references: References) -> list[str]:
    """Say from which addresses policies let people in; nothing if from anywhere."""
    policies = [dict(one.properties) for _, one in references.of_type("AWS::IAM::ManagedPolicy")]
    found = list(dict.fromkeys(address for policy in policies for address in _values(policy, "aws:SourceIp")))
    shown, more = ", ".join(found[:_SHOWN]), " and others" if len(found) > _SHOWN else ""
    return [f"only from {shown}{more}"] if found else []


def _values(value: Any, key: str) -> Iterator[str]:
    """Yield the texts below a key, wherever it is."""
    if isinstance(value, Mapping):
        for name, item in value.items():
            if name == key:
                yield from (one for one in (item if isinstance(item, list) else [item]) if isinstance(one, str))
            else:
                yield from _values(item, key)
    elif isinstance(value, list):
        for item in value:
            yield from _values(item, key)


def rest(references: References, logs: list[str]) -> str:
    """Say in one line what has no box: roles and their boundary, logs."""
    roles = [role for _, role in references.of_type("AWS::IAM::Role")]
    bounded = sum("PermissionsBoundary" in role.properties for role in roles)
    groups = Counter(one.type for _, one in references.of_type("AWS::Logs::LogGroup", "AWS::EC2::FlowLog"))
    parts = []
    if roles:
        below = "each" if bounded == len(roles) else f"{bounded}"
        parts.append(f"{len(roles)} roles, {below} below a permissions boundary")
    parts += counted(["log group"] * groups["AWS::Logs::LogGroup"])
    parts += ["flow logs"] if groups["AWS::EC2::FlowLog"] else []
    parts += [f"access logs in the bucket {', '.join(logs)}"] if logs else []
    return " · ".join(parts)
