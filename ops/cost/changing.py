"""An assembly as it would be after another choice, for prices: only what they depend on is changed."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from config.interface_services import FULL, LEVELS, Level
from ops.assembly.model import Assembly, Resource, Stack, Template

Change = Callable[[Assembly], Assembly]

_DOOR, _VPC, _SUBNET = "AWS::EC2::VPCEndpoint", "AWS::EC2::VPC", "AWS::EC2::Subnet"
_ENDPOINT, _NOTEBOOK = "AWS::SageMaker::EndpointConfig", "AWS::SageMaker::NotebookInstance"


def zones_of(assembly: Assembly) -> int:
    """Return in how many zones the network has a subnet."""
    return sum(resource.type == _SUBNET for resource in _network(assembly).values())


def level_of(assembly: Assembly) -> Level:
    """Return the level of interface endpoints whose services are all there."""
    there = {_service(door) for door in _network(assembly).values() if _is_interface(door)}
    levels: tuple[Level, ...] = ("full", "minimal", "none")
    return next(level for level in levels if there.issuperset(LEVELS[level].values()))


def with_level(level: Level, zones: int) -> Change:
    """Return a change to a level of interface endpoints, in so many zones; those beyond the levels stay."""

    def doors(stack: Stack) -> Iterator[Resource]:
        known = set(FULL.values())
        for resource in stack.template.resources.values():
            if not _is_interface(resource):
                yield resource
            elif _service(resource) not in known:
                yield _door(resource.logical_id, _service(resource), zones)
        if any(resource.type == _VPC for resource in stack.template.resources.values()):
            yield from (_door(f"Priced{name}", service, zones) for name, service in LEVELS[level].items())

    return lambda assembly: _changed(assembly, doors)


def with_champion(**variant: Any) -> Change:
    """Return a change of what is behind champions: `InstanceType` and `InitialInstanceCount`, or `ServerlessConfig`."""

    def serve(resource: Resource) -> Resource:
        if resource.type != _ENDPOINT:
            return resource
        champion = {"VariantName": "champion", **variant}
        rest = [] if "ServerlessConfig" in variant else _list(resource.properties.get("ProductionVariants"))[1:]
        properties = {**resource.properties, "ProductionVariants": [champion, *rest]}
        if "ServerlessConfig" in variant:
            properties.pop("ShadowProductionVariants", None)
        return replace(resource, properties=properties)

    return _each(serve)


def with_notebook(instance_type: str, volume_gb: int) -> Change:
    """Return a change that adds a notebook instance."""
    properties = {"InstanceType": instance_type, "VolumeSizeInGB": volume_gb}
    notebook = Resource("PricedNotebook", _NOTEBOOK, properties)

    def add(stack: Stack) -> Iterator[Resource]:
        yield from stack.template.resources.values()
        if any(resource.type == _VPC for resource in stack.template.resources.values()):
            yield notebook

    return lambda assembly: _changed(assembly, add)


def without_maximum_concurrency() -> Change:
    """Return a change that takes the maximum concurrency from mappings of queues."""

    def free(resource: Resource) -> Resource:
        if resource.type != "AWS::Lambda::EventSourceMapping":
            return resource
        return replace(resource, properties=_without(resource.properties, "ScalingConfig"))

    return _each(free)


def without(type_: str) -> Change:
    """Return a change that removes all resources of a type."""

    def keep(stack: Stack) -> Iterator[Resource]:
        return (resource for resource in stack.template.resources.values() if resource.type != type_)

    return lambda assembly: _changed(assembly, keep)


def instances_of(assembly: Assembly) -> Iterator[tuple[str, Any]]:
    """Give type and number of the instances behind each champion that has any."""
    for stack in assembly.stacks:
        for resource in stack.template.resources.values():
            variants = _list(resource.properties.get("ProductionVariants")) if resource.type == _ENDPOINT else []
            champion = variants[0] if variants and isinstance(variants[0], dict) else {}
            if "InstanceType" in champion:
                yield str(champion["InstanceType"]), champion.get("InitialInstanceCount")


def _each(change: Callable[[Resource], Resource]) -> Change:
    return lambda assembly: _changed(assembly, lambda stack: map(change, stack.template.resources.values()))


def _changed(assembly: Assembly, resources: Callable[[Stack], Iterable[Resource]]) -> Assembly:
    def after(stack: Stack) -> Stack:
        kept = {resource.logical_id: resource for resource in resources(stack)}
        return replace(stack, template=Template(kept, stack.template.sections))

    return Assembly(tuple(map(after, assembly.stacks)))


def _network(assembly: Assembly) -> Mapping[str, Resource]:
    for stack in assembly.stacks:
        if any(resource.type == _VPC for resource in stack.template.resources.values()):
            return stack.template.resources
    return {}


def _is_interface(resource: Resource) -> bool:
    return resource.type == _DOOR and resource.properties.get("VpcEndpointType") == "Interface"


def _service(door: Resource) -> str:
    """Return the service of an endpoint: `sts` of `com.amazonaws.eu-west-1.sts`."""
    name = door.properties.get("ServiceName")
    return name.split(".", 3)[-1] if isinstance(name, str) else ""


def _door(logical_id: str, service: str, zones: int) -> Resource:
    name = f"aws.sagemaker.region.{service}" if service == "notebook" else f"com.amazonaws.region.{service}"
    properties = {"VpcEndpointType": "Interface", "ServiceName": name, "SubnetIds": ["?"] * zones}
    return Resource(logical_id, _DOOR, properties)


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _without(properties: Mapping[str, Any], key: str) -> dict[str, Any]:
    return {name: value for name, value in properties.items() if name != key}
