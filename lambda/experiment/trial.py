"""One experiment under way, and its record. Plain data, no AWS; times are in UTC."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from experiment.declared import Terms
from experiment.e_process import Batch

# How an experiment ends. Overtaken: a slot has another model, or somebody moved the weights.
Result = Literal["running", "promoted", "withdrawn", "stopped", "overtaken"]
# What a look came to; an open one waits for its sums, one that failed got none.
Outcome = Literal["open", "go_on", "promote", "withdraw", "ask", "failed"]
_NAME = "%Y%m%dT%H%M%SZ"


@dataclass(frozen=True)
class Stretch:
    """A closed stretch of time, [start, end), in which the challenger's share was constant."""

    number: int
    share: float
    start: datetime
    end: datetime


@dataclass(frozen=True)
class Look:
    """One look, and its record.

    Attributes:
        share: the challenger's share of the requests at that time.
        counts: of each guard that CloudWatch knows, what happened since the look before.
        until: requests captured before this count; None if none are old enough.
        answers: captured and invalid answers up to `until`: champion's, then challenger's; None without sums.
        outcome, reason, numbers: the decision, and all that it was made from.
        next_share: the challenger's share that follows from it.
        decided_at: None while it is open.
    """

    number: int
    at: datetime
    share: float
    counts: Mapping[str, Batch] = field(default_factory=dict)
    until: datetime | None = None
    answers: tuple[int, int, int, int] | None = None
    outcome: Outcome = "open"
    reason: str = ""
    numbers: Mapping[str, Any] = field(default_factory=dict)
    next_share: float | None = None
    decided_at: datetime | None = None

    @property
    def name(self) -> str:
        """The name of its folder; there is one look of a name."""
        return self.at.astimezone(UTC).strftime(_NAME)


@dataclass(frozen=True)
class Ending:
    """How an experiment is to end: what is still to be done, whoever comes to do it.

    Attributes:
        share: what the challenger's share is to be; None: what it is.
        modified: the challenger's package when this was decided: whoever changes it later decides instead.
    """

    result: Result
    reason: str
    at: datetime
    share: float | None = None
    modified: str = ""


@dataclass(frozen=True)
class Trial:
    """One experiment, and its record.

    Attributes:
        use_case: name of its folder, `flight_delays`.
        number: counts from 1 per use case.
        champion, challenger: ARNs of the model packages that are compared.
        started_by, why, request: who asked for it, what they said, and their request's id.
        share: what the challenger's share of the requests is to be.
        before: what it was before it was last moved.
        since: from when on the weights have been constant; None while they move.
        stretches, looks: how many are written down.
        looked_at: time of the newest look.
        counted_until, tail: up to when the guards' metrics are counted, and what they said of the last minutes.
        open_look: number of the look whose sums are awaited; execution: of the pipeline that makes them.
        seen: records of champion and challenger at the newest sums.
        failures: looks in a row that got no sums.
        version: of this record; each change counts one up.
    """

    use_case: str
    number: int
    terms: Terms
    champion: str
    challenger: str
    started_at: datetime
    started_by: str
    why: str
    request: str
    share: float
    before: float
    counted_until: datetime
    since: datetime | None = None
    stretches: int = 0
    looks: int = 0
    looked_at: datetime | None = None
    tail: Mapping[str, Batch] = field(default_factory=dict)
    open_look: int | None = None
    execution: str = ""
    seen: tuple[int, int] | None = None
    failures: int = 0
    ending: Ending | None = None
    result: Result = "running"
    detail: str = ""
    ended_at: datetime | None = None
    version: int = 1

    @property
    def name(self) -> str:
        """Its id, and the name of its folder."""
        return f"{self.started_at.astimezone(UTC).strftime(_NAME)}-{self.number:04d}"

    def settled(self, at: datetime) -> datetime:
        """Return the time up to which outcomes are known at a time."""
        return at - timedelta(hours=self.terms.outcome_hours)
