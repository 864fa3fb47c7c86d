"""What a change opens to others: networks, addresses, public access, isolation and encryption that are turned off.

Policies that open something to everybody are found with the permissions, in `ops.review.access`.
"""

from collections.abc import Iterator

from ops.review.exposure import addresses, security_groups, settings, steps, ways
from ops.review.model import Compared, Found
from ops.review.worlds import in_each_world

__all__ = ["look"]


def _look(compared: Compared) -> Iterator[Found]:
    for part in (settings, steps, security_groups, ways, addresses):
        yield from part.look(compared)


look = in_each_world(_look)
