"""How an endpoint's live weights share the requests."""

import math

from experiment.observation import Live
from shared.slots import CHALLENGER, CHAMPION

MOVING = frozenset({"Creating", "Updating", "SystemUpdating", "RollingBack"})
_SAME = 1e-6  # SageMaker keeps weights as single-precision numbers


def share(live: Live) -> float:
    """Return the challenger's share of the requests, 0 where nothing has a weight."""
    total = sum(live.weights.get(slot, 0.0) for slot in (CHAMPION, CHALLENGER))
    return live.weights.get(CHALLENGER, 0.0) / total if total else 0.0


def same(one: float, other: float) -> bool:
    """Whether two shares are the same, as SageMaker keeps them."""
    return math.isclose(one, other, rel_tol=_SAME, abs_tol=_SAME)
