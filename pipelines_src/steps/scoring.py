"""From a request to an answer: records in, predictions out, by what the training learnt."""

import json
import re
import traceback
from array import array
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Any

import numpy as np

from . import answers, features_file, files, models, records, row_runtime, use_case
from .answers import CSV, JSON, JSON_LINES
from .errors import RequestError
from .models import Model
from .row_runtime import RowFunction
from .use_case import UseCase

DECISION_FILE = "decision.json"  # in a package whose use case declares costs: the threshold
_NO_NUMBER = re.compile(r"\b(NaN|Infinity)\b")  # as Python writes them; JSON has neither
MOST_ROWS = 20  # about as many rows cost one by one what a matrix costs, however few it has


@dataclass(frozen=True)
class Refusal:
    """A response with an error, readable as Flask's and answering as a WSGI application.

    The image turns an exception into a status of 500; a returned application it serves as it is.
    """

    status_code: int
    data: bytes
    mimetype: str = JSON

    def __call__(self, _environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answer as a WSGI application (PEP 3333)."""
        headers = [("Content-Type", self.mimetype), ("Content-Length", str(len(self.data)))]
        start_response(f"{self.status_code} {HTTPStatus(self.status_code).phrase}", headers)
        return [self.data]


class Scorer:
    """A loaded model package: few records are scored one by one, many as a matrix, alike but for the last bit.

    Args:
        use_case: whose records.
        encode: the row function of the preparation.
        model: trained on what that gives.
        threshold: from which probability on the answer's decision is true; None: answers have none.
    """

    def __init__(self, use_case: UseCase, encode: RowFunction, model: Model, threshold: float | None = None) -> None:
        self.use_case, self.encode, self.model, self.threshold = use_case, encode, model, threshold
        self._reader = records.Reader(use_case.record)
        self._predict = models.row_predictor_of(model)
        self._answer = answers.of(use_case, threshold)

    @classmethod
    def load(cls, folder: Path) -> "Scorer":
        """Load an unpacked package; StepError if its parts do not belong together."""
        features = features_file.read(folder)
        settings = UseCase.from_document(files.read_json(folder / use_case.SETTINGS_FILE))
        model = models.load_folder(folder, len(features_file.model_columns(features)), settings)
        decides = folder / DECISION_FILE
        threshold = files.read_json(decides)["threshold"] if decides.exists() else None
        return cls(settings, row_runtime.load(folder / row_runtime.FILE), model, threshold)

    def respond(self, content: str | bytes, content_type: str, accept: str) -> tuple[str, str] | Refusal:
        """Answer one request; see docs/architecture.md, Jobs, for the formats."""
        try:
            answer = _accepted(accept)
            predictions = [self._answer(output) for output in self.score(records.documents(content, content_type))]
            return answers.written(predictions, answer), answer
        except RequestError as error:
            return Refusal(error.status, json.dumps({"error": str(error)}).encode())

    def respond_each(self, content: str | bytes, content_type: str, accept: str) -> tuple[str, str] | Refusal:
        """Answer a request of batch transform: a record that cannot be answered costs its own line, not the job.

        Of JSON Lines asked for in JSON Lines, such a line is `{"error": "..."}`; else as `respond`.
        """
        try:
            answer = self.respond(content, content_type, accept)
        except Exception:  # one record may be why
            traceback.print_exc()
            answer = None
        kinds = {part.partition(";")[0].strip().lower() for part in (content_type, accept)}
        if kinds != {JSON_LINES}:
            return answer or self.respond(content, content_type, accept)
        if isinstance(answer, tuple) and not _NO_NUMBER.search(answer[0]):
            return answer
        text = content.decode("utf-8", "replace") if isinstance(content, bytes) else content
        return "".join(f"{self._line(line)}\n" for line in text.split("\n") if line.strip()), JSON_LINES

    def _line(self, line: str) -> str:
        try:
            answer = self.respond(line, JSON_LINES, JSON_LINES)
        except Exception as error:  # whatever the model's own code raises is about this record
            return json.dumps({"error": f"{type(error).__name__}: {error}"})
        if isinstance(answer, Refusal):
            return answer.data.decode()
        text = answer[0].rstrip("\n")
        return json.dumps({"error": f"the model gave no number: {text}"}) if _NO_NUMBER.search(text) else text

    def score(self, documents: Sequence[Any]) -> list[Any]:
        """Return the model's output for each record that a client sent; RequestError if one is none."""
        rows = [self.encode(self._reader.read(document, place)) for place, document in enumerate(documents)]
        if len(rows) <= MOST_ROWS:
            return [self._predict(array("f", row)) for row in rows]
        outputs: list[Any] = models.predict(self.model, np.array(rows, "float32")).tolist()
        return outputs


def _accepted(accept: str) -> str:
    for wanted in (part.partition(";")[0].strip().lower() for part in (accept or JSON).split(",")):
        if wanted in {JSON, JSON_LINES, CSV}:
            return wanted
        if wanted in {"*/*", "application/*"}:
            return JSON
    raise RequestError(f"the answer cannot be {accept!r}; accept {JSON}, {JSON_LINES} or {CSV}.", 406)
