"""A template as it would be deployed with given parameters: conditions decided, intrinsic functions filled in."""

from collections.abc import Mapping
from typing import Any

from ops.assembly.model import Resource, Template, Value

_NOTHING = {"Ref": "AWS::NoValue"}
_DEEPEST = 100  # conditions in conditions
_PAIR = 2


class Scene:
    """A template with parameters.

    Args:
        parameters: what is not as its default; those that the template does not know are left out.
    """

    def __init__(self, template: Template, parameters: Mapping[str, str]) -> None:
        self.template = template
        declared = template.sections.get("Parameters", {})
        self._parameters = {name: str(_default(value)) for name, value in declared.items()}
        self._parameters |= {name: value for name, value in parameters.items() if name in declared}
        self._conditions: dict[str, bool] = {}

    def has(self, resource: Resource) -> bool:
        """Whether a resource is there: it has no condition, or one that holds."""
        condition = resource.attributes.get("Condition")
        return not isinstance(condition, str) or self.holds(condition)

    def holds(self, condition: str, depth: int = 0) -> bool:
        """Whether a condition holds; one that the template does not have, or that never ends, does not."""
        if condition not in self._conditions:
            self._conditions[condition] = False  # for one that asks for itself
            expression = self.template.sections.get("Conditions", {}).get(condition)
            self._conditions[condition] = depth < _DEEPEST and self._is(expression, depth + 1)
        return self._conditions[condition]

    def resolve(self, value: Value) -> Value:
        """Return a value with `Fn::If`, references to parameters and texts that are joined filled in.

        What another resource gives stays as it is. `AWS::NoValue` is None, and left out of lists and mappings.
        """
        if isinstance(value, list):
            return [item for item in map(self.resolve, value) if item is not None]
        if not isinstance(value, Mapping):
            return value
        if value == _NOTHING:
            return None
        if len(value) == 1:
            (key, inner), *_ = value.items()
            if key == "Fn::If" and isinstance(inner, list) and len(inner) == _PAIR + 1:
                return self.resolve(inner[1] if self.holds(str(inner[0])) else inner[2])
            if key == "Ref" and isinstance(inner, str) and inner in self._parameters:
                return self._parameters[inner]
        filled = ((key, self.resolve(item)) for key, item in value.items())
        return {key: item for key, item in filled if item is not None}

    def text(self, value: Value) -> str:
        """Return a text that `Fn::Join` may have joined; what only the deployment knows is `?` in it."""
        value = self.resolve(value)
        if isinstance(value, str):
            return value
        joined = value.get("Fn::Join") if isinstance(value, Mapping) else None
        if isinstance(joined, list) and len(joined) == _PAIR and isinstance(joined[1], list):
            return str(joined[0]).join(map(self.text, joined[1]))
        return "?"

    def _is(self, expression: Any, depth: int) -> bool:
        if not isinstance(expression, Mapping) or len(expression) != 1:
            return False
        (key, inner), *_ = expression.items()
        if key == "Condition":
            return self.holds(str(inner), depth)
        if not isinstance(inner, list):
            return False
        if key == "Fn::Equals":
            return len(inner) == _PAIR and bool(self.resolve(inner[0]) == self.resolve(inner[1]))
        parts = [self._is(item, depth) for item in inner]
        return {"Fn::Not": not all(parts), "Fn::And": all(parts), "Fn::Or": any(parts)}.get(key, False)


def _default(declared: Value) -> Value:
    return declared.get("Default", "") if isinstance(declared, Mapping) else ""
