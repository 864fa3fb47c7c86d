"""An environment's architecture, derived from its templates."""

from ops.assembly.model import Assembly
from ops.diagram import arrows as arrow
from ops.diagram.boxes import Drawn, drawn
from ops.diagram.buckets import Buckets, access_logs
from ops.diagram.finishing import finished
from ops.diagram.grants import Grant, grants
from ops.diagram.model import Architecture, Arrow, Kind, Workload
from ops.diagram.ordering import ordered, thinned
from ops.diagram.people import from_people, outside
from ops.diagram.references import References
from ops.diagram.surroundings import key_uses, keys, network, rest

_PASSED = ("AWS::SageMaker::ModelPackageGroup", "AWS::SageMaker::Endpoint", "AWS::CloudWatch::Alarm")


def architecture(assembly: Assembly, environment: str) -> Architecture:
    """Return what a picture shows of an environment.

    Args:
        assembly: its stacks, and no others.
        environment: its name.
    """
    references = References(assembly)
    granted = grants(references)
    found = drawn(references)
    buckets = Buckets(found, granted, references)
    inner = _arrows(found, buckets, granted, references)
    every = [*inner, *from_people(found, buckets, inner, references)]
    drafts, arrows = thinned(ordered(found, inner), every, references)
    named, vpc = keys(references), network(references)
    regions = dict.fromkeys(stack.region for stack in assembly.stacks if stack.region)
    boxes = [finished(draft, rank, references, named) for rank, draft in enumerate(drafts)]
    return Architecture(
        environment=environment,
        title=f"Architecture of the environment {environment}",
        account=("AWS account", ", ".join([*regions, environment])),
        boxes=(*outside(references, vpc), *boxes),
        arrows=tuple(arrows),
        network=vpc,
        keys=tuple(key_uses(named, references)),
        rest=rest(references, access_logs(buckets.logs, references)),
    )


def _arrows(found: Drawn, buckets: Buckets, granted: list[Grant], references: References) -> list[Arrow]:
    """Return arrows between boxes, those of the loop marked."""
    merged = arrow.merged(
        [
            *arrow.of_steps(found),
            *arrow.registered(found, references),
            *buckets.arrows(),
            *arrow.calls(found, granted, references),
            *arrow.events(found, granted, references),
        ]
    )
    return arrow.loop(merged, _anchors(found, merged, references))


def _anchors(found: Drawn, arrows: list[Arrow], references: References) -> list[str]:
    """Return what the loop passes: first step of a training, registry, endpoint, what that captures, alarms."""
    trained = [found.first[place] for place, _, key in found.steps if key.startswith(Workload.TRAIN.name)]
    registry, endpoint, alarms = (
        next((found.first[place] for place, _ in references.of_type(kind) if place in found.first), "")
        for kind in _PASSED
    )
    captures = next((one.target for one in arrows if one.source == endpoint and one.kind is Kind.DATA), "")
    return [key for key in (*trained[:1], registry, endpoint, captures, alarms) if key]
