"""Ways into and out of a network: gateways, routes, peerings, and addresses of functions on the internet."""

from collections.abc import Iterator, Mapping

from ops.assembly.model import Resource, Stack
from ops.review.exposure.ranges import WORLD, uncovered
from ops.review.model import Class, Compared, Found, Severity
from ops.review.values import shown

_NEW: Mapping[str, tuple[Severity, str]] = {
    "AWS::EC2::InternetGateway": (Severity.HIGH, "a way to and from the internet"),
    "AWS::EC2::VPCGatewayAttachment": (Severity.HIGH, "a gateway of the network to the outside"),
    "AWS::EC2::NatGateway": (Severity.HIGH, "a way out to the internet"),
    "AWS::EC2::EgressOnlyInternetGateway": (Severity.HIGH, "a way out to the internet"),
    "AWS::EC2::CarrierGateway": (Severity.HIGH, "a way to and from a carrier's network"),
    "AWS::EC2::VPCPeeringConnection": (Severity.HIGH, "a way to and from another network"),
    "AWS::EC2::TransitGatewayAttachment": (Severity.HIGH, "a way to and from other networks"),
    "AWS::EC2::TransitGatewayVpcAttachment": (Severity.HIGH, "a way to and from other networks"),
    "AWS::EC2::VPNGateway": (Severity.HIGH, "a way to and from a network outside AWS"),
    "AWS::EC2::VPNConnection": (Severity.HIGH, "a way to and from a network outside AWS"),
    "AWS::EC2::ClientVpnEndpoint": (Severity.HIGH, "a way in for people outside"),
    "AWS::EC2::VPCEndpointService": (Severity.MEDIUM, "a way in for other accounts"),
}
_GONE: Mapping[str, tuple[Severity, str]] = {
    "AWS::WAFv2::WebACLAssociation": (Severity.MEDIUM, "no firewall checks its requests any more"),
    "Custom::ClosedDefaultSecurityGroup": (
        Severity.MEDIUM,
        "the network's default security group stays as it is, and a new one is open to all that stands in it",
    ),
}
_TARGETS = {
    "GatewayId": "a gateway",
    "NatGatewayId": "a NAT gateway",
    "EgressOnlyInternetGatewayId": "an internet gateway",
    "VpcPeeringConnectionId": "another network",
    "TransitGatewayId": "other networks",
    "InstanceId": "a machine",
    "NetworkInterfaceId": "a network interface",
    "CarrierGatewayId": "a carrier's network",
    "LocalGatewayId": "a local gateway",
    "CoreNetworkArn": "other networks",
    "VpcEndpointId": "an endpoint",
}
_DESTINATIONS = ("DestinationCidrBlock", "DestinationIpv6CidrBlock", "DestinationPrefixListId")
_ROUTE, _ASSOCIATION = "AWS::EC2::Route", "AWS::EC2::SubnetRouteTableAssociation"


def look(compared: Compared) -> Iterator[Found]:
    """Say which ways a change makes."""
    before, after = compared.before, compared.after
    if before is None and compared.type in _NEW:
        severity, what = _NEW[compared.type]
        yield Found(Class.EXPOSURE, severity, f"There is now {what}")
    if after is None and compared.type in _GONE and compared.head.template.resources:  # with its stack it may go
        severity, what = _GONE[compared.type]
        yield Found(Class.EXPOSURE, severity, f"It is gone: {what}")
    if after and after.type == _ROUTE:
        yield from _route(before, after)
    if before and after and after.type == _ASSOCIATION:
        yield from _association(compared, before, after)
    if after and after.type == "AWS::EC2::NetworkAclEntry":
        yield from _entry(before, after)


def _route(before: Resource | None, after: Resource) -> Iterator[Found]:
    destination, target = _destination(after), _target(after)
    if not target or (before and (_destination(before), _target(before)) == (destination, target)):
        return
    severity = Severity.HIGH if destination in WORLD else Severity.MEDIUM
    peer = "the whole internet" if destination in WORLD else destination
    text = f"Requests to {peer} now leave through {_TARGETS[target]}, {shown(after.properties[target])}"
    yield Found(Class.EXPOSURE, severity, text, (f"Properties.{target}",))


def _destination(route: Resource) -> str:
    return next((shown(route.properties[name]) for name in _DESTINATIONS if name in route.properties), "somewhere")


def _target(route: Resource) -> str:
    """Return the property that names where a route leads, "" if it stays in the network."""
    return next((name for name in _TARGETS if route.properties.get(name) not in (None, "local")), "")


def _association(compared: Compared, before: Resource, after: Resource) -> Iterator[Found]:
    was = _ways(compared.base, shown(before.properties.get("RouteTableId")))
    will = _ways(compared.head, shown(after.properties.get("RouteTableId")))
    for destination, target in sorted(will - was):
        severity = Severity.HIGH if destination in WORLD else Severity.MEDIUM
        text = f"The subnet gets a route table that leads {destination} to {_TARGETS[target]}"
        yield Found(Class.EXPOSURE, severity, text, ("Properties.RouteTableId",))


def _ways(stack: Stack, table: str) -> set[tuple[str, str]]:
    routes = (one for one in stack.template.resources.values() if one.type == _ROUTE)
    return {
        (_destination(one), _target(one))
        for one in routes
        if shown(one.properties.get("RouteTableId")) == table and _target(one)
    }


def _entry(before: Resource | None, after: Resource) -> Iterator[Found]:
    """Look at an entry of a network's access list; those that others come before are not looked for."""
    if str(after.properties.get("RuleAction", "")).lower() != "allow":
        return
    was = _allowed(before) if before else []
    for peer in uncovered(_allowed(after), was):
        severity = Severity.MEDIUM if peer in WORLD else Severity.LOW
        way = "out to" if str(after.properties.get("Egress", "")).lower() == "true" else "in from"
        text = f"The network's access list lets requests {way} {'the whole internet' if peer in WORLD else peer}"
        yield Found(Class.EXPOSURE, severity, text, ("Properties.CidrBlock",))


def _allowed(entry: Resource) -> list[str]:
    if str(entry.properties.get("RuleAction", "")).lower() != "allow":
        return []
    return [shown(entry.properties[name]) for name in ("CidrBlock", "Ipv6CidrBlock") if name in entry.properties]
