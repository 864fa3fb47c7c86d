"""Which patterns, and what taken out of them, come to a set of bits: the shortest way to say what a set is."""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import TypeVar

Name = TypeVar("Name", bound=Hashable)
Part = tuple[Name | None, list[Name]]  # a name, None for everything, and what is taken out of it


def described(members: Mapping[Name, int], wanted: int, own: Iterable[Name]) -> list[Part[Name]]:
    """Return what together comes to the bits that are wanted, in as few names as these ways give.

    Args:
        members: bits of all names.
        own: names to be preferred: those of the statement that is spoken of.
    """
    preferred = sorted(own, key=lambda one: (-members[one].bit_count(), str(one)))
    others = sorted(members.keys() - set(preferred), key=lambda one: (-members[one].bit_count(), str(one)))
    exceptions = {one: outside(members, wanted, members[one]) for one in preferred}
    ways = [_parts(members, wanted, (preferred, others), exceptions)]
    if any(exceptions.values()):
        whole = [one for one in preferred if not members[one] & ~wanted]
        ways.append(_parts(members, wanted, (whole, [*preferred, *others]), exceptions))
    return min(ways, key=lambda way: sum(1 + len(but) for _, but in way))


def _parts(
    members: Mapping[Name, int],
    wanted: int,
    names: tuple[Sequence[Name], Sequence[Name]],
    but: Mapping[Name, list[Name]],
) -> list[Part[Name]]:
    """Return first names with what is taken out of them, where that is exact; then those that need nothing of it."""
    found: list[Part[Name]] = []
    left = wanted
    first, second = names
    for one in first:
        taken = _union(members[less] for less in but[one])
        if members[one] & left and not members[one] & ~wanted & ~taken:
            found.append((one, but[one]))
            left &= ~members[one]
    for one in second:
        if members[one] & left and not members[one] & ~wanted:
            found.append((one, []))
            left &= ~members[one]
    for one, taken_out in but.items():
        if members[one] & left:
            found.append((one, taken_out))
            left &= ~members[one]
    if left:
        found.append((None, outside(members, wanted, ~0)))
    return found


def outside(members: Mapping[Name, int], wanted: int, within: int) -> list[Name]:
    """Return the widest names that have some of what they must lie within and none of what is wanted."""
    none = {one: bits & within for one, bits in members.items() if bits & within and not bits & within & wanted}
    widest: list[Name] = []
    for one in sorted(none, key=lambda one: (-none[one].bit_count(), str(one))):
        if not any(none[one] & ~none[more] == 0 for more in widest):
            widest.append(one)
    return sorted(widest, key=str)


def _union(bits: Iterable[int]) -> int:
    found = 0
    for one in bits:
        found |= one
    return found
