"""Messages of a queue that ask a function to look at use cases: many ask for one look, and one bad one fails alone."""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, Generic, Protocol, Self, TypeVar

from pydantic import BaseModel, Field, ValidationError

if TYPE_CHECKING:
    from aws_lambda_powertools import Logger


class Look(Protocol):
    """What a message asks: to look at a use case."""

    @property
    def use_case(self) -> str:
        """Name of its folder, `flight_delays`."""

    def merged(self, other: Self) -> Self:
        """Return one look that does what both ask for."""

    @classmethod
    def model_validate_json(cls, json_data: str) -> Self:
        """Return what a message says; pydantic's ValidationError if it is none."""


L = TypeVar("L", bound=Look)


class _Message(BaseModel):
    id: str = Field(alias="messageId")
    body: str


class _Queue(BaseModel):
    records: list[_Message] = Field(alias="Records", min_length=1)


class Messages(Generic[L]):
    """Looks by use case, and the messages that asked for each.

    A thousand new files are a thousand messages, and one look. `refused` are messages that are none of ours: they fail
    alone, and end in the dead-letter queue.
    """

    def __init__(self, kind: type[L], messages: Iterable[tuple[str, str]]) -> None:
        self.looks: dict[str, L] = {}
        self.messages: dict[str, list[str]] = {}
        self.refused: dict[str, str] = {}
        for identity, body in messages:
            try:
                look = kind.model_validate_json(body)
            except ValidationError as error:
                self.refused[identity] = str(error)
                continue
            known = self.looks.get(look.use_case)
            self.looks[look.use_case] = known.merged(look) if known else look
            self.messages.setdefault(look.use_case, []).append(identity)

    @classmethod
    def of(cls, kind: type[L], event: object) -> "Messages[L]":
        """Return the messages of an event of a queue; pydantic's ValidationError if it is none."""
        return cls(kind, ((message.id, message.body) for message in _Queue.model_validate(event).records))

    def each(self, act: Callable[[L], str], logger: "Logger") -> dict[str, Any]:
        """Act on the looks one by one; trouble with one does not keep the others' messages.

        Args:
            act: returns why it came to rest.
            logger: is told.

        Returns:
            Which messages failed, as a queue wants to know it.
        """
        failed = list(self.refused)
        for message, reason in self.refused.items():
            logger.error("A message is none of ours", message_id=message, reason=reason)
        for use_case, look in self.looks.items():
            try:
                rest = act(look)
            except Exception:
                logger.exception("Interrupted", use_case=use_case)
                failed += self.messages[use_case]
            else:
                logger.info("At rest", use_case=use_case, reason=rest)
        return {"batchItemFailures": [{"itemIdentifier": message} for message in failed]}


def is_of_queue(event: object) -> bool:
    """Whether an event is one of a queue."""
    return isinstance(event, dict) and "Records" in event
