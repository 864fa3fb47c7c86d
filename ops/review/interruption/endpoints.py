"""Endpoints that are provisioned anew, and what of their live state a new configuration resets."""

from collections.abc import Iterator

from ops.assembly.model import Resource
from ops.review.model import Action, Class, Compared, Found, Severity
from ops.review.values import at, listed, shown
from ops.review.worse import Row, Rows, Worse
from ops.review.worse import found as worse_found

_ENDPOINT = "AWS::SageMaker::Endpoint"
_RESET = (
    "every update sets weights and numbers of instances back to the template's, whatever scaling or people made them"
)
_ROWS: Rows = {
    _ENDPOINT: (
        Row("RetainAllVariantProperties", Worse.OFF, Severity.HIGH, "Keeping live weights and capacity", _RESET),
    ),
}
_LIVE = {"DesiredInstanceCount": "numbers of instances", "DesiredWeight": "weights of variants"}


def found(compared: Compared) -> Iterator[Found]:
    """Yield what a new configuration does to a live endpoint."""
    before, after = compared.before, compared.after
    if before is None or after is None or after.type != _ENDPOINT or compared.action is Action.REPLACE:
        return
    yield from worse_found(_ROWS, Class.INTERRUPTION, compared)
    yield from _excluded(before, after)
    path = "Properties.EndpointConfigName"
    change = next((one for one in compared.properties if one.path.startswith(path)), None)
    if change is None:
        return
    why = f" ({change.because})" if change.because else ""
    yield Found(
        Class.INTERRUPTION,
        Severity.MEDIUM,
        f"{after.logical_id} gets another endpoint configuration{why}: SageMaker starts a second fleet, moves traffic "
        f"{_traffic(after)}, and ends the first; {_guard(after)}{_kept(after)}",
        (change.path,),
    )


def _traffic(endpoint: Resource) -> str:
    policy = "DeploymentConfig.BlueGreenUpdatePolicy.TrafficRoutingConfiguration"
    if at(endpoint, "DeploymentConfig.RollingUpdatePolicy"):
        return "in rolling batches"
    match at(endpoint, f"{policy}.Type"):
        case "CANARY":
            return f"after a canary of {shown(at(endpoint, f'{policy}.CanarySize.Value'))}"
        case "LINEAR":
            return f"in steps of {shown(at(endpoint, f'{policy}.LinearStepSize.Value'))}"
    return "all at once"


def _guard(endpoint: Resource) -> str:
    alarms = len(listed(at(endpoint, "DeploymentConfig.AutoRollbackConfiguration.Alarms")))
    if not alarms:
        return "no alarm rolls it back"
    return f"{alarms} alarm{'s' if alarms > 1 else ''} can roll it back"


def _kept(endpoint: Resource) -> str:
    if str(at(endpoint, "RetainAllVariantProperties")).lower() == "true":
        return ""
    return "; live weights and numbers of instances go back to the template's"


def _excluded(before: Resource, after: Resource) -> Iterator[Found]:
    path = "ExcludeRetainedVariantProperties[VariantPropertyType]"
    names = [
        {
            shown(one.get("VariantPropertyType"))
            for one in listed(at(side, path.partition("[")[0]))
            if isinstance(one, dict)
        }
        for side in (before, after)
    ]
    for name in sorted(_LIVE.keys() & names[1] - names[0]):
        text = f"Updates no longer keep live {_LIVE[name]}: {name} is excluded from what is retained"
        yield Found(Class.INTERRUPTION, Severity.MEDIUM, text, (f"Properties.{path}",))
