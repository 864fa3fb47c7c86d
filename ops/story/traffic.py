"""Held-out records that ask the endpoint as programs would, and their outcomes, which arrive later."""

import json
import tempfile
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from assignment_client import Client
from ops.outcomes import upload
from ops.outcomes_file import Columns, documents
from ops.target import Target, client

if TYPE_CHECKING:
    import pandas as pd

_AT_ONCE = 4
_FLUSH_SECONDS = 30.0


@dataclass(frozen=True)
class Request:
    """A record that is asked about, or several in one body.

    Attributes:
        name: its InferenceId.
        time: of the record, the first of several, by the use case's own clock.
        record: a line of JSON.
        outcomes: of each record, as the model sees labels.
    """

    name: str
    time: datetime
    record: str
    outcomes: tuple[int, ...]


def requests(target: Target, rows: "pd.DataFrame") -> list[Request]:
    """Return a request for each record whose outcome became known, in the order of time.

    Args:
        target: says which columns are the label and the time.
        rows: as of `held_out`.
    """
    label, time = str(target.use_case.data.label), str(target.use_case.data.time)
    known = rows[rows[label].notna()].sort_values([time, "record_id"])
    lines = known.drop(columns=[label, "record_id"]).to_json(orient="records", lines=True, date_format="iso")
    return [
        Request(str(name), at.to_pydatetime(), line, (int(outcome),))
        for name, at, line, outcome in zip(
            known["record_id"], known[time], lines.splitlines(), known[label], strict=True
        )
    ]


class Traffic:
    """Sends requests through the client of experiments, which records who answered.

    Attributes:
        answered: variant -> requests that it answered.
        failed: requests that the endpoint answered with an error.
    """

    def __init__(self, target: Target) -> None:
        declared = target.use_case.experiment
        self._target = target
        self._client = Client(
            target.environment.name,
            target.use_case.name,
            sticky=bool(declared and declared.assignment == "sticky"),
            queue_url=target.output("control", "AssignmentQueueUrl"),
            # A program would rather lose records than wait for a busy machine; here there is time.
            clients=partial(client, target.environment),
        )
        self.answered: dict[str, int] = {}
        self.failed = 0

    def send(self, batch: Sequence[Request], progress: Callable[[int], None]) -> None:
        """Ask about a batch, some requests at once; `progress` is told how many are answered."""
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            for done, variant in enumerate(pool.map(self._ask, batch), start=1):
                if variant is None:
                    self.failed += 1
                else:
                    self.answered[variant] = self.answered.get(variant, 0) + 1
                progress(done)
        self._client.flush(_FLUSH_SECONDS)

    def tell(self, batch: Sequence[Request]) -> int:
        """Put the outcomes of a batch where experiments look for them, as `ops outcomes put` does; return how many."""
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "outcomes.jsonl"
            lines = (json.dumps({"inference_id": one.name, "outcome": [*one.outcomes]}) for one in batch)
            path.write_text("".join(f"{line}\n" for line in lines))
            found = list(documents(self._target.use_case, path, Columns("inference_id", ("outcome",))))
        for _ in upload(self._target, found, datetime.now(UTC)):
            pass
        return len(found)

    def _ask(self, request: Request) -> str | None:
        try:
            return self._client.ask(request.record, inference_id=request.name).variant
        except ClientError as error:
            said: dict[str, Any] = {**error.response}
            if said.get("OriginalStatusCode", 0) < HTTPStatus.INTERNAL_SERVER_ERROR:
                raise
            return None


def in_batches(found: Sequence[Request], days: int) -> Iterator[list[Request]]:
    """Yield the requests of so many days at a time."""
    batch: list[Request] = []
    for one in found:
        if batch and (one.time - batch[0].time).days >= days:
            yield batch
            batch = []
        batch.append(one)
    if batch:
        yield batch
