"""A month of held-out records, asked about many at a time, and their outcomes; what was answered comes back."""

import io
import json
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ops import data
from ops.outcomes import upload
from ops.story.traffic import Request, in_batches
from ops.target import Target
from pipelines_src.steps.answers import JSON

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]
PER_DAY, TOGETHER = 200, 100  # records
_AT_ONCE = 4


def sampled(rows: "pd.DataFrame", time: str) -> "pd.DataFrame":
    """Return at most PER_DAY records of each day, drawn by chance, the same in every run."""
    mixed = rows.sample(frac=1, random_state=0)
    return mixed.groupby(mixed[time].dt.date).head(PER_DAY).sort_values(time, kind="stable").reset_index(drop=True)


def in_requests(found: Sequence[Request], together: int) -> Iterator[Request]:
    """Yield requests of several records each, from requests of one, in their order."""
    for start in range(0, len(found), together):
        some = found[start : start + together]
        body = f'{{"instances": [{", ".join(one.record for one in some)}]}}'
        outcomes = tuple(outcome for one in some for outcome in one.outcomes)
        yield Request(f"{some[0].name}+{len(some)}", some[0].time, body, outcomes)


def ask(target: Target, requests: Sequence[Request], progress: Callable[[int], None]) -> Floats:
    """Ask the endpoint about requests of several records, and return the probability of each record, in order."""

    def one(request: Request) -> list[float]:
        said = target.runtime.invoke_endpoint(
            EndpointName=target.name, Body=request.record, ContentType=JSON, InferenceId=request.name
        )
        return [float(answer["probability"]) for answer in json.loads(said["Body"].read())["predictions"]]

    scores: list[float] = []
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        for done, some in enumerate(pool.map(one, requests), start=1):
            scores += some
            progress(done)
    return np.array(scores)


def tell(target: Target, requests: Sequence[Request]) -> None:
    """Put the outcomes of requests where monitors and experiments look for them."""
    documents = [
        {
            "groundTruthData": {"data": "\n".join(map(str, one.outcomes)), "encoding": "CSV"},
            "eventMetadata": {"eventId": one.name},
            "eventVersion": "0",
        }
        for one in requests
    ]
    for _ in upload(target, documents, datetime.now(UTC)):
        pass


def put_raw(target: Target, until: "pd.Timestamp") -> None:
    """Let the raw files be what was there at a time: no flight after it."""
    import pandas as pd

    with data.raw_files(target.use_case.name) as folder:
        flights = pd.read_parquet(folder / "flights.parquet")
        left = pd.to_datetime(flights[["year", "month", "day"]])
        content = io.BytesIO()
        flights[left < until].to_parquet(content, index=False)
    key = f"{target.use_case.name}/flights.parquet"
    target.s3.put_object(Bucket=target.bucket("raw"), Key=key, Body=content.getvalue())


def report_of(target: Target, uri: str) -> dict[str, Any]:
    """Return a document of S3."""
    bucket, _, key = uri.removeprefix("s3://").partition("/")
    found: dict[str, Any] = json.loads(target.s3.get_object(Bucket=bucket, Key=key)["Body"].read())
    return found


def shuffled(found: Sequence[Request], days: int) -> list[list[Request]]:
    """Return the requests of so many days at a time, mixed: those of a day would share a request, and its weather."""
    mixer = np.random.default_rng(0)
    return [[batch[place] for place in mixer.permutation(len(batch))] for batch in in_batches(found, days)]
