"""What the retrain function is asked: to look at a use case, with a cause to train again or without one."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field

from shared.messages import Messages, is_of_queue

# A feature's distribution moved; the model got worse; time has passed, for a training or for labels; a person wants it.
Kind = Literal["drift", "quality", "schedule", "sample", "command"]
OfAlarm = Literal["drift", "quality"]
Comes = Literal["train", "label", "nothing"]


def _second(moment: datetime) -> datetime:
    return moment.replace(microsecond=0)


class Cause(BaseModel):
    """Why a model should be trained again.

    Attributes:
        kind: what happened.
        at: when, to the second: of an alarm when it began to ring, of a schedule its time. One source has one cause at
            a time, so that the same event, delivered again or learnt of otherwise, is the same cause.
        source: name of the alarm or the schedule, or who asked.
        until: end of the newest data, where it is another time, as in a replay of old records.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Kind
    # CloudWatch's events and its DescribeAlarms need not agree on the fraction.
    at: Annotated[AwareDatetime, AfterValidator(_second)]
    source: str = Field(min_length=1, max_length=500)
    until: AwareDatetime | None = None

    @property
    def name(self) -> str:
        """Its key among the causes, later ones last."""
        return f"{self.at.astimezone(UTC).isoformat(timespec='milliseconds')} {self.kind} {self.source}"


class Sampling(BaseModel):
    """Which captured requests a turn has labelled.

    Attributes:
        records: at most.
        days: of captures before the turn.
        ending: of the objects' names, which begin with the requests' ids.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    records: int = Field(ge=1)
    days: int = Field(ge=1)
    ending: str


class Terms(BaseModel):
    """When a cause becomes a turn of the loop; rules carry those of the use case's file.

    Attributes:
        on_drift, on_quality: what comes of an alarm on drift, or on the loss of quality.
        cool_down_hours: after a turn, before the next one.
        most_turns: in any 30 days.
        propose: whether the new model becomes the challenger, or waits for a person's decision.
        warm_start: whether training goes on from the champion.
        window: days that validate and that test, the last ones before the end of the newest data, where records are
            split by time; None: the split is the declared one.
        machine: ARN of the state machine that prepares the data and then starts the pipeline; empty: the pipeline does.
        sample: what is labelled in a turn; None: nothing.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    on_drift: Comes = "train"
    on_quality: Comes = "train"
    cool_down_hours: int = Field(default=24, ge=0)
    most_turns: int = Field(default=4, ge=1)
    propose: Literal["challenger", "person"] = "challenger"
    warm_start: bool = False
    window: tuple[Annotated[int, Field(ge=1)], Annotated[int, Field(ge=1)]] | None = None
    machine: str = ""
    sample: Sampling | None = None

    def does(self, cause: Cause) -> Comes:
        """Return what comes of a cause; of a person's, and of the schedule's of trainings, always one."""
        comes: dict[Kind, Comes] = {"drift": self.on_drift, "quality": self.on_quality, "sample": "label"}
        found = comes.get(cause.kind, "train")
        return "nothing" if found == "label" and self.sample is None else found


class Look(BaseModel):
    """Look at a use case.

    Attributes:
        use_case: name of its folder, `flight_delays`.
        terms: of its file.
        causes: new ones, or known already.
        alarms: names of those that are asked whether they ring, by what they mean: an event may have been lost.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    use_case: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{1,29}$")]
    terms: Terms = Terms()
    causes: tuple[Cause, ...] = ()
    alarms: Mapping[OfAlarm, tuple[str, ...]] = {}

    def merged(self, other: Self) -> Self:
        """Return one look that does what both ask for."""
        alarms = {
            kind: tuple(dict.fromkeys((*self.alarms.get(kind, ()), *other.alarms.get(kind, ()))))
            for kind in (*self.alarms, *other.alarms)
        }
        causes = tuple(dict.fromkeys((*self.causes, *other.causes)))
        return self.model_copy(update={"causes": causes, "alarms": alarms})


def parse(event: object) -> Look | Messages[Look]:
    """Return what a command asks, or what a batch of messages asks; pydantic's ValidationError if it is neither."""
    return Messages.of(Look, event) if is_of_queue(event) else Look.model_validate(event)
