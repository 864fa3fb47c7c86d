"""Exposures and outcomes, as messages of the queue."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Annotated, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, TypeAdapter, ValidationError

UseCase = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{1,29}$")]
InferenceId = Annotated[str, StringConstraints(min_length=1, max_length=64)]
Text = Annotated[str, StringConstraints(max_length=64)]


class _Event(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    use_case: UseCase
    inference_id: InferenceId
    time: Text


class Exposure(_Event):
    """Who answered a request; `assigned` None: the endpoint drew; `share` None: it was not known."""

    kind: Literal["exposure"]
    user: Text | None
    assigned: Text | None
    answered: Text
    share: Annotated[float, Field(ge=0, le=1)] | None

    folder: ClassVar = "exposures"

    @property
    def line(self) -> str:
        """The record, as a line of JSON."""
        return json.dumps(self.model_dump(exclude={"kind", "use_case"}))


class Outcome(_Event):
    """What became of a request, in SageMaker's format of ground truth."""

    kind: Literal["outcome"]
    data: Annotated[str, StringConstraints(min_length=1)]

    folder: ClassVar = "ground-truth"

    @property
    def line(self) -> str:
        """The record, as a line of JSON; of two outcomes of one request the one of the later `eventTime` counts."""
        return json.dumps(
            {
                "groundTruthData": {"data": self.data, "encoding": "CSV"},
                "eventMetadata": {"eventId": self.inference_id, "eventTime": self.time},
                "eventVersion": "0",
            }
        )


_EVENTS: TypeAdapter[Exposure | Outcome] = TypeAdapter(Annotated[Exposure | Outcome, Field(discriminator="kind")])


class _Attributes(BaseModel):
    sent: int = Field(alias="SentTimestamp")  # milliseconds since 1970


class _Message(BaseModel):
    id: str = Field(alias="messageId")
    body: str
    attributes: _Attributes


class _Queue(BaseModel):
    records: list[_Message] = Field(alias="Records", min_length=1)


@dataclass
class Batch:
    """The lines of messages by folder and message; `refused`: messages that are none of ours, and why."""

    lines: dict[str, dict[str, str]] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)


def parse(event: object) -> Batch:
    """Return what messages say, by folder `<use case>/<what>/yyyy/mm/dd/hh`.

    The hour is that in which a message was sent, in UTC: it stays the same when the message comes again.
    """
    batch = Batch()
    for message in _messages(event):
        try:
            said = _EVENTS.validate_json(message.body)
        except ValidationError as error:
            batch.refused[message.id] = "; ".join(f"{found['loc']}: {found['msg']}" for found in error.errors())
            continue
        hour = datetime.fromtimestamp(message.attributes.sent / 1000, UTC)
        folder = f"{said.use_case}/{said.folder}/{hour:%Y/%m/%d/%H}"
        batch.lines.setdefault(folder, {})[message.id] = said.line
    return batch


def _messages(event: object) -> Iterable[_Message]:
    return _Queue.model_validate(event).records
