"""Dead-letter queues, retries, and what else keeps an event that could not be delivered."""

from collections.abc import Iterator

from ops.assembly.model import Resource, Stack
from ops.review.model import Action, Class, Compared, Found, Severity
from ops.review.values import references
from ops.review.worse import Row, Rows, Worse
from ops.review.worse import found as worse_found

_LOST = "what fails to the end is dropped, and no alarm can tell"
_HIGH, _LOW = Severity.HIGH, Severity.LOW
_DESTINATION = "DestinationConfig.OnFailure"
ROWS: Rows = {
    "AWS::Lambda::Function": (Row("DeadLetterConfig", Worse.GONE, _HIGH, "The function's dead-letter queue", _LOST),),
    "AWS::SQS::Queue": (
        Row(
            "RedrivePolicy", Worse.GONE, _HIGH, "The queue's dead-letter queue", "bad messages return until they expire"
        ),
        Row(
            "RedrivePolicy.maxReceiveCount",
            Worse.HIGHER,
            _LOW,
            "How often a message is tried before it is set aside",
            "people hear of bad messages later",
        ),
    ),
    "AWS::SNS::Subscription": (Row("RedrivePolicy", Worse.GONE, _HIGH, "The subscription's dead-letter queue", _LOST),),
    "AWS::Events::Rule": (
        Row("Targets[Id].DeadLetterConfig", Worse.GONE, _HIGH, "The dead-letter queue", _LOST),
        Row(
            "Targets[Id].RetryPolicy.MaximumRetryAttempts",
            Worse.LOWER,
            _LOW,
            "How often an event is tried again",
            "a short trouble is enough to lose it",
            185,
        ),
    ),
    "AWS::Scheduler::Schedule": (Row("Target.DeadLetterConfig", Worse.GONE, _HIGH, "The dead-letter queue", _LOST),),
    "AWS::Lambda::EventInvokeConfig": (
        Row(_DESTINATION, Worse.GONE, _HIGH, "Where failed events go", _LOST),
        Row(
            "MaximumRetryAttempts",
            Worse.LOWER,
            _LOW,
            "How often a failed event is tried again",
            "a short trouble is enough to lose it",
            2,
        ),
    ),
    "AWS::Lambda::EventSourceMapping": (Row(_DESTINATION, Worse.GONE, _HIGH, "Where failed batches go", _LOST),),
}


def found(compared: Compared) -> Iterator[Found]:
    """Yield where what cannot be delivered is no longer kept."""
    yield from worse_found(ROWS, Class.MONITORING_WEAKENED, compared)
    before = compared.before
    if before and before.type == "AWS::SQS::Queue" and compared.action is Action.REMOVE:
        users = sorted(_users(before.logical_id, compared.base))
        if users:
            text = f"{before.logical_id} is removed, the dead-letter queue of {', '.join(users)}: {_LOST}"
            yield Found(Class.MONITORING_WEAKENED, _HIGH, text)


def _users(queue: str, stack: Stack) -> Iterator[str]:
    for resource in stack.template.resources.values():
        if queue in references(list(_dead_letters(resource))):
            yield resource.logical_id


def _dead_letters(resource: Resource) -> Iterator[object]:
    properties = resource.properties
    for name in ("DeadLetterConfig", "RedrivePolicy", "DestinationConfig"):
        yield properties.get(name)
    targets = properties.get("Targets")
    for target in targets if isinstance(targets, list) else [properties.get("Target")]:
        yield target.get("DeadLetterConfig") if isinstance(target, dict) else None
