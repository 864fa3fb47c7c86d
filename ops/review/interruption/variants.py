"""What serves: variants of endpoint configurations, fewer, smaller, or of another kind."""

from collections.abc import Iterator, Mapping

from ops.assembly.model import Resource, Stack, Value
from ops.review.model import Class, Compared, Found, Severity
from ops.review.sizes import smaller
from ops.review.values import shown, spots
from ops.review.worse import Row, Rows, Worse
from ops.review.worse import found as worse_found

_CONFIG = "AWS::SageMaker::EndpointConfig"
_SERVERLESS = "ProductionVariants[VariantName].ServerlessConfig"
_SLOWER = "requests that come at once wait or get errors"
_ROWS: Rows = {
    _CONFIG: (
        Row(
            "ProductionVariants[VariantName].InitialInstanceCount",
            Worse.LOWER,
            Severity.MEDIUM,
            "The number of instances",
            "less room for requests, and with one instance none is left when it fails",
        ),
        Row(f"{_SERVERLESS}.MaxConcurrency", Worse.LOWER, Severity.MEDIUM, "The most requests at once", _SLOWER),
        Row(
            f"{_SERVERLESS}.MemorySizeInMB",
            Worse.LOWER,
            Severity.MEDIUM,
            "The memory",
            "models that fitted may not any more, and the share of processors falls with it",
            unit="MB",
        ),
        Row(
            f"{_SERVERLESS}.ProvisionedConcurrency",
            Worse.LOWER,
            Severity.MEDIUM,
            "What is kept warm",
            "more requests wait for a cold start",
            0,
        ),
    ),
}


def found(compared: Compared) -> Iterator[Found]:
    """Yield which variants serve with less."""
    before, after = compared.before, compared.after
    if before is None or after is None or after.type != _CONFIG:
        return
    yield from worse_found(_ROWS, Class.INTERRUPTION, compared)
    was, becomes = _by_name(before), _by_name(after)
    for name in was:
        path = ("Properties.ProductionVariants",)
        if name not in becomes:
            text = f"Variant {name} is removed: others get its requests, and whoever asks for it by name gets errors"
            yield Found(Class.INTERRUPTION, Severity.MEDIUM, text, path)
            continue
        yield from _kind(name, was[name], becomes[name], path)
        yield from _instances(name, (was[name], becomes[name]), compared.base, path)


def _by_name(config: Resource) -> dict[str, Mapping[str, Value]]:
    return {
        name: one
        for name, one in spots(config.properties, "ProductionVariants[VariantName]").items()
        if isinstance(one, Mapping)
    }


def _kind(name: str, was: Mapping[str, Value], becomes: Mapping[str, Value], path: tuple[str, ...]) -> Iterator[Found]:
    if "ServerlessConfig" in becomes and "ServerlessConfig" not in was:
        had = shown(was.get("InstanceType"))
        text = f"Variant {name} becomes serverless, it had {had}: requests after a pause wait for a cold start"
        yield Found(Class.INTERRUPTION, Severity.MEDIUM, text, path)


def _instances(
    name: str, variant: tuple[Mapping[str, Value], Mapping[str, Value]], base: Stack, path: tuple[str, ...]
) -> Iterator[Found]:
    was, becomes = (side.get("InstanceType") for side in variant)
    if was == becomes or was is None or becomes is None:
        return
    less = smaller(was, becomes)
    if less is not False:
        says = "smaller" if less else "of another family: whether it is enough must be tried"
        text = f"Variant {name} goes from {shown(was)} to {shown(becomes)}, which is {says}"
        yield Found(Class.INTERRUPTION, Severity.MEDIUM if less else Severity.LOW, text, path)
    if _scales(name, base):
        text = f"The update fails while variant {name} is registered to scale: until then its instance type is fixed"
        yield Found(Class.INTERRUPTION, Severity.HIGH, text, path)


def _scales(variant: str, stack: Stack) -> bool:
    targets = (one for one in stack.template.resources.values() if one.type.endswith("::ScalableTarget"))
    return any(shown(one.properties.get("ResourceId")).endswith(f"/variant/{variant}") for one in targets)
