"""What the experiment function is asked: by rules, through the queue, to look at a use case; or by a command."""

from collections.abc import Iterable
from typing import Annotated, Any

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from experiment.declared import Terms

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
    """

    time: AwareDatetime | None = None


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


class _Message(BaseModel):
    id: str = Field(alias="messageId")
    body: str


class _Queue(BaseModel):
    records: list[_Message] = Field(alias="Records", min_length=1)


class Messages:
    """Looks by use case, and the messages that asked for each. `refused` are messages that are none of ours."""

    def __init__(self, messages: Iterable[tuple[str, str]]) -> None:
        self.looks: dict[str, Look] = {}
        self.messages: dict[str, list[str]] = {}
        self.refused: dict[str, str] = {}
        for identity, body in messages:
            try:
                look = Look.model_validate_json(body)
            except ValidationError as error:
                self.refused[identity] = str(error)
                continue
            times = [each.time for each in (look, self.looks.get(look.use_case)) if each and each.time]
            self.looks[look.use_case] = look.model_copy(update={"time": max(times, default=None)})
            self.messages.setdefault(look.use_case, []).append(identity)


_COMMANDS: TypeAdapter[Start | Stop | Look] = TypeAdapter(Start | Stop | Look, config=ConfigDict(defer_build=True))


def parse(event: Any) -> Start | Stop | Look | Messages:
    """Return what a command asks, or what a batch of messages asks; pydantic's ValidationError if it is neither."""
    if isinstance(event, dict) and "Records" in event:
        return Messages((message.id, message.body) for message in _Queue.model_validate(event).records)
    return _COMMANDS.validate_python(event)
