"""Conditions of a condition step; all of a step's conditions must hold for its `if_steps` to run."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, ClassVar

from pipelines_src.definition.errors import DefinitionError
from pipelines_src.definition.references import Reference, Scalar, to_json

Value = Reference | Scalar


class Condition(ABC):
    """True or false while the pipeline runs."""

    @abstractmethod
    def to_json(self) -> dict[str, Any]:
        """Return the condition as the definition spells it."""

    @abstractmethod
    def values(self) -> tuple[Value, ...]:
        """Return everything that is compared."""


@dataclass(frozen=True)
class _Comparison(Condition):
    TYPE: ClassVar[str]

    left: Value
    right: Value

    def to_json(self) -> dict[str, Any]:
        return {"Type": self.TYPE, "LeftValue": to_json(self.left), "RightValue": to_json(self.right)}

    def values(self) -> tuple[Value, ...]:
        return (self.left, self.right)


class Equals(_Comparison):
    """`left == right`."""

    TYPE = "Equals"


class GreaterThan(_Comparison):
    """`left > right`."""

    TYPE = "GreaterThan"


class GreaterThanOrEqualTo(_Comparison):
    """`left >= right`."""

    TYPE = "GreaterThanOrEqualTo"


class LessThan(_Comparison):
    """`left < right`."""

    TYPE = "LessThan"


class LessThanOrEqualTo(_Comparison):
    """`left <= right`."""

    TYPE = "LessThanOrEqualTo"


@dataclass(frozen=True)
class In(Condition):
    """`value` is one of `among`."""

    value: Value
    among: tuple[Value, ...]

    def to_json(self) -> dict[str, Any]:
        """Return the condition as the definition spells it."""
        return {"Type": "In", "QueryValue": to_json(self.value), "Values": to_json(self.among)}

    def values(self) -> tuple[Value, ...]:
        """Return everything that is compared."""
        return (self.value, *self.among)


@dataclass(frozen=True)
class Not(Condition):
    """The condition does not hold."""

    condition: Condition

    def to_json(self) -> dict[str, Any]:
        """Return the condition as the definition spells it."""
        return {"Type": "Not", "Condition": self.condition.to_json()}

    def values(self) -> tuple[Value, ...]:
        """Return everything that is compared."""
        return self.condition.values()


@dataclass(frozen=True)
class Or(Condition):
    """At least one of the conditions holds."""

    conditions: tuple[Condition, ...]

    def __post_init__(self) -> None:
        if not self.conditions:
            raise DefinitionError("condition Or: found no conditions; allowed is one or more. Name them.")

    def to_json(self) -> dict[str, Any]:
        """Return the condition as the definition spells it."""
        return {"Type": "Or", "Conditions": [condition.to_json() for condition in self.conditions]}

    def values(self) -> tuple[Value, ...]:
        """Return everything that is compared."""
        return tuple(value for condition in self.conditions for value in condition.values())
