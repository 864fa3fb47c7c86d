"""An environment's architecture, derived from its templates."""

import json
from collections.abc import Iterator

from ops.assembly.model import Assembly
from ops.diagram import arrows as arrow
from ops.diagram.boxes import Draft, Drawn, drawn, finished
from ops.diagram.buckets import BUCKET, Buckets, access_logs
from ops.diagram.events import queue_readers, rule_targets
from ops.diagram.grants import grants
from ops.diagram.model import Architecture, Arrow, Box, Kind, Workload, Zone
from ops.diagram.pipelines import PIPELINE
from ops.diagram.references import References
from ops.diagram.surroundings import accounts, key_uses, keys, network, rest

PEOPLE, IMAGES, INTERNET = "outside/people", "outside/accounts", "outside/internet"


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
    inner = arrow.merged(
        [
            *arrow.of_steps(found),
            *arrow.registered(found, references),
            *buckets.arrows(),
            *arrow.calls(found, granted, references),
            *arrow.events(found, granted, references),
        ],
        found.drafts,
    )
    from_people = list(_from_people(found, buckets, inner, references))
    named = keys(references)
    boxes = [finished(draft, rank, references, named) for rank, draft in enumerate(_in_order(found))]
    vpc = network(references)
    regions = dict.fromkeys(stack.region for stack in assembly.stacks if stack.region)
    return Architecture(
        environment=environment,
        title=f"Architecture of {environment}",
        account=" · ".join(["AWS account", *regions, f"environment {environment}"]),
        boxes=(*_outside(references, vpc is not None and vpc.open), *boxes),
        arrows=(*arrow.loop(inner, _anchors(found, references)), *from_people),
        network=vpc,
        keys=tuple(key_uses(named, references)),
        rest=rest(references, access_logs(buckets.logs, references)),
    )


def _in_order(found: Drawn) -> list[Draft]:
    """Return the boxes by workload; data and jobs as they were found, functions last to first called."""
    return sorted(found.drafts.values(), key=lambda draft: arrow.ORDER[draft.workload])


def _anchors(found: Drawn, references: References) -> list[str]:
    """Return what the loop passes: the first step of a training, models in the registry, an endpoint, alarms."""
    trained = [found.first[place] for place, _, key in found.steps if key.startswith(Workload.TRAIN.name)]
    places = [
        next((found.first[place] for place, _ in references.of_type(kind) if place in found.first), None)
        for kind in ("AWS::SageMaker::ModelPackageGroup", "AWS::SageMaker::Endpoint", "AWS::CloudWatch::Alarm")
    ]
    return [key for key in (*trained[:1], *places) if key]


def _outside(references: References, is_open: bool) -> Iterator[Box]:
    yield Box(
        PEOPLE, "People and programs", ("signed requests over TLS,", "as their own policies allow"), Workload.CONTROL, Zone.OUTSIDE
    )
    way = "a gateway leads there" if is_open else "no way in, no way out"
    yield Box(INTERNET, "Internet", (way,), Workload.CONTROL, Zone.OUTSIDE, rank=1)
    others = accounts(references)
    if others:
        lines = tuple(f"{account}: {what}" for account, what in others)
        yield Box(IMAGES, "Other AWS accounts", lines, Workload.CONTROL, Zone.OUTSIDE, rank=2)


def _from_people(found: Drawn, buckets: Buckets, inner: list[Arrow], references: References) -> Iterator[Arrow]:
    """Yield arrows from people to what nothing in the templates does: bring data, approve models, ask functions."""
    for place, _ in references.of_type(BUCKET):
        key = found.first.get(place)
        if key and place not in buckets.written() and any(one.source == key for one in inner):
            yield Arrow(PEOPLE, key, Kind.DATA, "data")
    if any("PendingManualApproval" in json.dumps(dict(one.properties)) for _, one in references.of_type(PIPELINE)):
        for place, _ in references.of_type("AWS::SageMaker::ModelPackageGroup"):
            yield Arrow(PEOPLE, found.first[place], Kind.CALL, "approve")
    readers = {reader for targets in queue_readers(references).values() for reader in targets}
    told = {target for place, rule in references.of_type("AWS::Events::Rule") for target in rule_targets(place, rule, references)}
    called = {one.target for one in inner}
    for place, _ in references.of_type("AWS::Lambda::Function"):
        key = found.first.get(place)
        if key and key not in called and place not in readers | told:
            yield Arrow(PEOPLE, key, Kind.CALL, "ask")
