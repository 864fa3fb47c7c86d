"""What lies outside of the account, and what only people do: bring data, approve models, ask functions."""

import json
from collections.abc import Iterator, Sequence

from ops.diagram.boxes import Drawn
from ops.diagram.buckets import BUCKET, Buckets
from ops.diagram.events import rule_targets
from ops.diagram.model import Arrow, Box, Kind, Network, Place, Workload, Zone
from ops.diagram.names import Arns
from ops.diagram.pipelines import PIPELINE
from ops.diagram.references import References
from ops.diagram.surroundings import accounts, sources

PEOPLE, INTERNET, ACCOUNTS = "outside/people", "outside/internet", "outside/accounts"
_REGISTRY, _WAITS = "AWS::SageMaker::ModelPackageGroup", "PendingManualApproval"


def outside(references: References, vpc: Network | None) -> list[Box]:
    """Return boxes of what lies outside: people, the internet, and other accounts that the templates name."""
    way = "a gateway leads there" if vpc and vpc.open else "no way from or to the VPC"
    others = tuple(f"{account}: {what}" for account, what in accounts(references))
    return [
        _box(PEOPLE, "People and programs", ("with credentials of the account", *sources(references)), 0, "person"),
        *([_box(INTERNET, "Internet", (way,), 1, "globe")] if vpc else []),
        *([_box(ACCOUNTS, "Other AWS accounts", others, 2, "cloud")] if others else []),
    ]


def _box(key: str, title: str, lines: tuple[str, ...], rank: int, icon: str) -> Box:
    return Box(key, title, lines, Workload.CONTROL, Zone.OUTSIDE, rank=rank, icon=icon)


def from_people(found: Drawn, buckets: Buckets, inner: Sequence[Arrow], references: References) -> Iterator[Arrow]:
    """Yield arrows from people to what nothing in the templates does.

    That is: writing buckets that are read, approving models that are registered as pending, and calling functions that
    no rule, queue or other function calls.
    """
    begins, called = {one.source for one in inner}, {one.target for one in inner}
    for place, _ in references.of_type(BUCKET):
        key = found.first.get(place)
        if key in begins and place not in buckets.written():
            yield Arrow(PEOPLE, str(key), Kind.DATA, "raw data")
    if any(_WAITS in json.dumps(dict(one.properties)) for _, one in references.of_type(PIPELINE)):
        yield from (
            Arrow(PEOPLE, found.first[place], Kind.CALL, "approve") for place, _ in references.of_type(_REGISTRY)
        )
    told = set(_told(references))
    for place, _ in references.of_type("AWS::Lambda::Function"):
        key = found.first.get(place)
        if key and key not in called and place not in told:
            yield Arrow(PEOPLE, key, Kind.CALL, "invoke")


def _told(references: References) -> Iterator[Place]:
    """Yield functions that events or messages call."""
    arns = Arns(references)
    for place, rule in references.of_type("AWS::Events::Rule"):
        yield from rule_targets(place, rule, references, arns)
    for place, mapping in references.of_type("AWS::Lambda::EventSourceMapping"):
        yield from references.of(mapping.properties.get("FunctionName"), place[0])
