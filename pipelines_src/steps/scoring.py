"""From a request to an answer: records in, probabilities out, by the code and the features of the training."""

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import xgboost
from numpy.typing import NDArray

from . import booster, records, row_features, row_predictor, use_case
from .encoding import Encoder
from .errors import RequestError
from .package import FEATURES_FILE
from .use_case import Transformations, UseCase

MOST_ROWS = 100  # about as many rows cost one by one what a table costs, however few it has
JSON, JSON_LINES, CSV = "application/json", "application/jsonlines", "text/csv"


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
    """A loaded model package: one record is scored by itself, many as a table, alike but for the last bit."""

    def __init__(
        self, use_case: UseCase, transformations: Transformations, encoder: Encoder, model: xgboost.Booster
    ) -> None:
        self.use_case, self.transformations, self.encoder, self.model = use_case, transformations, encoder, model
        self._reader = records.Reader(use_case.record)
        compiled = row_features.compiled(transformations, encoder)
        self._row = compiled or row_features.from_tables(transformations, encoder, self._reader)
        self._most_rows = MOST_ROWS if compiled else 1
        self._predict = row_predictor.of(model)

    @classmethod
    def load(cls, folder: Path) -> "Scorer":
        """Load an unpacked package; StepError if its parts do not belong together."""
        encoder = Encoder.from_document(json.loads((folder / FEATURES_FILE).read_text()))
        model = booster.load((folder / booster.MODEL_FILE).read_bytes(), len(encoder.features))
        name = encoder.use_case
        return cls(use_case.load(name), use_case.transformations(name), encoder, model)

    def respond(self, content: str | bytes, content_type: str, accept: str) -> tuple[str, str] | Refusal:
        """Answer one request; see docs/architecture.md, Jobs, for the formats."""
        try:
            answer = _accepted(accept)
            return _written(self.score(_documents(content, content_type)), answer), answer
        except RequestError as error:
            return Refusal(error.status, json.dumps({"error": str(error)}).encode())

    def score(self, documents: Sequence[Any]) -> list[float]:
        """Return the probability of the event for each record that a client sent; RequestError if one is none."""
        rows = [self._reader.read(document, position) for position, document in enumerate(documents)]
        if len(rows) <= self._most_rows:
            return [self._predict(self._row(row)) for row in rows]
        probabilities: list[float] = self.score_table(self._reader.table(rows)).tolist()
        return probabilities

    def features(self, table: pd.DataFrame) -> pd.DataFrame:
        """Return typed records as the float32 features that the model sees."""
        return self.encoder.apply(self.transformations.features(table))

    def score_table(self, table: pd.DataFrame) -> NDArray[np.float64]:
        """Return the probability of the event for each typed record."""
        return booster.predict(self.model, self.features(table).to_numpy("float32"))


def _documents(content: str | bytes, content_type: str) -> list[Any]:
    kind = content_type.partition(";")[0].strip().lower()
    if kind not in {JSON, JSON_LINES}:
        raise RequestError(f"content type {kind!r} is not understood; send {JSON} or {JSON_LINES}.", 415)
    try:
        text = content.decode("utf-8") if isinstance(content, bytes) else content
        if kind == JSON_LINES:
            documents = [json.loads(line) for line in text.splitlines() if line.strip()]
        else:
            whole = json.loads(text)
            documents = whole["instances"] if isinstance(whole, dict) and set(whole) == {"instances"} else [whole]
    except (ValueError, RecursionError) as error:
        raise RequestError(f"the request is not {kind}: {error}.") from error
    if not isinstance(documents, list) or not documents:
        raise RequestError('the request holds no record; send one, or {"instances": [record, ...]}.')
    return documents


def _accepted(accept: str) -> str:
    for wanted in (part.partition(";")[0].strip().lower() for part in (accept or JSON).split(",")):
        if wanted in {JSON, JSON_LINES, CSV}:
            return wanted
        if wanted in {"*/*", "application/*"}:
            return JSON
    raise RequestError(f"the answer cannot be {accept!r}; accept {JSON}, {JSON_LINES} or {CSV}.", 406)


def _written(values: list[float], answer: str) -> str:
    if answer == CSV:
        return "".join(f"{value!r}\n" for value in values)
    predictions = [{"probability": value} for value in values]
    if answer == JSON_LINES:
        return "".join(f"{json.dumps(prediction)}\n" for prediction in predictions)
    return json.dumps({"predictions": predictions})
