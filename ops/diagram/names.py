"""What things are called: in words, for people, and in ARNs, for policies and events."""

import re
from collections.abc import Iterator
from fnmatch import fnmatchcase

from ops.assembly.model import Resource, Stack
from ops.diagram.model import Place
from ops.diagram.references import References

# Type -> service, and what its ARNs end with; the name is the property's.
ARNS = {
    "AWS::SageMaker::Pipeline": ("sagemaker", "pipeline/{}", "PipelineName"),
    "AWS::SageMaker::Endpoint": ("sagemaker", "endpoint/{}", "EndpointName"),
    "AWS::SageMaker::ModelPackageGroup": ("sagemaker", "model-package/{}/1", "ModelPackageGroupName"),
    "AWS::StepFunctions::StateMachine": ("states", "stateMachine:{}", "StateMachineName"),
    "AWS::Lambda::Function": ("lambda", "function:{}", "FunctionName"),
    "AWS::SQS::Queue": ("sqs", "{}", "QueueName"),
    "AWS::DynamoDB::Table": ("dynamodb", "table/{}", "TableName"),
}
# What constructs call their main child, whatever it does.
_FILLERS = ("Resource", "Default", "Instance", "Machine", "Job", "Queue")
_HASH = re.compile(r"[0-9A-F]{8}$")
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+|[^\W\d_a-zA-Z]+")


def named(resource: Resource, stack: Stack) -> str:
    """Return what the code calls a resource, in words: the end of its construct's path, else of its logical id.

    Where neither says anything, as of the only job of a stack, it is what the stack is for.
    """
    parts = [part for part in resource.path.split("/") if part] or [_HASH.sub("", resource.logical_id)]
    telling = [part for part in parts if part not in _FILLERS]
    return in_words(telling[-1] if telling else part_of(stack))


def in_words(name: str) -> str:
    """Return a name in camel case as words: `RawData` as `raw data`."""
    return " ".join(word if word.isupper() and len(word) > 1 else word.lower() for word in _WORD.findall(name)) or name


def part_of(stack: Stack) -> str:
    """Return what a stack is a part of its use case or environment for: `training` of `dev-flight-delays-training`."""
    return stack.part.removeprefix(f"{stack.use_case}-") if stack.use_case else stack.part


class Arns:
    """The ARNs that resources with names of their own will have; of a stack's ARN it is its endpoints that are meant.

    Args:
        references: to look names up in.
    """

    def __init__(self, references: References) -> None:
        self._ends: dict[str, list[tuple[str, Place]]] = {}
        for place, resource in references.of_type(*ARNS):
            service, end, prop = ARNS[resource.type]
            if name := references.text(resource.properties.get(prop), place[0]):
                self._ends.setdefault(service, []).append((end.format(name), place))
            if resource.type.endswith("::Endpoint"):
                self._ends.setdefault("cloudformation", []).append((f"stack/{place[0]}/1", place))

    def matching(self, pattern: str) -> Iterator[Place]:
        """Yield the resources that a pattern covers, such as `arn:aws:sagemaker:*:*:pipeline/dev-*`."""
        _, _, service, _, _, wanted, *_ = *pattern.split(":", 5), "", "", "", "", ""
        wanted = wanted.replace("[", "[[]")
        yield from (place for end, place in self._ends.get(service, ()) if fnmatchcase(end, wanted))
