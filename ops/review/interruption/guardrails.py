"""Deployment guardrails of endpoints: how traffic moves to a new fleet, and what brings it back."""

from collections.abc import Iterator

from ops.assembly.model import Resource
from ops.review.model import Class, Compared, Found, Severity
from ops.review.values import at, listed, shown
from ops.review.worse import Row, Rows, Worse
from ops.review.worse import found as worse_found

_ENDPOINT = "AWS::SageMaker::Endpoint"
_BLUE_GREEN = "DeploymentConfig.BlueGreenUpdatePolicy"
_ROUTING = f"{_BLUE_GREEN}.TrafficRoutingConfiguration"
_ROLLING = "DeploymentConfig.RollingUpdatePolicy"
_ALARMS = "DeploymentConfig.AutoRollbackConfiguration.Alarms"
_MORE = "a bad model answers more requests before anybody can know"
_SOONER = "less time to see that a model is bad before it answers all requests"


def _row(path: str, worse: Worse, what: str, why: str, unit: str = "") -> Row:
    return Row(path, worse, Severity.MEDIUM, what, why, unit=unit)


_ROWS: Rows = {
    _ENDPOINT: (
        _row(f"{_ROUTING}.CanarySize.Value", Worse.HIGHER, "The canary", _MORE),
        _row(f"{_ROUTING}.LinearStepSize.Value", Worse.HIGHER, "The step in which traffic moves", _MORE),
        _row(f"{_ROUTING}.WaitIntervalInSeconds", Worse.LOWER, "The wait between steps", _SOONER, "s"),
        _row(
            f"{_BLUE_GREEN}.TerminationWaitInSeconds",
            Worse.LOWER,
            "How long the old fleet stays",
            "less time in which an alarm can still bring traffic back to it",
            "s",
        ),
        _row(f"{_ROLLING}.MaximumBatchSize.Value", Worse.HIGHER, "The batch that is replaced at once", _MORE),
        _row(f"{_ROLLING}.WaitIntervalInSeconds", Worse.LOWER, "The wait between batches", _SOONER, "s"),
    )
}
_CAREFUL = {"ALL_AT_ONCE": 0, "ROLLING": 1, "LINEAR": 1, "CANARY": 1}


def found(compared: Compared) -> Iterator[Found]:
    """Yield which guardrails of an endpoint get weaker."""
    before, after = compared.before, compared.after
    if before is None or after is None or after.type != _ENDPOINT:
        return
    was, becomes = _way(before), _way(after)
    if _CAREFUL.get(becomes, 1) < _CAREFUL.get(was, 1):
        text = f"New models get traffic {becomes} instead of {was}: {_MORE}"
        yield Found(Class.INTERRUPTION, Severity.HIGH, text, ("Properties.DeploymentConfig",))
    elif was == becomes and (_unit(before) == _unit(after)):
        yield from worse_found(_ROWS, Class.INTERRUPTION, compared)
    yield from _alarms(before, after)


def _way(endpoint: Resource) -> str:
    if at(endpoint, _ROLLING):
        return "ROLLING"
    return str(at(endpoint, f"{_ROUTING}.Type", "ALL_AT_ONCE"))


def _unit(endpoint: Resource) -> tuple[object, ...]:
    # Ten percent and ten instances are not to be compared.
    sizes = (f"{_ROUTING}.CanarySize", f"{_ROUTING}.LinearStepSize", f"{_ROLLING}.MaximumBatchSize")
    return tuple(at(endpoint, f"{size}.Type") for size in sizes)


def _alarms(before: Resource, after: Resource) -> Iterator[Found]:
    names = [
        {shown(alarm.get("AlarmName")) for alarm in listed(at(side, _ALARMS)) if isinstance(alarm, dict)}
        for side in (before, after)
    ]
    gone = ", ".join(sorted(names[0] - names[1]))
    path = (f"Properties.{_ALARMS}",)
    if names[0] and not names[1]:
        text = f"No alarm rolls a deployment back any more (until now {gone}): a bad model stays"
        yield Found(Class.INTERRUPTION, Severity.HIGH, text, path)
    elif len(names[1]) < len(names[0]):
        text = f"{len(names[1])} instead of {len(names[0])} alarms can roll a deployment back: without {gone}"
        yield Found(Class.INTERRUPTION, Severity.MEDIUM, text, path)
