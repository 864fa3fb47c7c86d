"""Lines of capture files and of ground truth, as rows. What cannot be read is a row too, and costs itself only.

Formats: "Capture data from real-time endpoint" and "Ingest ground truth labels and merge them with predictions" in the
SageMaker developer guide.
"""

import base64
import json
import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from .. import answers
from ..use_case import UseCase
from .numbers import EVENT, Metric

CAPTURED = {
    "id": "string", "position": "int64", "event": "string", "at": "float64", "variant": "string", "valid": "int64",
}  # fmt: skip
HAPPENED = {"id": "string", "position": "int64", "order": "string", "label": "float64"}
OWN = "ml-loop:"  # begins the ids of the platform's own requests, with which releases ask a model
UNREADABLE = ""  # the id of a line that is no record; its `event` or `order` names the file
ERRORS = (AttributeError, IndexError, KeyError, OverflowError, RecursionError, TypeError, ValueError)
_TRUE, _FALSE = frozenset({"1", "true", "1.0"}), frozenset({"0", "false", "0.0"})

Row = tuple[Any, ...]


@dataclass(frozen=True)
class Captures:
    """Reads a line of a capture file: a row for each prediction, with the columns CAPTURED and those of the metric.

    A file lies in `.../<variant>/yyyy/mm/dd/hh/`. A request has its `InferenceId`, or else the id of its event; the
    predictions of one request are told apart by their position.
    """

    use_case: UseCase
    metric: Metric

    @property
    def columns(self) -> dict[str, str]:
        """Name -> type."""
        return CAPTURED | dict.fromkeys(self.metric.columns, "float64")

    def __call__(self, file: str, line: str) -> Iterator[Row]:
        """Yield the rows of a line; none of a request of the platform's own."""
        if not line.strip():
            return
        none = (0.0,) * len(self.metric.columns)
        try:
            document = json.loads(line)
            event = document["eventMetadata"]
            about = (str(event.get("inferenceId") or event["eventId"]), str(event["eventId"]))
            if about[0].startswith(OWN):
                return
            at, variant = seconds(event["inferenceTime"]), file.split("/")[-6]
        except ERRORS:
            yield (UNREADABLE, 0, named(file, 6), 0.0, "", 0, *none)
            return
        try:
            found = answers.read(*body_of(document["captureData"]["endpointOutput"]), self.use_case)
            rows = [self.metric.numbers(answer) for answer in found]
        except ERRORS:
            rows = []
        for position, numbers in enumerate(rows):
            yield (about[0], position, about[1], at, variant, 1, *numbers)
        if not rows:  # the model answered, but with no prediction
            yield (about[0], 0, about[1], at, variant, 0, *none)


@dataclass(frozen=True)
class GroundTruth:
    """Reads a line of ground truth: a row for each outcome of a request, with the columns HAPPENED.

    `order` tells which of several outcomes of one request counts, the last: by `eventMetadata.eventTime`, or the hour
    in which it was delivered where that is not set, then by what it says. With the time set, neither delay nor
    repetition of a message changes which one it is.
    """

    classes: tuple[str, ...]
    positive: str | None = None

    columns = HAPPENED

    def __call__(self, file: str, line: str) -> Iterator[Row]:
        """Yield the rows of a line."""
        if not line.strip():
            return
        try:
            document = json.loads(line)
            about, data = document["eventMetadata"], document["groundTruthData"]
            name, text = str(about["eventId"]), _text(str(data["data"]), str(data.get("encoding", "CSV")))
            labels = [self._label(one.strip().strip('"')) for one in text.strip().splitlines()]
            order = _order(about.get("eventTime"), file.split("/")[-5:-1], text)
        except ERRORS:
            labels = []
        if not labels:
            yield (UNREADABLE, 0, named(file, 5), 0.0)
            return
        for position, label in enumerate(labels):
            yield (name, position, order, label)

    def _label(self, text: str) -> float:
        if not self.classes:
            label = float(text)
            if not math.isfinite(label):
                raise ValueError(text)
            return label
        return float(self.classes.index(text) if self.classes != EVENT else self._happened(text))

    def _happened(self, text: str) -> bool:
        says = _truth(text)
        if self.positive is None:
            if says is None:
                raise ValueError(text)
            return says
        if not text:
            raise ValueError(text)
        if _truth(self.positive) is False:  # the label itself says it the other way round: 0 is the event
            return says is False
        return text == self.positive or says is True


def moment(time: str) -> datetime:
    """Return a time, in UTC; one without a zone is UTC."""
    found = datetime.fromisoformat(time.replace("Z", "+00:00"))
    return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)


def _order(event_time: Any, hour: list[str], text: str) -> str:
    delivered = datetime(*map(int, hour), tzinfo=UTC)  # type: ignore[misc, arg-type] # year, month, day, hour
    said = delivered if event_time is None else moment(event_time)
    return f"{said.isoformat(timespec='microseconds')}/{text}"


def _truth(text: str) -> bool | None:
    return True if text.lower() in _TRUE else False if text.lower() in _FALSE else None


def named(file: str, parts: int) -> str:
    """Return the end of a file's address, by which people find it."""
    return "/".join(file.split("/")[-parts:])


def seconds(time: str) -> float:
    """Return a time as seconds since 1970; one without a zone is UTC."""
    return moment(time).timestamp()


def body_of(given: dict[str, Any]) -> tuple[str, str]:
    """Return the body and the content type of a captured input or output."""
    return _text(str(given["data"]), str(given["encoding"])), str(given["observedContentType"])


def _text(data: str, encoding: str) -> str:
    return base64.b64decode(data, validate=True).decode() if encoding.upper() == "BASE64" else data
