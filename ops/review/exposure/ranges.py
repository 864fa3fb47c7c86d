"""Ranges of addresses as people write them, and which of them others do not cover."""

import ipaddress
from collections.abc import Iterable

from ops.review.access.scales import Network, interval, network
from ops.review.access.tokens import Undecided

WORLD = ("0.0.0.0/0", "::/0")


def uncovered(after: Iterable[str], before: Iterable[str]) -> list[str]:
    """Return ranges that some addresses are in which were in none before; what is no range counts by its text."""
    known = list(before)
    intervals = sorted(interval(one) for one in map(read, known) if one)
    return [text for text in after if text not in known and not _covered(text, intervals)]


def _covered(text: str, intervals: list[tuple[int, int]]) -> bool:
    of = read(text)
    if of is None:
        return False
    first, last = interval(of)
    for start, end in intervals:
        if start <= first <= end:
            first = end + 1
    return first > last


def read(text: str) -> Network | None:
    """Return a range, None for what is none or is not known."""
    try:
        return network(text)
    except Undecided:
        return None


def is_public(text: str) -> bool:
    """Return whether a range has addresses of the internet."""
    of = read(text)
    return of is not None and not any(of.subnet_of(one) for one in _PRIVATE if one.version == of.version)  # type: ignore[arg-type]


_PRIVATE = [
    ipaddress.ip_network(text)
    for text in (
        "10.0.0.0/8",
        "172.16.0.0/12",
        "192.168.0.0/16",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "255.255.255.255/32",
        "fc00::/7",
        "fe80::/10",
        "::1/128",
    )
]
