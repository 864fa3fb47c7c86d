"""What the retrain function is asked: to look at a use case, with a cause to train again or without one."""

from datetime import UTC
from typing import Annotated, Literal, Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from shared.messages import Messages, is_of_queue

# A feature's distribution moved; the model got worse; time has passed; a person wants it.
Kind = Literal["drift", "quality", "schedule", "command"]


class Cause(BaseModel):
    """Why a model should be trained again.

    Attributes:
        kind: what happened.
        at: when: of an alarm when it began to ring, of a schedule its time. One source has one cause at a time, so
            that the same event, delivered again, is the same cause.
        source: name of the alarm or the schedule, or who asked.
        until: end of the newest data, where it is another time, as in a replay of old records.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Kind
    at: AwareDatetime
    source: str = Field(min_length=1, max_length=500)
    until: AwareDatetime | None = None

    @property
    def name(self) -> str:
        """Its key among the causes, later ones last."""
        return f"{self.at.astimezone(UTC).isoformat(timespec='milliseconds')} {self.kind} {self.source}"


class Terms(BaseModel):
    """When a cause becomes a turn of the loop; rules carry those of the use case's file.

    Attributes:
        on: kinds of causes that do; a person's always does.
        cool_down_hours: after a turn, before the next one.
        most_turns: in any 30 days.
        propose: whether the new model becomes the challenger, or waits for a person's decision.
        warm_start: whether training goes on from the champion.
        window: days that validate and that test, the last ones before the end of the newest data, where records are
            split by time; None: the split is the declared one.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    on: tuple[Kind, ...] = ("drift", "quality", "schedule")
    cool_down_hours: int = Field(default=24, ge=0)
    most_turns: int = Field(default=4, ge=1)
    propose: Literal["challenger", "person"] = "challenger"
    warm_start: bool = False
    window: tuple[Annotated[int, Field(ge=1)], Annotated[int, Field(ge=1)]] | None = None


class Look(BaseModel):
    """Look at a use case; `causes` are new, or known already."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    use_case: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{1,29}$")]
    terms: Terms = Terms()
    causes: tuple[Cause, ...] = ()

    def merged(self, other: Self) -> Self:
        """Return one look that does what both ask for."""
        return self.model_copy(update={"causes": tuple(dict.fromkeys((*self.causes, *other.causes)))})


def parse(event: object) -> Look | Messages[Look]:
    """Return what a command asks, or what a batch of messages asks; pydantic's ValidationError if it is neither."""
    return Messages.of(Look, event) if is_of_queue(event) else Look.model_validate(event)
