"""Doors and roads of the network."""

from collections.abc import Iterator
from typing import Any

from ops.assembly.model import Resource
from ops.cost.model import HOURS, Need, Part
from ops.cost.needs.given import Given, need


def endpoint(_: Resource, properties: dict[str, Any], given: Given) -> Iterator[Need]:
    """An interface endpoint, by the hour and zone; gateways cost nothing ("Gateway endpoints", VPC's guide)."""
    if properties.get("VpcEndpointType", "Gateway") != "Interface":
        return
    subnets = properties.get("SubnetIds")
    zones = len(subnets) if isinstance(subnets, list) else 1
    # `com.amazonaws.eu-west-1.sts`, `aws.sagemaker.eu-west-1.notebook`
    service = given.scene.text(properties.get("ServiceName")).split(".", 3)[-1]
    what = f"interface endpoint {service} in {zones} zone{'s' if zones > 1 else ''}"
    yield need(what, "AmazonVPC:VpcEndpoint-Hours", quantity=zones * HOURS, part=Part.IDLE)


def flow_log(_: Resource, properties: dict[str, Any], given: Given) -> Iterator[Need]:
    """What a flow log writes; to CloudWatch Logs it is ingested as a vended log."""
    if properties.get("LogDestinationType", "cloud-watch-logs") == "cloud-watch-logs":
        price, gigabytes = "AmazonCloudWatch:VendedLog-Bytes", given.usage.flow_log_gb
        yield need("flow logs", price, quantity=gigabytes, part=Part.USED)
