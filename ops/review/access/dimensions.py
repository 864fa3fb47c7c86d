"""What policies tell apart of actions, resources and principals, as bits."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from ops.review.access import actions
from ops.review.access.automaton import Pattern
from ops.review.access.patterns import kinds
from ops.review.access.predicates import Dimension
from ops.review.access.principals import EVERYBODY, Principal
from ops.review.access.tokens import Tokens

_NEW = str.maketrans({"*": "\x01", "?": "\x02"})  # what no action of today has


@dataclass(frozen=True)
class ActionDimension(Dimension):
    """Actions.

    Attributes:
        members: of each pattern, the bits of actions that it stands for.
        names: of each bit, the actions of today; none for those that AWS may add, or that no statement names.
    """

    members: Mapping[str, int] = field(default_factory=dict)
    names: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True)
class ResourceDimension(Dimension):
    """Resources.

    Attributes:
        members: of each pattern, the bits of resources that it stands for.
    """

    members: Mapping[Tokens, int] = field(default_factory=dict)


@dataclass(frozen=True)
class PrincipalDimension(Dimension):
    """Principals.

    Attributes:
        members: of each principal, the bits of those whom it stands for; an account stands for all in it.
    """

    members: Mapping[Principal, int] = field(default_factory=dict)


def action_dimension(patterns: Iterable[str]) -> ActionDimension:
    """Return the actions that patterns tell apart, those of today by name and those to come."""
    order = sorted(set(patterns))
    broad = [at for at, pattern in enumerate(order) if set(pattern.partition(":")[0]) & {"*", "?"}]
    by_name: dict[str, int] = {}
    for at, pattern in enumerate(order):
        for name in actions.matching(pattern):
            by_name[name] = by_name.get(name, 0) | 1 << at
    everything = 1 << order.index("*") if "*" in order else 0
    for at in broad:
        matches = actions.expression(order[at]).match
        for name in by_name if order[at] != "*" else ():
            by_name[name] |= bool(matches(name)) << at
    named: dict[int, list[str]] = {everything: []}
    for name, signature in by_name.items():
        named.setdefault(signature | everything, []).append(name)
    for signature in _to_come(order):
        named.setdefault(signature | everything, [])
    members = {
        pattern: sum((signature >> at & 1) << bit for bit, signature in enumerate(named))
        for at, pattern in enumerate(order)
    }
    names = tuple(tuple(sorted(found)) for found in named.values())
    return ActionDimension((1 << len(named)) - 1, members=members, names=names)


def _to_come(order: list[str]) -> set[int]:
    wild = [pattern.translate(_NEW) for pattern in order if "*" in pattern or "?" in pattern]
    tests = [actions.expression(pattern).match for pattern in order]
    return {sum(bool(test(name)) << at for at, test in enumerate(tests)) for name in wild}


def resource_dimension(patterns: Iterable[Tokens]) -> ResourceDimension:
    """Return the resources that patterns tell apart."""
    found = kinds(Pattern(tokens) for tokens in patterns)
    members = {pattern.tokens: bits for pattern, bits in found.members.items()}
    why = "a resource is known to CloudFormation alone"
    return ResourceDimension((1 << found.count) - 1, found.doubtful, why, members)


def principal_dimension(principals: Iterable[Principal]) -> PrincipalDimension:
    """Return the principals that statements tell apart: each named one, the others of its account, and all others."""
    named = set(principals) - {EVERYBODY}
    accounts = {Principal("AWS", one.account) for one in named if one.kind == "AWS" and one.account}
    order = sorted(named | accounts, key=lambda one: (one.kind, one.account, one.name))
    bits = {one: 1 << at for at, one in enumerate(order)}
    full = (1 << len(order) + 1) - 1  # the last one: all others
    members = {EVERYBODY: full}
    for one in order:
        within = (two for two in order if two.kind == one.kind == "AWS" and two.account == one.account)
        members[one] = sum(bits[two] for two in within) if one in accounts else bits[one]
    return PrincipalDimension(full, members=members)
