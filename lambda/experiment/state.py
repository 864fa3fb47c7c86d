"""What the decision sees, and what it says. Plain data, no AWS."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from experiment.e_process import Batch
from experiment.strata import Stratum
from experiment.sums import Summary
from experiment.users import Users

Action = Literal["go_on", "promote", "withdraw", "ask"]


@dataclass(frozen=True)
class Observed:
    """One look at an experiment.

    Attributes:
        now, started_at: times of this look and of the first request to the challenger.
        weight: the challenger's share by the live weights.
        strata: cumulative sums of each stretch of constant weights, the earliest first.
        users: whose records they are, where users keep a variant; None: each record is drawn by itself.
        guards: by name, the counts of each period since the start, the earliest first.
        seen: records of champion and challenger at the look before; None at the first.
    """

    now: datetime
    started_at: datetime
    weight: float
    strata: Sequence[Stratum[Summary]] = ()
    users: Users | None = None
    guards: Mapping[str, Sequence[Batch]] = field(default_factory=dict)
    seen: tuple[int, int] | None = None

    @property
    def records(self) -> tuple[int, int]:
        """Records of champion and challenger."""
        return sum(at.champion.n for at in self.strata), sum(at.challenger.n for at in self.strata)


@dataclass(frozen=True)
class Decision:
    """What to do.

    Attributes:
        action: go on, promote or withdraw the challenger, or ask a person.
        weight: the share that the challenger is to have next.
        reason: why, in a sentence.
        numbers: all that it was made from, fit for JSON.
    """

    action: Action
    weight: float
    reason: str
    numbers: Mapping[str, Any]
