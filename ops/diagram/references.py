"""What values of templates refer to: resources of the same stack, and those of others through exports."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from ops.assembly.model import Assembly, Resource, Stack
from ops.diagram.model import Place

_SUBSTITUTED = re.compile(r"\$\{([^!}][^}]*)\}")
# Around the place of a resource in a text; of Unicode's private use, so that JSON and names may surround it.
_BEGIN, _END = "\ue000", "\ue001"
_MARK = re.compile(f"{_BEGIN}(.*?)\ue002(.*?){_END}")
# Without a function that says more, what it could give is unknown; "*" stands for it in patterns of names.
_ANYTHING = "*"


def mark(place: Place) -> str:
    """Return what stands for a resource in a text."""
    return f"{_BEGIN}{place[0]}\ue002{place[1]}{_END}"


def marked(text: str) -> list[Place]:
    """Return the resources that a text names."""
    return [(found[1], found[2]) for found in _MARK.finditer(text)]


class References:
    """Looks things up in an assembly.

    Args:
        assembly: of one environment.
    """

    def __init__(self, assembly: Assembly) -> None:
        self.stacks: Mapping[str, Stack] = {stack.name: stack for stack in assembly.stacks}
        self._exports: dict[str, Place] = {}
        self._exports = dict(self._exported(assembly))

    def resource(self, place: Place) -> Resource | None:
        """Return the resource at a place, None if there is none."""
        stack = self.stacks.get(place[0])
        return stack.template.resources.get(place[1]) if stack else None

    def every(self) -> Iterator[tuple[Place, Resource]]:
        """Yield all resources, stack by stack in order of deployment."""
        for stack in self.stacks.values():
            for resource in stack.template.resources.values():
                yield (stack.name, resource.logical_id), resource

    def of_type(self, *types: str) -> Iterator[tuple[Place, Resource]]:
        """Yield all resources of some types."""
        return ((place, resource) for place, resource in self.every() if resource.type in types)

    def of(self, value: Any, stack: str) -> list[Place]:
        """Return the resources that a value refers to, each once, in order."""
        return list(dict.fromkeys(marked(self.text(value, stack))))

    def text(self, value: Any, stack: str) -> str:
        """Return a value as text: references as marks of resources, what nobody can know before deployment as `*`.

        Lists, mappings and branches of conditions are strung together: what is sought in them is what they name.
        """
        if isinstance(value, str):
            return value
        if isinstance(value, list):
            return " ".join(self.text(item, stack) for item in value)
        if not isinstance(value, Mapping):
            return "" if value is None else str(value)
        if len(value) == 1:
            ((function, argument),) = value.items()
            if function in _FUNCTIONS:
                return _FUNCTIONS[function](self, argument, stack)
        return " ".join(self.text(item, stack) for item in value.values())

    def _named(self, name: Any, stack: str) -> str:
        """Return the text of a reference to a name of a stack: resource, parameter or pseudo parameter."""
        name = str(name[0] if isinstance(name, list) and name else name).split(".", 1)[0]
        if self.resource((stack, name)):
            return mark((stack, name))
        if name == "AWS::Region" and stack in self.stacks:
            return self.stacks[stack].region or _ANYTHING
        return "aws" if name == "AWS::Partition" else _ANYTHING

    def _joined(self, argument: Any, stack: str) -> str:
        between, items = (*argument, "", "")[:2] if isinstance(argument, list) else ("", argument)
        return str(between).join(self.text(item, stack) for item in (items if isinstance(items, list) else [items]))

    def _substituted(self, argument: Any, stack: str) -> str:
        text, values = (*argument, "", {})[:2] if isinstance(argument, list) else (argument, {})

        def one(found: re.Match[str]) -> str:
            own = values.get(found[1]) if isinstance(values, Mapping) else None
            return self._named(found[1], stack) if own is None else self.text(own, stack)

        return _SUBSTITUTED.sub(one, text if isinstance(text, str) else "")

    def _imported(self, argument: Any, stack: str) -> str:
        place = self._exports.get(self.text(argument, stack))
        return mark(place) if place else _ANYTHING

    def _exported(self, assembly: Assembly) -> Iterator[tuple[str, Place]]:
        for stack in assembly.stacks:
            for output in stack.template.sections.get("Outputs", {}).values():
                if not (isinstance(output, Mapping) and isinstance(output.get("Export"), Mapping)):
                    continue
                places = self.of(output.get("Value"), stack.name)
                if places:
                    yield self.text(output["Export"].get("Name"), stack.name), places[0]


_FUNCTIONS: Mapping[str, Callable[[References, Any, str], str]] = {
    "Ref": References._named,
    "Fn::GetAtt": References._named,
    "Fn::Join": References._joined,
    "Fn::Sub": References._substituted,
    "Fn::ImportValue": References._imported,
    "Fn::If": lambda references, argument, stack: (
        references.text(argument[1:], stack) if isinstance(argument, list) else ""
    ),
}
