"""Parameters of a pipeline: what people may choose when they start it."""

import re
from dataclasses import dataclass
from typing import Any, ClassVar

from pipelines_src.definition.errors import DefinitionError
from pipelines_src.definition.references import Kind, ParameterRef, Scalar

_NAME = re.compile(r"[A-Za-z0-9_-]{1,256}")  # PipelineParameterName in SageMaker's service model


@dataclass(frozen=True, kw_only=True)
class Parameter:
    """What all parameters share; without a default a value must be given at every start."""

    KIND: ClassVar[Kind]
    TYPES: ClassVar[tuple[type, ...]]

    name: str
    default: Scalar | None = None

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name):
            raise DefinitionError(
                f"parameter {self.name!r}: found a name that SageMaker refuses; allowed are 1 to 256 letters, digits, "
                "hyphens and underscores. Rename it."
            )
        # bool is an int to Python, but not to SageMaker.
        is_other = isinstance(self.default, bool) and bool not in self.TYPES
        if self.default is not None and (is_other or not isinstance(self.default, self.TYPES)):
            raise DefinitionError(
                f"parameter {self.name!r}: found the default {self.default!r}; allowed is a value of type {self.KIND}. "
                "Correct the default or the type."
            )

    @property
    def ref(self) -> ParameterRef:
        """The reference to this parameter's value."""
        return ParameterRef(self.name, self.KIND, self.default)

    def to_json(self) -> dict[str, Any]:
        """Return the parameter as the definition spells it."""
        default = {} if self.default is None else {"DefaultValue": self.default}
        return {"Name": self.name, "Type": self.KIND, **default}


@dataclass(frozen=True, kw_only=True)
class StringParameter(Parameter):
    """A text; `allowed` limits it to some values."""

    KIND: ClassVar[Kind] = "String"
    TYPES: ClassVar[tuple[type, ...]] = (str,)

    allowed: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.allowed and self.default is not None and self.default not in self.allowed:
            raise DefinitionError(
                f"parameter {self.name!r}: found the default {self.default!r}; allowed are {', '.join(self.allowed)}. "
                "Choose one of them as default."
            )

    def to_json(self) -> dict[str, Any]:
        """Return the parameter as the definition spells it."""
        return super().to_json() | ({"EnumValues": list(self.allowed)} if self.allowed else {})


@dataclass(frozen=True, kw_only=True)
class IntegerParameter(Parameter):
    """A whole number."""

    KIND: ClassVar[Kind] = "Integer"
    TYPES: ClassVar[tuple[type, ...]] = (int,)


@dataclass(frozen=True, kw_only=True)
class FloatParameter(Parameter):
    """A number."""

    KIND: ClassVar[Kind] = "Float"
    TYPES: ClassVar[tuple[type, ...]] = (float, int)


@dataclass(frozen=True, kw_only=True)
class BooleanParameter(Parameter):
    """True or false."""

    KIND: ClassVar[Kind] = "Boolean"
    TYPES: ClassVar[tuple[type, ...]] = (bool,)
