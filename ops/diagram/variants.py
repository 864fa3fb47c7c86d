"""What an endpoint is made of: its configuration, its models, their machines."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ops.assembly.model import Resource
from ops.diagram.model import Place
from ops.diagram.references import References

_PARTS = ("AWS::SageMaker::EndpointConfig", "AWS::SageMaker::Model")
_TIMES = "\N{MULTIPLICATION SIGN}"
Part = tuple[Place, Resource]


def endpoint_parts(place: Place, endpoint: Resource, references: References) -> Iterator[Part]:
    """Yield configuration and models of an endpoint."""
    seen: set[Place] = {place}
    look: list[Part] = [(place, endpoint)]
    while look:
        at, resource = look.pop(0)
        for one in references.of(dict(resource.properties), at[0]):
            part = references.resource(one)
            if part and part.type in _PARTS and one not in seen:
                seen.add(one)
                look.append((one, part))
                yield one, part


def endpoint_lines(place: Place, parts: Sequence[Part], references: References) -> Iterator[str]:
    """Yield what there is to say of an endpoint: its name, its variants, their machines."""
    variants = [variant for _, part in parts for variant in _variants(dict(part.properties))]
    machines = {_machines(variant): None for variant in variants}
    endpoint = references.resource(place)
    yield references.text(endpoint.properties.get("EndpointName") if endpoint else "", place[0])
    yield ", ".join(dict.fromkeys(str(variant.get("VariantName", "")) for variant in variants))
    yield ", ".join(filter(None, machines))


def _variants(value: Any) -> Iterator[Mapping[str, Any]]:
    """Yield the variants of a configuration, those that depend on a condition too."""
    if isinstance(value, Mapping):
        if "VariantName" in value:
            yield value
            return
        value = list(value.values())
    if isinstance(value, list):
        for item in value:
            yield from _variants(item)


def _machines(variant: Mapping[str, Any]) -> str:
    instance, count = variant.get("InstanceType"), variant.get("InitialInstanceCount")
    if isinstance(instance, str):
        return f"{count} {_TIMES} {instance}" if isinstance(count, int | str) else instance
    return "serverless" if variant.get("ServerlessConfig") else ""
