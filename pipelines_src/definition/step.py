"""What all steps of a pipeline share."""

import re
from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

from pipelines_src.definition.errors import DefinitionError
from pipelines_src.definition.references import Kind, Reference, StepProperty

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")  # StepName in SageMaker's service model, never empty


@dataclass(frozen=True, kw_only=True, eq=False)
class Step(ABC):
    """What all steps share. `depends_on` is needed only where no reference says it already."""

    TYPE: ClassVar[str]

    name: str
    display_name: str = ""
    description: str = ""
    depends_on: tuple["Step | str", ...] = ()

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name):
            raise DefinitionError(
                f"step {self.name!r}: found a name that SageMaker refuses; allowed are 1 to 64 letters, digits, "
                "hyphens and underscores, the first a letter or digit. Rename the step."
            )

    def property(self, path: str) -> StepProperty:
        """Return the reference to a property, such as `ModelArtifacts.S3ModelArtifacts`.

        Raises:
            DefinitionError: steps of this kind have no such property.
        """
        return StepProperty(self.name, path, self.property_kind(path))

    @abstractmethod
    def property_kind(self, path: str) -> Kind | None:
        """Return the kind of a property; raises DefinitionError if there is none."""

    @abstractmethod
    def arguments_json(self) -> dict[str, Any]:
        """Return `Arguments` of the definition."""

    @abstractmethod
    def own_references(self) -> Iterator[Reference]:
        """Yield the references that this step itself evaluates, not those of steps inside it."""

    def check(self) -> None:  # noqa: B027 - a step without rules of its own has nothing to check
        """Refuse what is wrong with the step by itself; raises DefinitionError."""

    def more_json(self) -> dict[str, Any]:
        """Return what stands beside `Arguments` in the definition."""
        return {}

    def to_json(self) -> dict[str, Any]:
        """Return the step as the definition spells it."""
        names = [step if isinstance(step, str) else step.name for step in self.depends_on]
        texts = {"DependsOn": names, "DisplayName": self.display_name, "Description": self.description}
        return {
            "Name": self.name,
            "Type": self.TYPE,
            "Arguments": self.arguments_json(),
            **{key: value for key, value in texts.items() if value},
            **self.more_json(),
        }

    def no_property(self, path: str, reason: str) -> DefinitionError:
        """Return the error of a property that does not exist."""
        return DefinitionError(f"step {self.name!r} ({self.TYPE}): property {path!r}: {reason}. Correct the path.")
