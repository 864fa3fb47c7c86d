"""What the monitor function is asked: to look at a use case, by rules through the queue, or by a command directly."""

from typing import Annotated, Any, Literal, Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, model_validator

from shared.messages import Messages, is_of_queue

Monitor = Literal["data_quality", "model_quality", "bias", "explainability"]
Said = Annotated[str, Field(min_length=1, max_length=500)]


class Terms(BaseModel):
    """How captures are looked at; rules carry those of the use case's file.

    Attributes:
        window_hours: of requests that are looked at together.
        monitors: what is watched.
        outcome_hours: by when outcomes are known: so much later what needs them is looked at.
        overdue_hours: after the end of a window by when it must have been looked at.
        capture_days: that captures are kept.
        features: how many columns' figures become metrics.
        alpha, tolerances, facets: of `request.json` (docs/monitoring.md).
        backend: who looks: jobs that this function starts, or SageMaker's own schedules.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    window_hours: int = Field(default=24, ge=1)
    monitors: tuple[Monitor, ...] = ("data_quality",)
    outcome_hours: int = Field(default=0, ge=0)
    overdue_hours: int = Field(default=48, ge=1)
    capture_days: int = Field(default=90, ge=1)
    features: int = Field(default=30, ge=0)
    alpha: float = 0.01
    tolerances: dict[str, float] = {}
    facets: tuple[dict[str, Any], ...] = ()
    backend: Literal["processing_job", "model_monitor"] = "processing_job"


class Ask(BaseModel):
    """A person wants a window looked at, of every variant that serves.

    Attributes:
        request: its id: the same request again begins nothing.
        by: who asks.
        at: when.
        start, until: the window, both or neither; without it the hours before `at`, so much earlier as outcomes take.
        history: its figures are those of the window's end, where no alarm looks any more.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    request: Said
    by: Said
    at: AwareDatetime
    start: AwareDatetime | None = None
    until: AwareDatetime | None = None
    history: bool = False

    @model_validator(mode="after")
    def _is_a_window(self) -> Self:
        if (self.start is None) != (self.until is None):
            raise ValueError("start and until go together")
        if self.start and self.until and self.start >= self.until:
            raise ValueError(f"the window begins at {self.start.isoformat()}, not before its end")
        return self


class Look(BaseModel):
    """Look at a use case.

    Attributes:
        use_case: name of its folder.
        terms: how.
        begin: the schedule's time has come: windows that have ended are due.
        ask: what a person wants.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    use_case: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{1,29}$")]
    terms: Terms = Terms()
    begin: bool = False
    ask: Ask | None = None

    def merged(self, other: Self) -> Self:
        """Return one look that does what both ask for."""
        return self.model_copy(update={"begin": self.begin or other.begin, "ask": self.ask or other.ask})


def parse(event: object) -> Look | Messages[Look]:
    """Return what a command asks, or what a batch of messages asks; pydantic's ValidationError if it is neither."""
    return Messages.of(Look, event) if is_of_queue(event) else Look.model_validate(event)
