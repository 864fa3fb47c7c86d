"""The step that runs a processing job, and its property files."""

import re
from dataclasses import dataclass
from typing import Any, ClassVar

from pipelines_src.definition.errors import DefinitionError
from pipelines_src.definition.references import JsonGet, Kind, StepProperty
from pipelines_src.definition.request_steps import JobStep

_NAMED_OUTPUT = re.compile(r"ProcessingOutputConfig\.Outputs\['([^']+)'\]")


@dataclass(frozen=True)
class PropertyFile:
    """A JSON file in an output of a processing job, whose values conditions and later steps may read."""

    name: str
    output: str
    path: str

    def to_json(self) -> dict[str, Any]:
        """Return the file as the definition spells it."""
        return {"PropertyFileName": self.name, "OutputName": self.output, "FilePath": self.path}


@dataclass(frozen=True, kw_only=True, eq=False)
class ProcessingStep(JobStep):
    """A processing job."""

    TYPE: ClassVar[str] = "Processing"
    CREATE: ClassVar[str] = "CreateProcessingJob"
    DESCRIBE: ClassVar[tuple[str, ...]] = ("DescribeProcessingJob",)
    GENERATED: ClassVar[str | None] = "ProcessingJobName"

    property_files: tuple[PropertyFile, ...] = ()

    def outputs(self) -> tuple[str, ...]:
        """Return the names of the job's outputs."""
        return tuple(item["OutputName"] for item in self.arguments.get("ProcessingOutputConfig", {}).get("Outputs", ()))

    def property_kind(self, path: str) -> Kind:
        """Look the path up in the job's answer; an output must be one of this job's own."""
        named = _NAMED_OUTPUT.match(path)
        if named and named[1] not in self.outputs():
            outputs = ", ".join(self.outputs()) or "none"
            raise self.no_property(path, f"found the output {named[1]!r}; allowed are the job's outputs: {outputs}")
        return super().property_kind(path)

    def output(self, name: str) -> StepProperty:
        """Return the reference to the S3 URI of an output."""
        return self.property(f"ProcessingOutputConfig.Outputs['{name}'].S3Output.S3Uri")

    def json(self, property_file: str, path: str) -> JsonGet:
        """Return the reference to a value in a property file, by a path with dots."""
        names = [file.name for file in self.property_files]
        if property_file not in names:
            raise DefinitionError(
                f"step {self.name!r}: found the property file {property_file!r}; allowed are the step's property "
                f"files: {', '.join(names) or 'none'}. Declare it or correct the name."
            )
        return JsonGet(self.name, property_file, path)

    def check(self) -> None:
        """Validate the arguments, and that each property file lies in an output."""
        super().check()
        names = [file.name for file in self.property_files]
        for file in self.property_files:
            if file.output not in self.outputs():
                raise DefinitionError(
                    f"step {self.name!r}: property file {file.name!r}: found the output {file.output!r}; allowed are "
                    f"the job's outputs: {', '.join(self.outputs()) or 'none'}. Correct the name."
                )
            if names.count(file.name) > 1:
                raise DefinitionError(
                    f"step {self.name!r}: found the property file {file.name!r} twice; allowed is once. Rename one."
                )

    def more_json(self) -> dict[str, Any]:
        """Return policies and property files."""
        files = [file.to_json() for file in self.property_files]
        return super().more_json() | ({"PropertyFiles": files} if files else {})
