"""Security groups: who may reach what stands in them, and what that may reach, by protocol, port and address."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ops.assembly.model import Resource, Stack
from ops.review.access.boxes import Box, subtracted
from ops.review.access.scales import interval
from ops.review.exposure.ranges import WORLD, is_public, read
from ops.review.model import Class, Compared, Found, Severity
from ops.review.values import listed, number, shown

_GROUP = "AWS::EC2::SecurityGroup"
_RULES = {
    "SecurityGroupIngress": "AWS::EC2::SecurityGroupIngress",
    "SecurityGroupEgress": "AWS::EC2::SecurityGroupEgress",
}
_PEERS = (
    *("CidrIp", "CidrIpv6", "SourceSecurityGroupId", "DestinationSecurityGroupId", "SourceSecurityGroupName"),
    *("SourcePrefixListId", "DestinationPrefixListId"),
)
_PROTOCOLS = {"6": "tcp", "17": "udp", "1": "icmp", "58": "icmpv6"}
_PORTS = (-1, 65535)
_LARGE = 1 << 16  # addresses of a private network


@dataclass(frozen=True)
class Rule:
    """A rule.

    Attributes:
        protocol: `tcp` and so on, `-1` for all.
        first, last: ports; of ICMP its types.
        peer: a range of addresses, or what the template says instead of one.
    """

    protocol: str
    first: int
    last: int
    peer: str

    def __str__(self) -> str:
        if self.protocol == "-1":
            return "everything"
        if (self.first, self.last) == _PORTS:
            return f"all {self.protocol}"
        return f"{self.protocol} {self.first}" + (f"-{self.last}" if self.last != self.first else "")


def look(compared: Compared) -> Iterator[Found]:
    """Say what a security group lets in or out that it did not."""
    for name, type_ in _RULES.items():
        if compared.type not in (_GROUP, type_) or compared.after is None:
            continue
        group = _group(compared.after)
        own = _own(compared.after, name)
        had = _own(compared.before, name) if compared.before else []
        old_group = _group(compared.before) if compared.before else group
        known = _all(compared.base, old_group, name)
        new_group = compared.type == _GROUP and compared.before is None
        for rule in dict.fromkeys(own):
            if rule not in had and not _covered(rule, known):
                path = f"Properties.{name}" if compared.type == _GROUP else ""
                yield from _found(rule, name, path, new_group=new_group)


def _group(resource: Resource) -> str:
    """Return what a group is known by: for a rule the group that it belongs to."""
    if resource.type == _GROUP:
        return f"{resource.logical_id}.GroupId"
    return shown(resource.properties.get("GroupId", resource.properties.get("GroupName")))


def _own(resource: Resource, name: str) -> list[Rule]:
    if resource.type != _GROUP:
        return [_rule(resource.properties)]
    if name not in resource.properties and name == "SecurityGroupEgress":
        return [Rule("-1", *_PORTS, "0.0.0.0/0")]  # EC2's default
    return [_rule(one) for one in listed(resource.properties.get(name)) if isinstance(one, Mapping)]


def _all(stack: Stack, group: str, name: str) -> list[Rule]:
    """Return all rules of a group in a stack."""
    there = (one for one in stack.template.resources.values() if one.type in (_GROUP, _RULES[name]))
    return [rule for one in there if _group(one) == group for rule in _own(one, name)]


def _rule(properties: Mapping[str, Any]) -> Rule:
    protocol = str(properties.get("IpProtocol", "-1")).lower()
    first, last = number(properties.get("FromPort")), number(properties.get("ToPort"))
    if first is None or last is None or protocol == "-1" or first == -1:
        first, last = _PORTS
    peer = next((shown(properties[name]) for name in _PEERS if name in properties), "somewhere")
    return Rule(_PROTOCOLS.get(protocol, protocol), int(first), int(last), peer)


def _covered(rule: Rule, others: Sequence[Rule]) -> bool:
    """Return whether other rules together let through all that a rule does."""
    every = [rule, *others]
    protocols = sorted({one.protocol for one in every})
    ports = sorted({port for one in every for port in (one.first, one.last + 1)})
    intervals = {one.peer: interval(of) for one in every if (of := read(one.peer))}
    edges = sorted({edge for first, last in intervals.values() for edge in (first, last + 1)})
    names = sorted({one.peer for one in every} - intervals.keys())

    def box(one: Rule) -> Box:
        known = (1 << len(protocols)) - 1  # those named; the bit behind them is all others
        protocol = known << 1 | 1 if one.protocol == "-1" else 2 << protocols.index(one.protocol)
        if one.peer in intervals:
            return protocol, _bits(ports, one.first, one.last), _bits(edges, *intervals[one.peer])
        return protocol, _bits(ports, one.first, one.last), 1 << len(edges) + names.index(one.peer)

    return not subtracted([box(rule)], [box(one) for one in others])


def _bits(edges: Sequence[int], first: int, last: int) -> int:
    """Return the pieces between edges that an interval has, as bits."""
    return sum(1 << at for at, edge in enumerate(edges) if first <= edge <= last)


def _found(rule: Rule, name: str, path: str, *, new_group: bool) -> Iterator[Found]:
    inward = name == "SecurityGroupIngress"
    severity = _severity(rule, inward=inward, new_group=new_group)
    if new_group and severity < Severity.MEDIUM:
        return
    peer = "the whole internet" if rule.peer in WORLD else rule.peer
    text = (
        f"The security group lets {rule} in from {peer}" if inward else f"The security group lets {rule} out to {peer}"
    )
    yield Found(Class.EXPOSURE, severity, text, (path,) if path else ())


def _severity(rule: Rule, *, inward: bool, new_group: bool) -> Severity:
    if is_public(rule.peer):
        return Severity.HIGH if inward or not new_group else Severity.MEDIUM
    of = read(rule.peer)
    if new_group:
        return Severity.LOW
    return Severity.MEDIUM if (of and of.num_addresses >= _LARGE) or rule.protocol == "-1" else Severity.LOW
