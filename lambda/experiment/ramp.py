"""Where an experiment is on its ramp."""

from collections.abc import Sequence

from experiment.state import Observed
from experiment.terms import Step

_SAME = 1e-6  # SageMaker keeps weights as single-precision numbers


def position(ramp: Sequence[Step], weight: float) -> int | None:
    """Return the highest step that the live weights have reached; None before the first."""
    return max((at for at, step in enumerate(ramp) if step.weight <= weight + _SAME), default=None)


def exposure(ramp: Sequence[Step], at: int, observed: Observed) -> int:
    """Return the challenger's records at the share of a step or a higher one."""
    least = ramp[at].weight - _SAME
    return sum(stratum.challenger.n for stratum in observed.strata if stratum.share >= least)


def through(ramp: Sequence[Step], observed: Observed) -> bool:
    """Whether the last step is reached, with its minimum of records."""
    last = len(ramp) - 1
    return position(ramp, observed.weight) == last and exposure(ramp, last, observed) >= ramp[last].minimum


def following(ramp: Sequence[Step], observed: Observed) -> tuple[float, str]:
    """Return the share that comes next if nothing objects, and why."""
    at = position(ramp, observed.weight)
    if at is None:
        return ramp[0].weight, "the ramp begins"
    here, last = exposure(ramp, at, observed), len(ramp) - 1
    if here < ramp[at].minimum:
        return ramp[at].weight, f"{here} of {ramp[at].minimum} records at this share"
    if at == last:
        return ramp[last].weight, "the ramp is through, and the experiment goes on"
    return ramp[at + 1].weight, f"no guard objects to a share of {ramp[at + 1].weight:g}"
