"""SageMaker pipelines: what their definitions say before and after, step by step."""

import difflib
from collections.abc import Iterator

from ops.assembly.model import Resource, Stack, Value
from ops.review.model import Action, Class, Compared, Found, Severity
from ops.review.pipeline_change import contents, gates, order, parameters
from ops.review.pipeline_change.definition import Definition, definition
from ops.review.pipeline_change.matched import renamed, under_new_names
from ops.review.source import code_change, hashes
from ops.review.source.use_cases import gate_of_code
from ops.review.texts import document, text_of
from ops.review.values import at, shown

_PIPELINE = "AWS::SageMaker::Pipeline"
_PATH = "Properties.PipelineDefinition"


def found(compared: Compared) -> Iterator[Found]:
    """Yield what changes in a pipeline; nothing if its definition means the same."""
    if compared.type != _PIPELINE:
        return
    before, after = compared.before, compared.after
    if after is None or compared.action is Action.REMOVE:
        text = "The pipeline is removed: it can no longer be started, and executions that run are stopped"
        yield Found(Class.PIPELINE, Severity.HIGH, text)
        return
    if before is None:
        yield _added(after, compared.head)
        return
    yield from _itself(before, after)
    if at(before, "PipelineDefinition") != at(after, "PipelineDefinition"):
        paths = tuple(one.path for one in compared.properties if one.path.startswith(_PATH)) or (_PATH,)
        yield from _definitions(compared, before, after, paths)


def _definitions(compared: Compared, before: Resource, after: Resource, paths: tuple[str, ...]) -> Iterator[Found]:
    try:
        was, becomes = _read(before, compared.base), _read(after, compared.head)
    except ValueError:
        yield _unread(before, after, paths)
        return
    new_names = renamed(was, becomes)
    was = under_new_names(was, new_names)
    yield from parameters.found(was, becomes, paths)
    yield from order.found(was, becomes, new_names, paths)
    yield from gates.found(was, becomes, paths)
    code: dict[tuple[str, str], list[str]] = {}
    for name in becomes.steps:
        if name in was.steps:
            yield from contents.found(was.steps[name], becomes.steps[name], code, paths)
    for pair, steps in code.items():
        if any(step.type == "RegisterModel" for step in becomes.steps.values()):
            yield from gate_of_code(compared, pair, paths)
        names = list(dict.fromkeys(steps))
        yield code_change(compared, pair, f"step{'s' if len(names) > 1 else ''} {', '.join(names)}", paths)


def _read(pipeline: Resource, stack: Stack) -> Definition:
    given = at(pipeline, "PipelineDefinition", {})
    if isinstance(given, dict) and "PipelineDefinitionS3Location" in given:
        return definition(document(_in_asset(given["PipelineDefinitionS3Location"], stack)))
    return definition(document(given.get("PipelineDefinitionBody") if isinstance(given, dict) else given))


def _in_asset(location: Value, stack: Stack) -> str:
    for hashed in hashes(location):
        path = stack.assets.get(hashed)
        if path is not None and path.is_file():
            return path.read_text(encoding="utf-8", errors="replace")
    raise ValueError("the definition does not lie beside the template")


def _unread(before: Resource, after: Resource, paths: tuple[str, ...]) -> Found:
    was, becomes = (_written(side).replace(",", ",\n").splitlines() for side in (before, after))
    lines = list(difflib.unified_diff(was, becomes, n=1, lineterm=""))[2:]
    text = (
        "The definition changes, and cannot be read as a pipeline: what it means for steps and gates is not told here"
    )
    return Found(Class.PIPELINE, Severity.MEDIUM, text, paths, "\n".join(lines[:200]))


def _written(pipeline: Resource) -> str:
    given = at(pipeline, "PipelineDefinition")
    return text_of(given.get("PipelineDefinitionBody", given) if isinstance(given, dict) else given)


def _added(pipeline: Resource, stack: Stack) -> Found:
    try:
        steps = _read(pipeline, stack).steps
    except ValueError:
        return Found(Class.PIPELINE, Severity.INFO, "A pipeline is added")
    return Found(Class.PIPELINE, Severity.INFO, f"A pipeline is added, with the steps {', '.join(steps)}")


def _itself(before: Resource, after: Resource) -> Iterator[Found]:
    was, becomes = at(before, "PipelineName"), at(after, "PipelineName")
    if was is not None and was != becomes:
        text = (
            f"The pipeline is called {shown(becomes)} instead of {shown(was)}: who starts it by the old name is refused"
        )
        yield Found(Class.PIPELINE, Severity.MEDIUM, text, ("Properties.PipelineName",))
    was, becomes = at(before, "RoleArn"), at(after, "RoleArn")
    if was != becomes:
        text = f"The pipeline starts its steps with the role {shown(becomes)} instead of {shown(was)}"
        yield Found(Class.PIPELINE, Severity.MEDIUM, text, ("Properties.RoleArn",))
    path = "ParallelismConfiguration.MaxParallelExecutionSteps"
    was, becomes = at(before, path), at(after, path)
    if was != becomes:
        text = f"Steps that run at once: at most {shown(becomes)} instead of {shown(was)}"
        yield Found(Class.PIPELINE, Severity.LOW, text, (f"Properties.{path}",))
