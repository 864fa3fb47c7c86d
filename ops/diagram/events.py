"""Who is told when something happens: rules of EventBridge, and queues that functions read."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from ops.assembly.model import Resource
from ops.diagram.model import Place
from ops.diagram.names import ARNS, Arns
from ops.diagram.references import References, marked

# What an event is about -> the type of resource.
_ABOUT = {
    "SageMaker Model Package State Change": "AWS::SageMaker::ModelPackageGroup",
    "SageMaker Endpoint State Change": "AWS::SageMaker::Endpoint",
    "SageMaker Model Building Pipeline Execution Status Change": "AWS::SageMaker::Pipeline",
    "Step Functions Execution Status Change": "AWS::StepFunctions::StateMachine",
}
ALARM = "CloudWatch Alarm State Change"
_NAMES = ("ModelPackageGroupName", "EndpointName", "pipelineArn", "stateMachineArn")


def queue_readers(references: References) -> Mapping[Place, list[Place]]:
    """Return queues with the functions that their messages go to."""
    found: dict[Place, list[Place]] = defaultdict(list)
    for place, mapping in references.of_type("AWS::Lambda::EventSourceMapping"):
        for queue in references.of(mapping.properties.get("EventSourceArn"), place[0]):
            found[queue] += references.of(mapping.properties.get("FunctionName"), place[0])
    return found


def told(references: References) -> Iterator[tuple[Place, Place, str]]:
    """Yield what an event is about, whom a rule tells (behind a queue: the function that reads it), and the news."""
    readers, arns = queue_readers(references), Arns(references)
    for place, rule in references.of_type("AWS::Events::Rule"):
        news = next(iter(_kinds(rule)), "")
        sources = list(dict.fromkeys(_about(place[0], rule, references)))
        for target in rule_targets(place, rule, references, arns):
            for reader in readers.get(target, [target]):
                yield from ((source, reader, news) for source in sources)


def rule_targets(place: Place, rule: Resource, references: References, arns: Arns) -> Iterator[Place]:
    """Yield the resources that a rule sends to."""
    targets = rule.properties.get("Targets")
    for target in targets if isinstance(targets, list) else []:
        if isinstance(target, Mapping):
            text = references.text(target.get("Arn"), place[0])
            yield from marked(text) or arns.matching(text)


def _about(stack: str, rule: Resource, references: References) -> Iterator[Place]:
    pattern = rule.properties.get("EventPattern")
    if not isinstance(pattern, Mapping):
        return
    yield from references.of(pattern, stack)
    detail = pattern.get("detail")
    wanted = list(_wanted(detail, stack, references)) if isinstance(detail, Mapping) else []
    for kind in _kinds(rule):
        for place, resource in references.of_type(_ABOUT.get(kind, "")):
            name = references.text(resource.properties.get(ARNS[resource.type][2]), place[0])
            if any(name == one or (prefix and name.startswith(one)) for one, prefix in wanted) or not wanted:
                yield place


def _kinds(rule: Resource) -> list[str]:
    pattern = rule.properties.get("EventPattern")
    kinds = pattern.get("detail-type") if isinstance(pattern, Mapping) else None
    return [kind for kind in kinds if isinstance(kind, str)] if isinstance(kinds, list) else []


def _wanted(detail: Mapping[str, Any], stack: str, references: References) -> Iterator[tuple[str, bool]]:
    """Yield the names that a pattern asks for, and whether they are beginnings."""
    for key in _NAMES:
        values = detail.get(key)
        for value in values if isinstance(values, list) else []:
            prefix = value.get("prefix") if isinstance(value, Mapping) else None
            text = references.text(value if prefix is None else prefix, stack)
            yield text.rsplit("/", 1)[-1].rsplit(":", 1)[-1], prefix is not None
