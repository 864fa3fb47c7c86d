"""Subnets and zones: what is in fewer of them does not survive the failure of one."""

from collections.abc import Iterator, Mapping

from ops.assembly.model import Value
from ops.review.model import Class, Compared, Found, Severity
from ops.review.values import intrinsic, shown

_NAMES = ("Subnets", "SubnetIds", "SubnetIDs", "AvailabilityZones", "VPCZoneIdentifier")
_SAFE = 2  # zones


def found(compared: Compared) -> Iterator[Found]:
    """Yield where a resource is in fewer subnets or zones than before."""
    if compared.before is None or compared.after is None:
        return
    was, becomes = dict(_places(compared.before.properties)), dict(_places(compared.after.properties))
    for path, places in was.items():
        if path in becomes and len(becomes[path]) < len(places):
            yield _fewer(path, places, becomes[path])


def _places(value: Value, path: str = "Properties") -> Iterator[tuple[str, list[Value]]]:
    if isinstance(value, Mapping) and not intrinsic(value):
        for name, below in value.items():
            if name in _NAMES and isinstance(below, list):
                yield f"{path}.{name}", below
            else:
                yield from _places(below, f"{path}.{name}")
    elif isinstance(value, list):
        for position, below in enumerate(value):
            yield from _places(below, f"{path}.{position}")


def _fewer(path: str, was: list[Value], becomes: list[Value]) -> Found:
    name = path.removeprefix("Properties.")
    lost = ", ".join(shown(one) for one in was if one not in becomes)
    alone = len(becomes) < _SAFE <= len(was)
    why = "when that one fails, nothing is left" if alone else "fewer are left when one fails"
    text = f"{name} goes from {len(was)} to {len(becomes)}, without {lost}: {why}"
    return Found(Class.INTERRUPTION, Severity.HIGH if alone else Severity.MEDIUM, text, (path,))
