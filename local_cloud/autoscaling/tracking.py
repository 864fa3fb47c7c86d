"""How many instances a variant should have, by its policy. Pure.

Source: Application Auto Scaling user guide, "How target tracking scaling works", "Define cooldown periods".
"""

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class Tracked:
    """A variant as one look finds it.

    Attributes:
        instances: how many there are.
        least, most: how many there may be.
        value: invocations per instance and minute, of the newest period; None: there were none.
        target: what that should be.
        high, low: whether the alarm above or below the target rings.
        out_held, in_held: suspended, switched off, or within the cooldown.
    """

    instances: int
    least: int
    most: int
    value: float | None
    target: float
    high: bool
    low: bool
    out_held: bool = False
    in_held: bool = False


def wanted(seen: Tracked) -> int:
    """Return how many instances there should be; without a reason to change, as many as there are.

    >>> wanted(Tracked(2, 1, 6, value=150, target=100, high=True, low=False))
    3
    """
    if seen.value is None:
        return seen.instances
    proportional = max(seen.least, min(seen.most, math.ceil(seen.instances * seen.value / seen.target)))
    if seen.high and proportional > seen.instances and not seen.out_held:
        return proportional
    if seen.low and proportional < seen.instances and not seen.in_held and not seen.high:
        return proportional
    return seen.instances
