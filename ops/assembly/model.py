"""Parts of a cloud assembly. Values of templates are as in the file: intrinsic functions are dicts of one key."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

Value = Any  # of JSON


@dataclass(frozen=True)
class Resource:
    """A resource of a template.

    Attributes:
        logical_id: its key below `Resources`.
        type: such as `AWS::S3::Bucket`.
        properties: as in the template; {} if it has none.
        attributes: all else that it has, such as `DeletionPolicy`, `UpdateReplacePolicy`, `DependsOn`, `Condition`,
            `Metadata`.
        path: of its construct below the stack, such as `Keys/Control/Resource`; "" where nothing says it.
    """

    logical_id: str
    type: str
    properties: Mapping[str, Value] = field(default_factory=dict)
    attributes: Mapping[str, Value] = field(default_factory=dict)
    path: str = ""


@dataclass(frozen=True)
class Template:
    """A template.

    Attributes:
        sections: all but resources, by name: `Parameters`, `Conditions`, `Mappings`, `Outputs`; what is said of
            all of it, such as `Description` and `Transform`, is together in a section `Template`.
    """

    resources: Mapping[str, Resource] = field(default_factory=dict)
    sections: Mapping[str, Mapping[str, Value]] = field(default_factory=dict)


@dataclass(frozen=True)
class Stack:
    """A stack as it would be deployed; one that is nested is a stack of its own.

    Attributes:
        environment: of the tag `ml-loop:environment`, or its stage where no stack has that; "" if nothing says it.
        name: of the stack, such as `dev-flight-delays-serving`; of a nested one with its logical id after a `/`.
        region: such as `ap-northeast-1`; "" if it is that of whoever deploys.
        tags: of the stack.
        assets: folders and files of the assembly, by the hash that resources name.
        file: of the template, below the assembly's folder.
        termination_protection: whether CloudFormation refuses to delete it; None where nothing says it, as with a
            single template.
        account: that it is deployed into; "" if it is that of whoever deploys.
    """

    environment: str
    name: str
    template: Template
    region: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)
    assets: Mapping[str, Path] = field(default_factory=dict)
    termination_protection: bool | None = None
    file: Path | None = None
    account: str = ""

    @property
    def part(self) -> str:
        """Its name without the environment's: equal for the same stack of several environments."""
        return self.name.removeprefix(f"{self.environment}-")

    @property
    def itself(self) -> Resource:
        """The stack as if it were a resource, so that what is said of it beside its template is compared as well."""
        tags = [{"Key": key, "Value": value} for key, value in self.tags.items()]
        known = self.termination_protection is not None
        protection = {"EnableTerminationProtection": self.termination_protection} if known else {}
        return Resource(self.name, "AWS::CloudFormation::Stack", {**protection, **({"Tags": tags} if tags else {})})

    @property
    def use_case(self) -> str:
        """Of the tag `ml-loop:use-case`; "" for what all use cases share."""
        return self.tags.get("ml-loop:use-case", "")


@dataclass(frozen=True)
class Assembly:
    """All stacks of an assembly, in the order in which they are deployed."""

    stacks: tuple[Stack, ...]

    def of(self, environment: str) -> "Assembly":
        """Return what of it belongs to an environment."""
        return Assembly(tuple(stack for stack in self.stacks if stack.environment == environment))
