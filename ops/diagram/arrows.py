"""Arrows of a picture: what flows, who calls whom, and who is told of what."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import replace

from ops.diagram.boxes import Drawn
from ops.diagram.events import ALARM, queue_readers, told
from ops.diagram.grants import Grant
from ops.diagram.model import Arrow, Kind, Place, Workload
from ops.diagram.pipelines import PIPELINE
from ops.diagram.references import References

ORDER = {workload: place for place, workload in enumerate(Workload)}
# Actions that are worth an arrow, and what it says.
_CALLS = {
    "sagemaker:StartPipelineExecution": "starts",
    "states:StartExecution": "starts",
    "cloudformation:UpdateStack": "updates",
    "sagemaker:UpdateEndpointWeightsAndCapacities": "shifts traffic",
    "sagemaker:InvokeEndpoint": "invokes",
    "lambda:InvokeFunction": "invokes",
    "cloudwatch:PutMetricData": "metrics",
}
_RANK = {Kind.CALL: 0, Kind.DATA: 1, Kind.EVENT: 2}  # of two arrows between the same boxes the lower gives its kind
# What events are called on arrows.
_NEWS = {ALARM: "alarm", "Object Created": "new file", "SageMaker Model Package State Change": "package changed"}


def of_steps(found: Drawn) -> Iterator[Arrow]:
    """Yield arrows between the boxes of a pipeline, without those that a longer way says too."""
    by_name = {(place, step.name): key for place, step, key in found.steps}
    next_: dict[str, dict[str, None]] = defaultdict(dict)
    for place, step, key in found.steps:
        for name in sorted(step.after):
            source = by_name.get((place, name))
            if source and source != key:
                next_[source][key] = None
    for source, targets in next_.items():
        for target in targets:
            if not any(target in next_.get(other, ()) for other in targets if other != target):
                yield Arrow(source, target, Kind.DATA)


def registered(found: Drawn, references: References) -> Iterator[Arrow]:
    """Yield arrows from steps to the group of model packages that they register a model in."""
    for place, group in references.of_type("AWS::SageMaker::ModelPackageGroup"):
        name = references.text(group.properties.get("ModelPackageGroupName"), place[0])
        for _, step, key in found.steps:
            if name and step.registers == name and place in found.first:
                yield Arrow(key, found.first[place], Kind.DATA, "registers")


def calls(found: Drawn, granted: list[Grant], references: References) -> Iterator[Arrow]:
    """Yield arrows from functions and the like to what their roles may start, ask or change."""
    readers = queue_readers(references)
    for grant in granted:
        owner = found.last.get(grant.owner)
        if owner is None or grant.owner[0] not in references.stacks or _is_job(grant.owner, references):
            continue
        if grant.action == "sqs:SendMessage":
            for reader in readers.get(grant.target, []):
                if found.first.get(reader, owner) != owner:
                    yield Arrow(owner, found.first[reader], Kind.EVENT)
        elif grant.action in _CALLS and found.first.get(grant.target, owner) != owner:
            yield Arrow(owner, found.first[grant.target], Kind.CALL, _CALLS[grant.action])


def events(found: Drawn, granted: list[Grant], references: References) -> Iterator[Arrow]:
    """Yield arrows from what something happens to, to who is told, where that begins something.

    News of what a function started or changed begins nothing: to the function itself it is the answer, to others a
    reason to look again.
    """
    started = {(grant.target, grant.owner) for grant in granted if grant.action in _CALLS}
    touched = {target for target, _ in started}
    for source, target, news in told(references):
        begin, end = found.last.get(source), found.first.get(target)
        answer = (source, target) in started and begin == found.first.get(source)
        if begin and end and begin != end and (answer or source not in touched or news == ALARM):
            yield Arrow(begin, end, Kind.EVENT, _NEWS.get(news, ""))


def _is_job(place: Place, references: References) -> bool:
    resource = references.resource(place)
    return resource is None or resource.type in (PIPELINE, "AWS::SageMaker::Model")


def merged(arrows: list[Arrow]) -> list[Arrow]:
    """Return one arrow for each pair of boxes: what leads back is its other head, such as the answer to a call."""
    between: dict[tuple[str, str], Arrow] = {}
    for arrow in arrows:
        pair = (arrow.source, arrow.target)
        between.setdefault(pair, arrow)
    found = []
    for (source, target), arrow in between.items():
        back = between.get((target, source))
        if back is None or (_RANK[arrow.kind], source) < (_RANK[back.kind], target):
            found.append(arrow if back is None else replace(arrow, both=True))
    return found


def loop(arrows: list[Arrow], anchors: list[str]) -> list[Arrow]:
    """Return the arrows with those marked that lead from one anchor to the next, and from the last to the first.

    Args:
        arrows: all of them.
        anchors: keys of boxes that the loop passes, in order.
    """
    ways: dict[str, list[str]] = defaultdict(list)
    for arrow in arrows:
        ways[arrow.source].append(arrow.target)
        if arrow.both:
            ways[arrow.target].append(arrow.source)
    main = {
        frozenset(pair)
        for start, end in zip(anchors, [*anchors[1:], *anchors[:1]], strict=True)
        for pair in _path(ways, start, end)
    }
    return [replace(one, main=frozenset((one.source, one.target)) in main) for one in arrows]


def _path(ways: Mapping[str, list[str]], start: str, end: str) -> list[tuple[str, str]]:
    came: dict[str, str] = {start: ""}
    look = [start]
    while look and end not in came:
        at = look.pop(0)
        for to in ways.get(at, []):
            if to not in came:
                came[to] = at
                look.append(to)
    path, at = [], end if end in came else start
    while came[at]:
        path.append((came[at], at))
        at = came[at]
    return path
