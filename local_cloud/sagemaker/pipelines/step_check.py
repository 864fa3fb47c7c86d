"""What is wrong with a step of a definition: its form, and what it refers to."""

from collections.abc import Iterator
from typing import Any

from local_cloud.sagemaker.pipelines import conditions, durations, retries, shapes
from local_cloud.sagemaker.pipelines.expressions import (
    EXECUTION_VALUES,
    ExpressionError,
    Reference,
    check_json_get,
    references,
)
from local_cloud.sagemaker.pipelines.step_types import RESOURCES, STARTED_BY_OPERATION

_COMMON = {"Name", "Type", "Arguments", "DependsOn", "DisplayName", "Description"}
_MEMBERS = {
    **dict.fromkeys(STARTED_BY_OPERATION, _COMMON | {"CacheConfig", "RetryPolicies"}),
    "Processing": _COMMON | {"CacheConfig", "RetryPolicies", "PropertyFiles"},
    "Condition": _COMMON,
    "Fail": _COMMON,
    "Lambda": _COMMON | {"CacheConfig", "FunctionArn", "OutputParameters"},
    "Callback": _COMMON | {"CacheConfig", "SqsQueueUrl", "OutputParameters"},
}
_REQUIRED = {"Lambda": {"FunctionArn"}, "Callback": {"SqsQueueUrl"}}
_ARGUMENTS = {"Condition": {"Conditions", "IfSteps", "ElseSteps"}, "Fail": {"ErrorMessage"}}
OUTPUT_TYPES = ("String", "Integer", "Float", "Boolean")

Body = dict[str, Any]


def form(step_type: str, body: Body) -> Iterator[str]:
    """Yield what is wrong with a step taken by itself."""
    if unknown := sorted(set(body) - _MEMBERS[step_type]):
        yield f"Unknown member {unknown} for a step of type {step_type}; allowed are {sorted(_MEMBERS[step_type])}"
    if missing := sorted(({"Arguments"} | _REQUIRED.get(step_type, set())) - set(body)):
        yield f"Missing member {missing}"
        return
    arguments = body["Arguments"]
    if not isinstance(arguments, dict):
        yield "Arguments must be a structure"
        return
    if unknown := sorted(set(arguments) - _ARGUMENTS.get(step_type, set(arguments))):
        yield f"Unknown Argument member {unknown}"
    for name in body.get("DependsOn", []):
        if not isinstance(name, str):
            yield f"DependsOn {name} has a trigger, which the local cloud does not implement; name the step alone"
    if step_type in RESOURCES:
        yield from shapes.argument_problems(step_type, arguments)
    if step_type == "Condition":
        for condition in arguments.get("Conditions", []):
            yield from conditions.check(condition)
    yield from _cache(body.get("CacheConfig"))
    yield from retries.check(body.get("RetryPolicies", []))
    for output in body.get("OutputParameters", []):
        if output.get("OutputType", "String") not in OUTPUT_TYPES or not output.get("OutputName"):
            yield f"OutputParameters {output} needs OutputName and an OutputType of {', '.join(OUTPUT_TYPES)}"


def references_of(arguments: Body, body: Body, steps: dict[str, Body], parameters: set[str]) -> Iterator[str]:
    """Yield what a step refers to that does not exist."""
    outer = {key: value for key, value in body.items() if key != "Arguments"}
    try:
        for item in references([arguments, outer]):
            yield from _dangling(item, steps, parameters)
        yield from _json_gets(arguments)
    except ExpressionError as error:
        yield str(error).rstrip(".")


def _dangling(item: Reference, steps: dict[str, Body], parameters: set[str]) -> Iterator[str]:
    if item.space == "Parameters" and item.name not in parameters:
        yield f"Reference [{item.text}] is to an undeclared parameter; declared are {sorted(parameters)}"
    if item.space == "Execution" and item.name not in EXECUTION_VALUES:
        yield f"Reference [{item.text}] is unknown; allowed are {sorted(EXECUTION_VALUES)}"
    if item.space not in {"Steps", "PropertyFiles"}:
        return
    if item.name not in steps:
        yield f"Reference [{item.text}] is to an undefined step"
    elif item.space == "PropertyFiles":
        yield from _file(item, steps[item.name])
    elif not _has_property(steps[item.name], item):
        yield f"Reference [{item.text}] is to a property that a {steps[item.name]['Type']} step does not have"


def _file(item: Reference, step: Body) -> Iterator[str]:
    files = {file.get("PropertyFileName"): file for file in step.get("PropertyFiles", [])}
    file = files.get(item.path[0])
    if file is None:
        yield f"Reference [{item.text}] is to an undeclared property file; declared are {sorted(map(str, files))}"
        return
    outputs = step["Arguments"].get("ProcessingOutputConfig", {}).get("Outputs", [])
    if file.get("OutputName") not in {output.get("OutputName") for output in outputs}:
        yield f"Property file [{item.path[0]}] is in the output [{file.get('OutputName')}], which is none of the step's"


def _has_property(step: Body, item: Reference) -> bool:
    if step["Type"] in RESOURCES:
        return shapes.has_property(step["Type"], item.path)
    if step["Type"] == "Condition":
        return item.path == ("Outcome",)
    names = [output["OutputName"] for output in step.get("OutputParameters", [])]
    return len(item.path) == 2 and item.path[0] == "OutputParameters" and item.path[1] in names  # noqa: PLR2004


def _json_gets(value: Any) -> Iterator[str]:
    if isinstance(value, list):
        for item in value:
            yield from _json_gets(item)
    elif isinstance(value, dict):
        if set(value) == {"Std:JsonGet"}:
            check_json_get(value["Std:JsonGet"])
        for item in value.values():
            yield from _json_gets(item)


def _cache(config: Any) -> Iterator[str]:
    if config is None or not config.get("Enabled"):
        return
    try:
        durations.seconds(str(config.get("ExpireAfter", "")))
    except ValueError as error:
        yield f"CacheConfig is enabled, so ExpireAfter must be a duration: {error}"
