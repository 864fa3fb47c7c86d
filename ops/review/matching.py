"""Which stacks and resources of two assemblies are the same ones."""

from collections.abc import Iterator
from dataclasses import dataclass

from ops.assembly.model import Assembly, Resource, Stack, Template
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
    """Return stacks side by side: by environment, name and region, sorted by these.

    A stack in another region is another stack: CloudFormation would make a new one and leave the old where it is.
    """
    before = {(stack.environment, stack.name, stack.region): stack for stack in base.stacks}
    after = {(stack.environment, stack.name, stack.region): stack for stack in head.stacks}
    return tuple(
        Pair(before.get(key) or _empty(after[key]), after.get(key) or _empty(before[key]))
        for key in sorted({*before, *after})
    )


def _empty(stack: Stack) -> Stack:
    return Stack(stack.environment, stack.name, Template(), stack.region, stack.tags)


def resources(stack: Stack) -> dict[str, Resource]:
    """Return what a stack has, by what tells it apart: resources, and as if they were such the template's other parts.

    The latter have the type `Parameter`, `Mapping`, `Condition`, `Rule` or `Output`, and what stands below their name
    as properties.
    """
    found: dict[str, Resource] = dict(stack.template.resources)
    for section, kind in SECTIONS.items():
        for name, value in stack.template.sections.get(section, {}).items():
            properties = value if isinstance(value, dict) else {"Value": value}
            found[f"{section}.{name}"] = Resource(name, kind, properties)
    if stack.template.resources:
        found["."] = stack.itself
    return found


def side_by_side(pair: Pair) -> Iterator[tuple[Resource | None, Resource | None]]:
    """Yield what is not the very same on both sides of a stack."""
    before, after = resources(pair.base), resources(pair.head)
    for key in sorted({*before, *after}):
        yield before.get(key), after.get(key)
