"""What the experiment function is asked: by rules, through the queue, to look at a use case; or by a command."""

from typing import Annotated, Any, Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, TypeAdapter

from experiment.beginning import Declared
from experiment.declared import Terms
from shared.messages import Messages, is_of_queue

UseCase = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{1,29}$")]
Said = Annotated[str, Field(min_length=1, max_length=500)]


class _Asked(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    use_case: UseCase


class Look(_Asked):
    """Look at a use case.

    Attributes:
        time: of the schedule's event or of the command: an experiment is looked at once for each; None: something else
            has happened, and what is under way goes on.
        declared: the terms on which one begins by itself about what the loop proposed; None: a person begins it.
    """

    time: AwareDatetime | None = None
    declared: Declared | None = None

    def merged(self, other: Self) -> Self:
        """Return one look for the latest time of both."""
        times = [each.time for each in (self, other) if each.time]
        return self.model_copy(update={"time": max(times, default=None), "declared": self.declared or other.declared})


class Start(_Asked):
    """Begin an experiment; `request` is its id, so that the same request again begins nothing."""

    start: Terms
    by: Said
    why: Said
    request: Said


class Stop(_Asked):
    """End the experiment that runs; the challenger's weight becomes 0 unless it is to `keep` it."""

    stop: bool
    keep: bool = False
    by: Said
    why: Said


_COMMANDS: TypeAdapter[Start | Stop | Look] = TypeAdapter(Start | Stop | Look, config=ConfigDict(defer_build=True))


def parse(event: Any) -> Start | Stop | Look | Messages[Look]:
    """Return what a command asks, or what a batch of messages asks; pydantic's ValidationError if it is neither."""
    return Messages.of(Look, event) if is_of_queue(event) else _COMMANDS.validate_python(event)
