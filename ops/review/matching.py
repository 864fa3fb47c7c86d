"""Which stacks and resources of two assemblies are the same ones."""

from collections.abc import Iterator
from dataclasses import dataclass

from ops.assembly.model import Assembly, Resource, Stack, Template
from ops.assembly.templates import MACROS, WHOLE
from ops.review.replacement import SECTIONS


@dataclass(frozen=True)
class Pair:
    """A stack on both sides; an empty one of the same name where there is none."""

    base: Stack
    head: Stack

    @property
    def is_new(self) -> bool:
        """Whether nothing of it is there before."""
        return not self.base.template.resources

    @property
    def is_gone(self) -> bool:
        """Whether nothing of it is there afterwards."""
        return not self.head.template.resources


def pairs(base: Assembly, head: Assembly) -> tuple[Pair, ...]:
    """Return stacks side by side, sorted by environment, name and region.

    To CloudFormation a stack is its account, region and name: one that is elsewhere is another stack. The environment
    is but what the stack says of itself, so that one which says something else is the same stack all the same. What
    says nothing of its place is deployed to that of whoever deploys, which may be any.
    """
    after = list(head.stacks)
    found: list[tuple[Stack | None, Stack | None]] = []
    before = list(base.stacks)
    for alike in (_same, _of_one_environment, _in_one_place):
        by_name: dict[str, list[Stack]] = {}
        for stack in after:
            by_name.setdefault(stack.name, []).append(stack)
        left = []
        for stack in before:
            other = next((one for one in by_name.get(stack.name, ()) if alike(stack, one)), None)
            if other is None:
                left.append(stack)
                continue
            by_name[stack.name].remove(other)
            found.append((stack, other))
        before, after = left, [stack for some in by_name.values() for stack in some]
    found += [*((stack, None) for stack in before), *((None, stack) for stack in after)]
    every = [Pair(one or _empty(other), other or _empty(one)) for one, other in found]  # type: ignore[arg-type]
    return tuple(sorted(every, key=lambda pair: _label(pair.head)))


def _same(one: Stack, other: Stack) -> bool:
    return (one.environment, one.account, one.region) == (other.environment, other.account, other.region)


def _of_one_environment(one: Stack, other: Stack) -> bool:
    return one.environment == other.environment and _in_one_place(one, other)


def _in_one_place(one: Stack, other: Stack) -> bool:
    places = ((one.account, other.account), (one.region, other.region))
    return all(was == becomes or not was or not becomes for was, becomes in places)


def _label(stack: Stack) -> tuple[str, str, str, str]:
    return stack.environment, stack.name, stack.region, stack.account


def _empty(stack: Stack) -> Stack:
    return Stack(stack.environment, stack.name, Template(), stack.region, stack.tags, account=stack.account)


def resources(stack: Stack) -> dict[str, Resource]:
    """Return what a stack has, by what tells it apart: resources, and as if they were such the template's other parts.

    The latter have the type `Parameter`, `Mapping`, `Condition`, `Rule`, `Hook`, `Output` or `Template`, and what
    stands below their name as properties.
    """
    found: dict[str, Resource] = dict(stack.template.resources)
    for section, kind in SECTIONS.items():
        for name, value in stack.template.sections.get(section, {}).items():
            properties = value if isinstance(value, dict) else {"Value": value}
            found[f"{section}.{name}"] = Resource(name or stack.name, kind, properties)
    if stack.template.resources:
        found["."] = stack.itself
    return found


def side_by_side(pair: Pair) -> Iterator[tuple[Resource | None, Resource | None]]:
    """Yield what is not the very same on both sides of a stack."""
    if pair.is_new or pair.is_gone:  # its outputs and parameters come and go with it
        before, after = _alone(pair.base), _alone(pair.head)
    else:
        before, after = resources(pair.base), resources(pair.head)
    for key in sorted({*before, *after}):
        yield before.get(key), after.get(key)


def _alone(stack: Stack) -> dict[str, Resource]:
    macros = {
        key: one for key, one in resources(stack).items() if one.type == WHOLE and one.properties.keys() & set(MACROS)
    }
    return {**stack.template.resources, ".": stack.itself, **macros} if stack.template.resources else {}
