"""Expressions of a pipeline definition: `Get`, `Std:Join`, `Std:JsonGet`, anywhere in a step's arguments."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Protocol

from local_cloud.sagemaker.pipelines import paths

EXECUTION_VALUES = frozenset(
    {"PipelineName", "PipelineArn", "StartDateTime", "CurrentDateTime", "PipelineExecutionId", "PipelineExecutionArn"}
)


class ExpressionError(Exception):
    """An expression that is malformed, or that has no value."""


class Scope(Protocol):
    """Where the values of expressions come from. Each raises ExpressionError for what it does not have."""

    def parameter(self, name: str) -> Any:
        """Return a pipeline parameter's value."""

    def execution(self, name: str) -> str:
        """Return a value of the execution, one of EXECUTION_VALUES."""

    def step_property(self, step: str, path: paths.Path) -> Any:
        """Return a property of a step that ended."""

    def property_file(self, step: str, name: str) -> Any:
        """Return the content of a step's property file."""

    def json_object(self, uri: str) -> Any:
        """Return the content of a JSON object in S3."""


@dataclass(frozen=True)
class Reference:
    """What a `Get` refers to: space is Parameters, Steps, PropertyFiles or Execution."""

    text: str
    space: str
    name: str
    path: paths.Path = ()


def reference(text: str) -> Reference:
    """Parse the text of a `Get`; ExpressionError if it is malformed."""
    try:
        space, *rest = paths.parse(text)
    except ValueError as error:
        raise ExpressionError(f"Invalid reference [{text}]: {error}.") from error
    if space not in {"Parameters", "Steps", "Execution"} or not rest or (space != "Steps" and len(rest) != 1):
        raise ExpressionError(
            f"Invalid reference [{text}]; allowed are Parameters.NAME, Execution.NAME and Steps.NAME.PROPERTY."
        )
    name, path = str(rest[0]), tuple(rest[1:])
    if space != "Steps":
        return Reference(text, str(space), name)
    if not path:
        raise ExpressionError(f"Invalid reference [{text}]: it names a step, but no property of it.")
    if path[0] == "PropertyFiles" and len(path) == 2:  # noqa: PLR2004 - PropertyFiles and a name
        return Reference(text, "PropertyFiles", name, path[1:])
    return Reference(text, "Steps", name, path)


def is_expression(value: Any) -> bool:
    """Say whether a JSON value is an expression rather than plain data."""
    return isinstance(value, dict) and len(value) == 1 and next(iter(value)) in {"Get", "Std:Join", "Std:JsonGet"}


def references(value: Any) -> Iterator[Reference]:
    """Yield everything that the expressions in a JSON value refer to."""
    if isinstance(value, dict):
        if set(value) == {"Get"}:
            yield reference(str(value["Get"]))
            return
        for item in value.values():
            yield from references(item)
    elif isinstance(value, list):
        for item in value:
            yield from references(item)


def resolve(value: Any, scope: Scope) -> Any:
    """Return a JSON value with every expression replaced by its value."""
    if isinstance(value, list):
        return [resolve(item, scope) for item in value]
    if not isinstance(value, dict):
        return value
    if not is_expression(value):
        return {key: resolve(item, scope) for key, item in value.items()}
    [(function, argument)] = value.items()
    if function == "Get":
        return _get(str(argument), scope)
    return _join(argument, scope) if function == "Std:Join" else _json_get(argument, scope)


def as_text(value: Any) -> str:
    """Return a primitive as Std:Join writes it; ExpressionError for a list or a structure."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str | int | float):
        return str(value)
    raise ExpressionError(f"Std:Join joins text, numbers and booleans, but found {value!r}.")


def _get(text: str, scope: Scope) -> Any:
    wanted = reference(text)
    if wanted.space == "Parameters":
        return scope.parameter(wanted.name)
    if wanted.space == "Execution":
        return scope.execution(wanted.name)
    if wanted.space == "PropertyFiles":
        raise ExpressionError(f"[{text}] is a file; read a value of it with Std:JsonGet.")
    return scope.step_property(wanted.name, wanted.path)


def _join(argument: Any, scope: Scope) -> str:
    if not isinstance(argument, dict) or not isinstance(argument.get("Values"), list):
        raise ExpressionError("Std:Join needs Values, a list, and On, the text between them.")
    return str(argument.get("On", "")).join(as_text(resolve(item, scope)) for item in argument["Values"])


def _json_get(argument: Any, scope: Scope) -> Any:
    source, path = check_json_get(argument)
    if isinstance(source, Reference):
        document, name = scope.property_file(source.name, str(source.path[0])), source.text
    else:
        name = str(resolve(source, scope))
        document = scope.json_object(name)
    try:
        value = paths.walk(document, path)
    except KeyError as error:
        raise ExpressionError(f"Path [{argument['Path']}] leads to nothing in [{name}]: no {error}.") from error
    if isinstance(value, dict | list):
        raise ExpressionError(f"Path [{argument['Path']}] in [{name}] leads to no single value.")
    return value


def check_json_get(argument: Any) -> tuple[Any, paths.Path]:
    """Return where a Std:JsonGet reads (the reference of a property file, or an S3Uri) and its path."""
    if not isinstance(argument, dict) or ("PropertyFile" in argument) == ("S3Uri" in argument):
        raise ExpressionError("Std:JsonGet needs Path and either PropertyFile or S3Uri.")
    try:
        path = paths.parse(str(argument.get("Path", "")))
    except ValueError as error:
        raise ExpressionError(f"Invalid Path of Std:JsonGet: {error}.") from error
    if "S3Uri" in argument:
        return argument["S3Uri"], path
    file = argument["PropertyFile"]
    source = reference(str(file["Get"])) if isinstance(file, dict) and set(file) == {"Get"} else None
    if source is None or source.space != "PropertyFiles":
        raise ExpressionError(f'PropertyFile is {file}; allowed is {{"Get": "Steps.STEP.PropertyFiles.FILE"}}.')
    return source, path
