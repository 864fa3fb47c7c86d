"""Endpoints and notebooks: machines of SageMaker that run until somebody stops them."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from ops.assembly.model import Resource
from ops.cost.model import HOURS, Need, Part
from ops.cost.needs.given import Given, machine, need, number

_KB = Decimal(1_000_000)  # in a GB
_MB = Decimal(1024)  # of a serverless container's memory in a GB


def endpoint(_: Resource, properties: dict[str, Any], given: Given) -> Iterator[Need]:
    """Instances of all variants while a model is live, or time of serverless containers; bytes of requests."""
    variants = [*_listed(properties, "ProductionVariants"), *_listed(properties, "ShadowProductionVariants")]
    for variant in variants:
        name = str(variant.get("VariantName", "variant"))
        if isinstance(variant.get("ServerlessConfig"), dict):
            yield from _serverless(name, variant["ServerlessConfig"], given)
        else:
            yield from _instances(name, variant, given)
    if variants:
        usage = given.use_case
        for way, size in (("In", usage.request_kb), ("Out", usage.answer_kb)):
            price = f"AmazonSageMaker:Hst:Data-Bytes-{way}"
            gigabytes = Decimal(usage.requests) * size / _KB
            yield need(f"data {way.lower()}", price, quantity=gigabytes, part=Part.USED)


def notebook(_: Resource, properties: dict[str, Any], given: Given) -> Iterator[Need]:
    """Hours of the machine, and its volume, which is there while the machine is stopped too."""
    instance_type = str(properties.get("InstanceType"))
    hours = given.usage.notebook_hours
    yield need(f"{instance_type}, notebook", *machine("Notebk", instance_type), quantity=hours, part=Part.USED)
    volume = number(properties.get("VolumeSizeInGB"), 5)  # "default 5 GB": CreateNotebookInstance
    yield need("volume of a notebook", "AmazonSageMaker:Notebk:VolumeUsage.gp2", quantity=volume, part=Part.IDLE)


def _instances(name: str, variant: dict[str, Any], given: Given) -> Iterator[Need]:
    instance_type = str(variant.get("InstanceType"))
    count = number(variant.get("InitialInstanceCount"), 1)
    hours = count * given.use_case.live_hours
    yield need(f"{instance_type}, {name}", *machine("Host", instance_type), quantity=hours, part=Part.LIVE)
    if "VolumeSizeInGB" in variant:
        volume = number(variant["VolumeSizeInGB"]) * hours / HOURS
        yield need(f"volume, {name}", "AmazonSageMaker:Host:VolumeUsage.gp2", quantity=volume, part=Part.LIVE)


def _serverless(name: str, settings: dict[str, Any], given: Given) -> Iterator[Need]:
    usage = given.use_case
    memory = (number(settings.get("MemorySizeInMB")) / _MB).normalize()
    seconds = Decimal(usage.requests) * usage.request_ms / 1000
    what = f"serverless {memory:f} GB, {name}"
    yield need(what, f"AmazonSageMaker:ServerlessInf:Mem-{memory:f}GB", quantity=seconds, part=Part.USED)
    if kept := number(settings.get("ProvisionedConcurrency")):
        # Its usage types are not documented, and none of the tables has them.
        ready = kept * given.use_case.live_hours * 3600
        yield Need(f"{what}: kept ready", (), ready, Part.LIVE)


def _listed(properties: dict[str, Any], key: str) -> list[dict[str, Any]]:
    found = properties.get(key)
    return [item for item in found if isinstance(item, dict)] if isinstance(found, list) else []
