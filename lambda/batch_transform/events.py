"""What the function is asked: to look at a use case, by rules through the queue, or by a command directly."""

from collections.abc import Iterable
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError

# Files that no run has scored; those that the champion has not scored; all of them, again.
Scope = Literal["new", "prefix", "all"]
SCOPES: tuple[Scope, ...] = ("new", "prefix", "all")


class Look(BaseModel):
    """Look at a use case.

    Attributes:
        use_case: name of its folder, `flight_delays`.
        scope: which files a run that begins scores.
        begin: whether a run may begin; else only one that is under way is finished, or tried again.
        insist: whether it may begin although it failed too often, or was stopped.
        trigger: what made us look, for the record.
    """

    model_config = ConfigDict(frozen=True)

    use_case: str = Field(pattern=r"^[a-z][a-z0-9_]{1,29}$")
    scope: Scope = "new"
    begin: bool = False
    insist: bool = False
    trigger: str = "unknown"

    def merged(self, other: Self) -> "Look":
        """Return one look that does what both ask for."""
        begins = [look for look in (self, other) if look.begin]
        scope = max((look.scope for look in begins or [self]), key=SCOPES.index)
        return self.model_copy(
            update={
                "scope": scope,
                "begin": bool(begins),
                "insist": self.insist or other.insist,
                "trigger": (begins or [self])[0].trigger,
            }
        )


class _Message(BaseModel):
    id: str = Field(alias="messageId")
    body: str


class _Queue(BaseModel):
    records: list[_Message] = Field(alias="Records", min_length=1)


class Asked:
    """Looks by use case, and the messages that asked for each.

    A thousand new files are a thousand messages, and one look. `refused` are messages that are none of ours: they fail
    alone, and end in the dead-letter queue.
    """

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
            known = self.looks.get(look.use_case)
            self.looks[look.use_case] = known.merged(look) if known else look
            self.messages.setdefault(look.use_case, []).append(identity)


def parse(event: object) -> Look | Asked:
    """Return what a command asks, or what a batch of messages asks; pydantic's ValidationError if it is neither."""
    if isinstance(event, dict) and "Records" in event:
        return Asked((message.id, message.body) for message in _Queue.model_validate(event).records)
    return Look.model_validate(event)
