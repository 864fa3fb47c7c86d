"""Lists of addresses from which people may come."""

from collections.abc import Iterator, Mapping

from ops.assembly.model import Resource
from ops.review.exposure.ranges import WORLD, uncovered
from ops.review.model import Class, Compared, Found, Severity
from ops.review.values import at, listed, shown

# Property with the list; for a list of objects the name in them; whether everybody may come where there is none.
_LISTS: Mapping[str, tuple[str, str, bool]] = {
    "AWS::SageMaker::Workforce": ("SourceIpConfig.Cidrs", "", True),
    "AWS::WAFv2::IPSet": ("Addresses", "", False),
    "AWS::EC2::PrefixList": ("Entries", "Cidr", False),
}


def look(compared: Compared) -> Iterator[Found]:
    """Say from which addresses people may come that they might not before."""
    before, after = compared.before, compared.after
    if before is None or after is None or after.type not in _LISTS or before.type != after.type:
        return
    path, _, unlimited = _LISTS[after.type]
    was, will = _ranges(before), _ranges(after)
    if was and not will and unlimited:
        text = f"People may come from everywhere: the list of addresses is gone (it was {', '.join(was)})"
        yield Found(Class.EXPOSURE, Severity.HIGH, text, (f"Properties.{path}",))
    elif (was or not unlimited) and (new := uncovered(will, was)):
        severity = Severity.HIGH if set(new) & set(WORLD) else Severity.MEDIUM
        text = f"People may also come from {', '.join(new)}; before from {', '.join(was) or 'nowhere'}"
        yield Found(Class.EXPOSURE, severity, text, (f"Properties.{path}",))


def _ranges(resource: Resource) -> list[str]:
    path, name, _ = _LISTS[resource.type]
    values = listed(at(resource, path))
    return [shown(one.get(name) if name and isinstance(one, Mapping) else one) for one in values]
