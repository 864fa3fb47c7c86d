"""What the function is asked: to look at a use case, by rules through the queue, or by a command directly."""

from collections.abc import Iterable
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError

Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class Look(BaseModel):
    """Look at a use case.

    Attributes:
        use_case: name of its folder, `flight_delays`.
        begin: whether a run may begin; else only one that is under way is finished, or tried again.
        insist: whether it may begin although it failed too often, or was stopped.
        imports: labels of elsewhere to take in, by the digest of their file.
        trigger: what made us look, for the record.
    """

    model_config = ConfigDict(frozen=True)

    use_case: str = Field(pattern=r"^[a-z][a-z0-9_]{1,29}$")
    begin: bool = False
    insist: bool = False
    imports: tuple[Digest, ...] = ()
    trigger: str = "unknown"

    @property
    def asks(self) -> bool:
        """Whether a run is asked for at all."""
        return self.begin or bool(self.imports)

    def merged(self, other: Self) -> "Look":
        """Return one look that does what both ask for."""
        asking = [look for look in (self, other) if look.asks]
        return self.model_copy(
            update={
                "begin": self.begin or other.begin,
                "insist": self.insist or other.insist,
                "imports": tuple(dict.fromkeys((*self.imports, *other.imports))),
                "trigger": (asking or [self])[0].trigger,
            }
        )

    def without(self, digest: str) -> "Look":
        """Return what is left to do after a run: one import, or objects if the digest is empty."""
        done = {"imports": tuple(one for one in self.imports if one != digest)} if digest else {"begin": False}
        return self.model_copy(update={**done, "insist": self.insist and bool(digest)})


class _Message(BaseModel):
    id: str = Field(alias="messageId")
    body: str


class _Queue(BaseModel):
    records: list[_Message] = Field(alias="Records", min_length=1)


class Asked:
    """Looks by use case, and the messages that asked for each; `refused` are messages that are none of ours."""

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
