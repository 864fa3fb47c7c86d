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
from ops.diagram.surroundings import accounts, key_uses, keys, network, rest, sources

BELOW = (Workload.DEPLOY, Workload.WATCH)  # lower half of the picture
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
    boxes = [finished(draft, rank, references, named) for rank, draft in enumerate(_in_order(found, inner))]
    vpc = network(references)
    regions = dict.fromkeys(stack.region for stack in assembly.stacks if stack.region)
    return Architecture(
        environment=environment,
        title=f"Architecture of {environment}",
        account=("AWS account", ", ".join(filter(None, [*regions, environment]))),
        boxes=(*_outside(references, vpc is not None and vpc.open), *boxes),
        arrows=(*arrow.loop(inner, _anchors(found, inner, references)), *from_people),
        network=vpc,
        keys=tuple(key_uses(named, references)),
        rest=rest(references, access_logs(buckets.logs, references)),
    )


def _in_order(found: Drawn, inner: list[Arrow]) -> list[Draft]:
    """Return the boxes of each workload in an order in which few arrows cross.

    Functions that begin the loop come first; then those that act on what is far to the right, above all others. What has
    no arrow at all goes out of the way.
    """
    drafts = list(found.drafts.values())
    ends = {end for one in inner for end in (one.source, one.target)}

    def far(draft: Draft) -> tuple[float, float]:
        targets = [found.drafts[one.target] for one in inner if one.source == draft.key]
        targets = [one for one in targets if one.workload is not Workload.CONTROL]
        if not targets:
            return 3.0, 0.0
        rows = [2.0 if one.zone is Zone.ACCOUNT else 1.0 if one.workload in BELOW else 0.0 for one in targets]
        return sum(rows) / len(rows), sum(arrow.ORDER[one.workload] for one in targets) / len(targets)

    def place(draft: Draft) -> tuple[float, ...]:
        mine = far(draft) if draft.noun == "function" else (0.0, 0.0)
        return (arrow.ORDER[draft.workload], draft.key in ends, draft.noun == "notebook", *mine)

    return sorted(drafts, key=place)


def _anchors(found: Drawn, inner: list[Arrow], references: References) -> list[str]:
    """Return what the loop passes: first step of a training, registry, endpoint, what that captures, alarms."""
    trained = [found.first[place] for place, _, key in found.steps if key.startswith(Workload.TRAIN.name)]
    places = [
        next((found.first[place] for place, _ in references.of_type(kind) if place in found.first), None)
        for kind in ("AWS::SageMaker::ModelPackageGroup", "AWS::SageMaker::Endpoint", "AWS::CloudWatch::Alarm")
    ]
    captures = next((one.target for one in inner if one.source == places[1] and one.kind is Kind.DATA), None)
    return [key for key in (*trained[:1], *places[:2], captures, places[2]) if key]


def _outside(references: References, is_open: bool) -> Iterator[Box]:
    def box(key: str, title: str, lines: tuple[str, ...], rank: int, icon: str) -> Box:
        return Box(key, title, lines, Workload.CONTROL, Zone.OUTSIDE, rank=rank, icon=icon)

    people = ("with credentials of the account", *sources(references))
    yield box(PEOPLE, "People and programs", people, 0, "person")
    way = "a gateway leads there" if is_open else "no way from or to the VPC"
    yield box(INTERNET, "Internet", (way,), 1, "globe")
    others = accounts(references)
    if others:
        yield box(IMAGES, "Other AWS accounts", tuple(f"{account}: {what}" for account, what in others), 2, "cloud")


def _from_people(found: Drawn, buckets: Buckets, inner: list[Arrow], references: References) -> Iterator[Arrow]:
    """Yield arrows from people to what nothing in the templates does: bring data, approve models, ask functions."""
    for place, _ in references.of_type(BUCKET):
        key = found.first.get(place)
        if key and place not in buckets.written() and any(one.source == key for one in inner):
            yield Arrow(PEOPLE, key, Kind.DATA, "raw data")
    if any("PendingManualApproval" in json.dumps(dict(one.properties)) for _, one in references.of_type(PIPELINE)):
        for place, _ in references.of_type("AWS::SageMaker::ModelPackageGroup"):
            yield Arrow(PEOPLE, found.first[place], Kind.CALL, "approve")
    readers = {reader for targets in queue_readers(references).values() for reader in targets}
    told = {target for place, rule in references.of_type("AWS::Events::Rule") for target in rule_targets(place, rule, references)}
    called = {one.target for one in inner}
    for place, _ in references.of_type("AWS::Lambda::Function"):
        key = found.first.get(place)
        if key and key not in called and place not in readers | told:
            yield Arrow(PEOPLE, key, Kind.CALL, "invoke")
