"""What others use while it runs, and that a change removes or makes anew."""

import re
from collections.abc import Iterator

from ops.assembly.model import Resource, Stack
from ops.review.model import Action, Class, Compared, Found, Severity
from ops.review.values import at, references, shown

_HIGH, _MEDIUM = Severity.HIGH, Severity.MEDIUM
# By type: what no longer works when it is removed, and how bad that is. The words follow "... is removed: ".
_USED: dict[str, tuple[str, Severity]] = {
    "AWS::SageMaker::Endpoint": ("whoever asks it for predictions gets errors", _HIGH),
    "AWS::SageMaker::NotebookInstance": ("it stops under the people who work in it", _MEDIUM),
    "AWS::Lambda::Function": ("whoever calls it gets errors, and events for it are lost", _HIGH),
    "AWS::Lambda::Alias": ("whoever calls the alias gets errors", _HIGH),
    "AWS::Lambda::EventSourceMapping": ("what its queue or stream holds is no longer taken", _HIGH),
    "AWS::StepFunctions::StateMachine": ("it can no longer be started, and executions that run are ended", _HIGH),
    "AWS::Events::Rule": ("its targets no longer hear of its events", _HIGH),
    "AWS::Scheduler::Schedule": ("its target is no longer called", _HIGH),
    "AWS::SNS::Topic": ("whoever publishes to it gets errors, subscribers hear nothing", _HIGH),
    "AWS::SNS::Subscription": ("the subscriber hears nothing", _MEDIUM),
    "AWS::ApplicationAutoScaling::ScalableTarget": ("capacity no longer follows the load", _MEDIUM),
    "AWS::ApplicationAutoScaling::ScalingPolicy": ("capacity no longer follows this measure of the load", _MEDIUM),
    "AWS::EC2::VPC": ("everything in the network", _HIGH),
    "AWS::EC2::Subnet": ("everything that has an interface in it", _HIGH),
    "AWS::EC2::VPCEndpoint": ("", _HIGH),  # said below, with the service's name
    "AWS::EC2::NatGateway": ("private subnets behind it no longer reach what is outside", _HIGH),
    "AWS::EC2::InternetGateway": ("nothing in the network reaches the internet, or is reached from it", _HIGH),
    "AWS::EC2::Route": ("packets for it go nowhere", _MEDIUM),
    "AWS::EC2::SubnetRouteTableAssociation": ("its subnet falls back to the main route table", _MEDIUM),
    "AWS::Batch::JobQueue": ("jobs can no longer be submitted to it", _HIGH),
    "AWS::Batch::ComputeEnvironment": ("its queues have nothing to run jobs on", _HIGH),
    "AWS::Glue::Job": ("it can no longer be started", _HIGH),
    "AWS::ElasticLoadBalancingV2::LoadBalancer": ("its address no longer answers", _HIGH),
    "AWS::ElasticLoadBalancingV2::TargetGroup": ("requests no longer reach its targets", _HIGH),
    "AWS::ECS::Service": ("its tasks stop", _HIGH),
    "AWS::Cognito::UserPoolClient": ("whoever signs in through it cannot any more", _HIGH),
    "AWS::Cognito::UserPoolDomain": ("its page to sign in no longer answers", _HIGH),
    "AWS::EC2::EIP": ("its address is given away", _MEDIUM),
}
# The others are made anew before the old one goes, and found by reference: not even a moment without.
_KNOWN_BY_NAME = {
    "AWS::SageMaker::Endpoint",
    "AWS::SageMaker::NotebookInstance",
    "AWS::Lambda::Function",
    "AWS::Lambda::Alias",
    "AWS::StepFunctions::StateMachine",
    "AWS::SNS::Topic",
    "AWS::EC2::VPC",
    "AWS::EC2::Subnet",
    "AWS::EC2::VPCEndpoint",
    "AWS::EC2::EIP",
    "AWS::Batch::JobQueue",
    "AWS::Glue::Job",
    "AWS::ElasticLoadBalancingV2::LoadBalancer",
    "AWS::Cognito::UserPoolClient",
    "AWS::Cognito::UserPoolDomain",
}
_REGION = re.compile(r"^com\.amazonaws\.(\$\{AWS::Region\}|AWS::Region|[a-z]{2}(-[a-z]+)+-\d)\.")
_NETWORK = ("AWS::EC2::VPC", "AWS::EC2::Subnet")


def found(compared: Compared) -> Iterator[Found]:
    """Yield what no longer works, or works under another name, for a resource that is removed or made anew."""
    before = compared.before
    if before is None or before.type not in _USED or _serves_deployments(before, compared.base):
        return
    why, severity = _USED[before.type]
    if before.type == "AWS::EC2::VPCEndpoint":
        why = f"what in the network calls {_service(before)} finds no way to it"
    if compared.action is Action.REMOVE:
        yield Found(Class.INTERRUPTION, severity, f"{before.logical_id} is removed: {_stops(before, why)}")
    elif compared.action in (Action.REPLACE, Action.RENAME) and before.type in _KNOWN_BY_NAME:
        yield _anew(compared, before)
    elif compared.action is Action.MAY_REPLACE and before.type in _NETWORK:
        yield Found(Class.INTERRUPTION, Severity.MEDIUM, f"{before.logical_id} may be replaced, and with it {why}")


def _serves_deployments(function: Resource, stack: Stack) -> bool:
    """Return whether custom resources call it: CloudFormation keeps it for as long as they need it."""
    tokens = (one.properties.get("ServiceToken") for one in stack.template.resources.values())
    return any(function.logical_id in references(token) for token in tokens if token is not None)


def _stops(before: Resource, why: str) -> str:
    return f"{why} goes with it" if before.type in _NETWORK else why


def _service(endpoint: Resource) -> str:
    return _REGION.sub("", shown(at(endpoint, "ServiceName", "its service")))


def _anew(compared: Compared, before: Resource) -> Found:
    name = before.logical_id
    if before.type in _NETWORK:
        why = f"{name} is replaced: {_USED[before.type][0]} moves to the new one, and the old one cannot go before that"
        return Found(
            Class.INTERRUPTION, Severity.HIGH, f"{why}; interfaces of SageMaker and Lambda linger for up to 45 minutes"
        )
    if before.type == "AWS::SageMaker::Endpoint":
        why = "a second endpoint is made and the first removed: whoever asks by the old name gets errors"
        return Found(Class.INTERRUPTION, Severity.HIGH, f"{name} is replaced: {why}")
    if before.type == "AWS::EC2::VPCEndpoint":
        why = f"calls to {_service(before)} that go through the old one break off"
        why += ", and private DNS names move" if at(before, "VpcEndpointType") == "Interface" else ""
        return Found(Class.INTERRUPTION, Severity.MEDIUM, f"{name} is replaced: {why}")
    if before.type == "AWS::SageMaker::NotebookInstance":
        return Found(
            Class.INTERRUPTION, Severity.MEDIUM, f"{name} is replaced: it stops under the people who work in it"
        )
    why = "the old one goes, and what knows it by its name or ARN, outside of this template, misses it"
    return Found(Class.INTERRUPTION, Severity.MEDIUM, f"{name} is replaced: {why}")
