"""What runs the jobs, functions and models of the pipelines, as far as templates say it themselves."""

from collections.abc import Iterator
from dataclasses import dataclass

from ops.assembly.model import Value
from ops.review.model import Class, Compared, Found, Severity
from ops.review.source.changed import HASH
from ops.review.values import number, shown, spots

_LOW, _MEDIUM = Severity.LOW, Severity.MEDIUM


@dataclass(frozen=True)
class _Told:
    """A property to tell of; `less` ends the sentence when a number falls."""

    path: str
    what: str
    severity: Severity = _LOW
    less: str = ""


_ENDED = "what takes longer is stopped and fails"
_TOLD: dict[str, tuple[_Told, ...]] = {
    "AWS::Glue::Job": (
        _Told("Command.ScriptLocation", "The script", _MEDIUM),
        _Told("GlueVersion", "Glue's version", _MEDIUM),
        _Told("WorkerType", "The type of workers"),
        _Told("NumberOfWorkers", "The number of workers"),
        _Told("MaxCapacity", "The number of workers"),
        _Told("Timeout", "The longest time, in minutes", less=_ENDED),
        _Told("MaxRetries", "How often it is tried again"),
        _Told("Role", "The role", _MEDIUM),
        _Told("DefaultArguments", "Arguments"),
    ),
    "AWS::Batch::JobDefinition": (
        _Told("ContainerProperties.Image", "The image", _MEDIUM),
        _Told("ContainerProperties.Command", "What is called", _MEDIUM),
        _Told("ContainerProperties.ResourceRequirements[Type].Value", "What it may use"),
        _Told("ContainerProperties.Environment[Name].Value", "The environment variable"),
        _Told("ContainerProperties.JobRoleArn", "The role", _MEDIUM),
        _Told("RetryStrategy.Attempts", "How often it is tried"),
        _Told("Timeout.AttemptDurationSeconds", "The longest time, in s", less=_ENDED),
    ),
    "AWS::SageMaker::Model": (
        _Told("PrimaryContainer.Image", "The image", _MEDIUM),
        _Told("PrimaryContainer.ModelDataUrl", "The model's files", _MEDIUM),
        _Told("PrimaryContainer.ModelPackageName", "The model package", _MEDIUM),
        _Told("PrimaryContainer.Environment", "Environment variables"),
        _Told("Containers[].Image", "The image of container", _MEDIUM),
        _Told("Containers[].ModelDataUrl", "The files of container", _MEDIUM),
        _Told("Containers[].ModelPackageName", "The model package of container", _MEDIUM),
    ),
    "AWS::Lambda::Function": (
        _Told("Runtime", "The runtime", _MEDIUM),
        _Told("Handler", "The handler", _MEDIUM),
        _Told("Layers", "Its layers"),
        _Told("Architectures", "The kind of processor"),
        _Told("Environment.Variables", "Environment variables"),
    ),
}


def found(compared: Compared) -> Iterator[Found]:
    """Yield what a job, function or model runs, or runs on, that it did not before."""
    before, after = compared.before, compared.after
    if before is None or after is None:
        return
    for told in _TOLD.get(after.type, ()):
        was, becomes = spots(before.properties, told.path), spots(after.properties, told.path)
        for where in sorted(was.keys() | becomes.keys()):
            old, new = was.get(where), becomes.get(where)
            if not _same(old, new):
                yield _found(told, where, old, new)


def _same(old: Value, new: Value) -> bool:
    # That a file has another name, of its content, is told with the file.
    return old == new or HASH.sub("#", str(old)) == HASH.sub("#", str(new))


def _found(told: _Told, where: str, old: Value, new: Value) -> Found:
    what = f"{told.what} {where}".strip()
    before, after = number(old), number(new)
    falls = before is not None and after is not None and after < before
    ends = f": {told.less}" if falls and told.less else ""
    severity = _MEDIUM if ends else told.severity
    path = (f"Properties.{told.path.partition('[')[0]}",)
    if isinstance(old, dict) and isinstance(new, dict):
        names = [name for name in sorted(old.keys() | new.keys()) if old.get(name) != new.get(name)]
        pairs = ", ".join(f"{name} {shown(old.get(name))} -> {shown(new.get(name))}" for name in names)
        return Found(Class.PIPELINE, severity, f"{what} change: {pairs}", path)
    return Found(Class.PIPELINE, severity, f"{what} goes from {shown(old)} to {shown(new)}{ends}", path)
