"""What of an endpoint's live state the next update resets."""

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
    """Yield what of live weights and capacity is no longer kept."""
    before, after = compared.before, compared.after
    if before is None or after is None or after.type != _ENDPOINT or compared.action is Action.REPLACE:
        return
    yield from worse_found(_ROWS, Class.INTERRUPTION, compared)
    yield from _excluded(before, after)


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
        yield Found(Class.INTERRUPTION, Severity.MEDIUM, text, ("Properties.ExcludeRetainedVariantProperties",))
