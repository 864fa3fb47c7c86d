"""Boxes of a picture: the resources that people speak of, each with what belongs to it."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from ops.assembly.model import Resource
from ops.diagram.events import queue_readers
from ops.diagram.kinds import NAMES, PARTS, SHARED, SINGLE, belongs, in_subnets, noun_of
from ops.diagram.model import Place, Workload, Zone
from ops.diagram.names import named, part_of
from ops.diagram.pipelines import PIPELINE, Step, in_workloads, steps_of
from ops.diagram.references import References
from ops.diagram.variants import endpoint_lines, endpoint_parts


@dataclass
class Draft:
    """A box while its members are being found.

    Attributes:
        noun: what one of its members is called.
        nouns: of all of them, for one that several types share.
    """

    workload: Workload
    zone: Zone
    name: str
    noun: str = ""
    members: list[Place] = field(default_factory=list)
    nouns: list[str] = field(default_factory=list)
    lines: dict[str, None] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """Names it within the picture."""
        return f"{self.workload.name}/{self.zone}/{self.name}"


@dataclass
class Drawn:
    """Boxes, and where resources are in them.

    Attributes:
        first, last: keys of the boxes where something that is sent to a resource arrives, and where what it does ends;
            those of a pipeline are its first and its last step's.
        steps: of all pipelines, with their pipelines and their boxes' keys.
    """

    drafts: dict[str, Draft] = field(default_factory=dict)
    first: dict[Place, str] = field(default_factory=dict)
    last: dict[Place, str] = field(default_factory=dict)
    steps: list[tuple[Place, Step, str]] = field(default_factory=list)

    def add(self, draft: Draft, place: Place) -> Draft:
        """Put a resource into a box, which is made if need be; return the box."""
        draft = self.drafts.setdefault(draft.key, draft)
        if place not in draft.members:
            draft.members.append(place)
        self.first.setdefault(place, draft.key)
        self.last[place] = draft.key
        return draft


def drawn(references: References) -> Drawn:
    """Return the boxes of everything but buckets, whose workload depends on who writes them."""
    found = Drawn()
    helpers = set(_helpers(references))
    dead = _dead_letters(references)
    for place, resource in references.every():
        if resource.type == PIPELINE:
            _pipeline(found, place, resource, references)
        elif resource.type in SHARED:
            name, workload, noun = SHARED[resource.type]
            draft = found.add(Draft(workload, Zone.ACCOUNT, name), place)
            draft.nouns.append("dead-letter queue" if place in dead else noun)
        elif resource.type == "AWS::S3::Bucket" or place in helpers or belongs(resource.type):
            continue
        else:
            _single(found, place, resource, references)
    return found


def _single(found: Drawn, place: Place, resource: Resource, references: References) -> None:
    workload = _workload(place, resource, references)
    noun = SINGLE.get(resource.type)
    if noun is None:
        name = resource.type.split("::")[1] if resource.type.count("::") > 1 else resource.type
        found.add(Draft(workload, _zone(resource), f"other {name}", name), place).nouns.append(noun_of(resource))
        return
    if resource.type == "AWS::SageMaker::Endpoint":
        parts = list(endpoint_parts(place, resource, references))
        zone = Zone.VPC if any(in_subnets(part.properties) for _, part in parts) else Zone.ACCOUNT
        draft = found.add(Draft(workload, zone, "endpoint", noun), place)
        draft.lines.update(dict.fromkeys(endpoint_lines(place, parts, references)))
        found.first.update({part: draft.key for part, _ in parts})
        return
    name = NAMES.get(noun) or named(resource, references.stacks[place[0]])
    found.add(Draft(workload, _zone(resource), name, noun), place)


def _pipeline(found: Drawn, place: Place, resource: Resource, references: References) -> None:
    steps = steps_of(place, resource, references)
    workload = _workload(place, resource, references)
    own = references.text(resource.properties.get("PipelineName"), place[0])
    stack = references.stacks[place[0]]
    name = own.removeprefix(f"{stack.environment}-{stack.use_case}").strip("-") or named(resource, stack)
    for part, members in (in_workloads(steps) or {workload: steps}).items():
        zone = Zone.VPC if any(step.in_vpc for step in members) else Zone.ACCOUNT
        trains = members is not steps
        draft = found.add(Draft(part, zone, members[0].name if trains else name, "pipeline"), place)
        types = dict.fromkeys(step.type for step in members if step.instance)
        machines = dict.fromkeys(step.instance for step in members if step.instance)
        gates = [f"then {step.name}" for step in members if step.type == "Condition" and trains]
        lines = (*([] if trains else ["pipeline"]), ", ".join(types), ", ".join(machines), *gates)
        draft.lines.update(dict.fromkeys(filter(None, lines)))
        found.steps += [(place, step, draft.key) for step in members]


def _workload(place: Place, resource: Resource, references: References) -> Workload:
    if resource.type == "AWS::SageMaker::ModelPackageGroup":
        return Workload.EVALUATE
    return PARTS.get(part_of(references.stacks[place[0]]), Workload.CONTROL)


def _zone(resource: Resource) -> Zone:
    return Zone.VPC if in_subnets(resource.properties) else Zone.ACCOUNT


def _helpers(references: References) -> Iterator[Place]:
    """Yield functions that serve custom resources: CloudFormation's hands, no part of the architecture."""
    for place, resource in references.every():
        if "ServiceToken" in resource.properties:
            yield from references.of(resource.properties["ServiceToken"], place[0])


def _dead_letters(references: References) -> set[Place]:
    readers = queue_readers(references)
    return {place for place, _ in references.of_type("AWS::SQS::Queue") if not readers.get(place)}
