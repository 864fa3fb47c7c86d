"""What the values of a template refer to: resources, parameters, mappings, conditions, exports of other stacks."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from ops.assembly.model import Resource, Stack, Value
from ops.review.sameness import function_of, text_of

_IN_TEXT = re.compile(r"\$\{([^!}][^}]*)\}")
_OUTPUT = "Outputs."
Path = tuple[str, ...]
# Of what a value depends on: `Ref` with a logical id (also for its attributes), `Output` with a nested stack's and an
# output's, `Export` with a name, `Mapping` and `Condition` with theirs.
Symbol = tuple[str, str]


@dataclass(frozen=True)
class Use:
    """Where something is referred to.

    Attributes:
        resource: that refers to it; None for an output or condition.
        output, condition: their names; "" if it is neither.
        path: of the property, such as `("Properties", "EndpointConfigName")`.
        value: at that path.
    """

    resource: Resource | None
    path: Path
    value: Value
    output: str = ""
    condition: str = ""


class References:
    """All references of a stack, by what they refer to; found when first asked for."""

    def __init__(self, stack: Stack) -> None:
        self._stack = stack

    def to(self, symbol: Symbol) -> list[Use]:
        """Return where a symbol is referred to."""
        return self._uses.get(symbol, [])

    @cached_property
    def exports(self) -> dict[str, str]:
        """Names of exports, by that of the output."""
        outputs = self._stack.template.sections.get("Outputs", {})
        return {name: found for name, output in outputs.items() if (found := export_of(output, self._stack.name))}

    @property
    def imports(self) -> list[str]:
        """Names of exports that it imports."""
        return [name for kind, name in self._uses if kind == "Export"]

    @cached_property
    def _uses(self) -> dict[Symbol, list[Use]]:
        found: dict[Symbol, list[Use]] = defaultdict(list)
        template = self._stack.template
        for resource in template.resources.values():
            for path, value, symbol in references(resource.properties, ("Properties",)):
                found[symbol].append(Use(resource, path, value))
            if condition := resource.attributes.get("Condition"):
                found["Condition", str(condition)].append(Use(resource, ("Condition",), condition))
        for name, output in template.sections.get("Outputs", {}).items():
            for path, value, symbol in references(output, ("Properties",)):
                found[symbol].append(Use(None, path, value, output=name))
        for name, condition in template.sections.get("Conditions", {}).items():
            for path, value, symbol in references(condition, ("Properties",)):
                found[symbol].append(Use(None, path, value, condition=name))
        return dict(found)


def export_of(output: Value, stack: str) -> str:
    """Return the name under which an output is exported, as text; "" if it is not."""
    export = output.get("Export") if isinstance(output, Mapping) else None
    name = export.get("Name") if isinstance(export, Mapping) else None
    if isinstance(name, dict) and isinstance(name.get("Fn::Sub"), str):  # as people write it by hand
        filled = name["Fn::Sub"].replace("${AWS::StackName}", stack)
        name = filled if "${" not in filled else {"Fn::Sub": filled}
    return text_of(name) if name else ""


def references(value: Value, path: Path) -> Iterator[tuple[Path, Value, Symbol]]:
    """Yield what a value refers to, with the path and the value of the outermost function that does so.

    `Fn::If` is no such function: its branches have paths of their own.
    """
    name = function_of(value)
    if name == "Fn::If" and isinstance(value["Fn::If"], list) and value["Fn::If"]:
        condition, *branches = value["Fn::If"]
        yield path, value, ("Condition", str(condition))
        for index, branch in enumerate(branches, 1):
            yield from references(branch, (*path, "Fn::If", str(index)))
    elif name:
        for symbol in dict.fromkeys(_symbols(value)):
            yield path, value, symbol
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from references(item, (*path, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from references(item, (*path, str(index)))


def _symbols(value: Value) -> Iterator[Symbol]:
    name = function_of(value)
    argument = value[name] if name else None
    if name == "Ref":
        yield "Ref", str(argument)
        return
    if name == "Fn::GetAtt":
        yield from _attribute(argument.split(".", 1) if isinstance(argument, str) else argument)
        return
    if name == "Fn::Sub":
        yield from _in_text(argument)
    elif name == "Fn::ImportValue":
        yield "Export", text_of(argument)
    elif name == "Fn::FindInMap" and isinstance(argument, list) and argument:
        yield "Mapping", str(argument[0])
    elif name == "Fn::If" and isinstance(argument, list) and argument:
        yield "Condition", str(argument[0])
    elif isinstance(value, dict) and list(value) == ["Condition"] and isinstance(value["Condition"], str):
        yield "Condition", value["Condition"]
    for item in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _symbols(item)


def _attribute(argument: Value) -> Iterator[Symbol]:
    if not isinstance(argument, list) or not argument:
        return
    yield "Ref", str(argument[0])
    attribute = ".".join(str(part) for part in argument[1:])
    if attribute.startswith(_OUTPUT):
        yield "Output", f"{argument[0]}.{attribute.removeprefix(_OUTPUT)}"


def _in_text(argument: Value) -> Iterator[Symbol]:
    text, own = (argument[0], argument[1]) if isinstance(argument, list) and len(argument) == 2 else (argument, {})  # noqa: PLR2004
    if not isinstance(text, str):
        return
    for found in _IN_TEXT.findall(text):
        name, _, attribute = found.strip().partition(".")
        if name not in (own if isinstance(own, dict) else {}):
            yield from _attribute([name, attribute] if attribute else [name])
