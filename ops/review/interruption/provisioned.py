"""Endpoints that are provisioned anew, since they get another configuration."""

from collections.abc import Iterator, Mapping

from ops.assembly.model import Resource, Value
from ops.review.model import Action, Class, Compared, Found, Severity
from ops.review.values import at, listed, shown
from ops.review.worlds import outcomes

_PATH = "Properties.EndpointConfigName"
_ROUTING = "DeploymentConfig.BlueGreenUpdatePolicy.TrafficRoutingConfiguration"


def found(compared: Compared) -> Iterator[Found]:
    """Yield one finding for all outcomes of the conditions: what guards the update may differ in them."""
    before, after = compared.before, compared.after
    if before is None or after is None or after.type != "AWS::SageMaker::Endpoint":
        return
    change = next((one for one in compared.properties if one.path.startswith(_PATH)), None)
    if change is None or compared.action is Action.REPLACE:
        return
    ends = [one.after for one in outcomes(compared) if one.after is not None]
    ways = " or ".join(dict.fromkeys(map(_traffic, ends)))
    because = f" ({change.because})" if change.because else ""
    yield Found(
        Class.INTERRUPTION,
        Severity.MEDIUM,
        f"{after.logical_id} gets another endpoint configuration{because}: SageMaker starts a second fleet, moves "
        f"traffic {ways}, and ends the first; {_guard(ends)}{_kept(ends)}",
        (change.path,),
    )


def _traffic(endpoint: Resource) -> str:
    if at(endpoint, "DeploymentConfig.RollingUpdatePolicy"):
        return "in rolling batches"
    match at(endpoint, f"{_ROUTING}.Type"):
        case "CANARY":
            return f"after a canary of {_size(at(endpoint, f'{_ROUTING}.CanarySize'))}"
        case "LINEAR":
            return f"in steps of {_size(at(endpoint, f'{_ROUTING}.LinearStepSize'))}"
    return "all at once"


def _size(size: Value) -> str:
    if not isinstance(size, Mapping):
        return shown(size)
    unit = "%" if size.get("Type") == "CAPACITY_PERCENT" else "instances"
    return f"{shown(size.get('Value'))} {unit}"


def _guard(ends: list[Resource]) -> str:
    alarms = sorted({len(listed(at(one, "DeploymentConfig.AutoRollbackConfiguration.Alarms"))) for one in ends})
    if not alarms or alarms == [0]:
        return "no alarm rolls it back"
    if len(alarms) > 1:
        least = f"{alarms[0]} to" if alarms[0] else "none or up to"
        return f"{least} {alarms[-1]} alarms can roll it back, as its conditions are"
    return f"{alarms[0]} alarm{'s' if alarms[0] > 1 else ''} can roll it back"


def _kept(ends: list[Resource]) -> str:
    if all(str(at(one, "RetainAllVariantProperties")).lower() == "true" for one in ends):
        return ""
    return "; live weights and numbers of instances go back to the template's"
