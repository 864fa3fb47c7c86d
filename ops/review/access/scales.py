"""Values that have an order: numbers, dates, addresses. Thresholds cut the scale into pieces in which all is alike."""

import ipaddress
import itertools
import math
import operator
from collections.abc import Callable, Hashable, Iterable, Mapping
from datetime import UTC, datetime
from typing import TypeVar

from ops.review.access.tokens import Undecided

Key = TypeVar("Key", bound=Hashable)
Interval = tuple[float, float]  # both ends belong to it
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
_COMPARISONS: Mapping[str, Callable[[float, float], bool]] = {
    "Equals": operator.eq,
    "NotEquals": operator.ne,
    "LessThan": operator.lt,
    "LessThanEquals": operator.le,
    "GreaterThan": operator.gt,
    "GreaterThanEquals": operator.ge,
}


def compare(asked: Mapping[Key, tuple[str, Iterable[str]]]) -> tuple[int, dict[Key, int]]:
    """Return the number of pieces, and for each condition of one kind those that satisfy it, as bits.

    Args:
        asked: operator and alternatives of each condition.

    Raises:
        Undecided: a value is none of the operator's kind, or known to CloudFormation alone.
    """
    if any("IpAddress" in name for name, _ in asked.values()):
        return _addresses({key: ("Not" in name, list(values)) for key, (name, values) in asked.items()})
    return _numbers(asked)


def _numbers(asked: Mapping[Key, tuple[str, Iterable[str]]]) -> tuple[int, dict[Key, int]]:
    read = {
        key: (name.removeprefix("Numeric").removeprefix("Date"), [_number(name, value) for value in values])
        for key, (name, values) in asked.items()
    }
    points = sorted({value for _, values in read.values() for value in values})
    between = [(low + high) / 2 for low, high in itertools.pairwise(points)]
    samples = sorted({*points, *between, *(points[:1] and [points[0] - 1]), *(points and [points[-1] + 1])})
    found = {}
    for key, (name, values) in read.items():
        if name not in _COMPARISONS:
            raise Undecided(f"{asked[key][0]} is no operator of IAM")
        holds = _COMPARISONS[name]
        join = all if name == "NotEquals" else any
        found[key] = sum(join(holds(sample, value) for value in values) << bit for bit, sample in enumerate(samples))
    return len(samples), found


def _number(name: str, text: str) -> float:
    try:
        if name.startswith("Date") and not text.isdigit():
            moment = datetime.fromisoformat(text.replace("Z", "+00:00"))
            return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
        number = float(text)
    except (ValueError, OverflowError):
        number = math.nan
    if not math.isfinite(number):
        raise Undecided(f"{name} compares with {text}")
    return number


def network(text: str) -> Network:
    """Return a range of addresses, or a single one as such; Undecided if it is none."""
    try:
        return ipaddress.ip_network(text, strict=False)
    except ValueError:
        raise Undecided(f"{text} is no range of addresses") from None


def interval(of: Network) -> tuple[int, int]:
    """Return the first and last address of a range as numbers; those of version 6 lie behind all of version 4."""
    shift = 0 if of.version == 4 else 1 << 32  # noqa: PLR2004 - the version
    return int(of.network_address) + shift, int(of.broadcast_address) + shift


def _addresses(asked: Mapping[Key, tuple[bool, list[str]]]) -> tuple[int, dict[Key, int]]:
    read = {key: [interval(network(text)) for text in texts] for key, (_, texts) in asked.items()}
    starts = {0, 1 << 32}
    for intervals in read.values():
        for first, last in intervals:
            starts |= {first, last + 1}
    end = (1 << 32) + (1 << 128)
    samples = sorted(start for start in starts if start < end)
    found = {}
    for key, (negated, _) in asked.items():
        inside = [any(first <= sample <= last for first, last in read[key]) for sample in samples]
        found[key] = sum((within != negated) << bit for bit, within in enumerate(inside))
    return len(samples), found
