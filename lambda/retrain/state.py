"""What the retrain function sees and remembers. Plain data, no AWS."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

from retrain.events import Cause, Terms
from shared.pipelines import Execution

# `proposed`: the new model is the challenger, or waits for a person; `refused`: it did not pass its gate.
Result = Literal["started", "proposed", "refused", "failed", "stopped"]


@dataclass(frozen=True)
class Turn:
    """One turn of the loop, and its record: why it began, on which data, which model came of it.

    Attributes:
        number: runs from 1 per use case.
        causes: all that waited when it began. What happened before it began it answers as well.
        attempt: of the same causes, from 1.
        split_until: ends of training, validation and test, as the pipeline's parameter has them; empty: as declared.
        execution: of the pipeline, once it is started.
        package: the model package that came of it.
    """

    use_case: str
    number: int
    causes: tuple[Cause, ...]
    claimed_at: datetime
    attempt: int = 1
    split_until: str = ""
    execution: str = ""
    package: str = ""
    result: Result = "started"
    detail: str = ""
    finished_at: datetime | None = None

    @property
    def name(self) -> str:
        """The name of its execution; two turns of one name are the same turn."""
        return f"turn-{self.number}-{self.claimed_at.astimezone(UTC):%Y%m%dT%H%M%SZ}"


@dataclass(frozen=True)
class Observation:
    """One look at a use case.

    Attributes:
        terms: when a cause becomes a turn.
        causes: all that are known and may not have been answered, oldest first.
        turns: the newest ones, newest first.
        execution: of the turn that is under way.
        package: that the turn's execution registered; empty if none.
        busy: what keeps a turn from beginning: an execution of the pipeline, a challenger; empty if nothing does.
        serves: whether a champion does.
    """

    use_case: str
    now: datetime
    terms: Terms
    causes: tuple[Cause, ...] = ()
    turns: tuple[Turn, ...] = ()
    execution: Execution | None = None
    package: str = ""
    busy: str = ""
    serves: bool = False

    @property
    def open_turn(self) -> Turn | None:
        """The turn that is under way. Only the newest can be."""
        return self.turns[0] if self.turns and self.turns[0].result == "started" else None

    @property
    def waiting(self) -> tuple[Cause, ...]:
        """Causes that no turn has answered: those since the newest one began."""
        since = self.turns[0].claimed_at if self.turns else None
        return tuple(cause for cause in self.causes if since is None or cause.at > since)


def split_until(terms: Terms, causes: tuple[Cause, ...]) -> str:
    """Return the ends of training, validation and test before the end of the newest data; empty: as declared.

    >>> at = datetime(2013, 6, 1, tzinfo=UTC)
    >>> split_until(Terms(window=(14, 7)), (Cause(kind="schedule", at=at, source="monthly"),))
    '2013-05-11T00:00:00/2013-05-25T00:00:00/2013-06-01T00:00:00'
    """
    if terms.window is None:
        return ""
    validation, test = (timedelta(days=days) for days in terms.window)
    end = max(cause.until or cause.at for cause in causes).astimezone(UTC).replace(tzinfo=None, microsecond=0)
    return "/".join(bound.isoformat() for bound in (end - test - validation, end - test, end))
