"""Samples of captured requests: chosen by a job, which asks labelling for them; and their labels as outcomes.

In the bucket of processed data a sample has the folder `<use case>/samples/<sample>/` (docs/retraining.md). The
function lists captures and reads how labelling ended; no record passes through it.
"""

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from retrain.events import Sampling
from retrain.state import Turn
from shared import choices, pipelines
from shared.captures import of_hours
from shared.choices import Answered
from shared.slots import CHAMPION

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sagemaker import SageMakerClient

FOLDER, REQUEST = "samples", "request.json"
RUN, SAMPLES, BASELINE, LABELS = "RunUri", "SamplesUri", "BaselineUri", "LabelsUri"  # parameters of the pipelines
CHOOSE, DELIVER = "sample", "deliver"  # the pipelines, after the endpoint's name


class Samples:
    """Buckets and pipelines of one environment.

    Args:
        s3, sagemaker: clients.
        environment: its name.
        capture, processed, labelled: names of the buckets; `labelled` is empty where nothing is labelled.
    """

    def __init__(
        self,
        s3: "S3Client",
        sagemaker: "SageMakerClient",
        *,
        environment: str,
        capture: str,
        processed: str,
        labelled: str,
    ) -> None:
        self._s3, self._sagemaker, self._environment = s3, sagemaker, environment
        self._capture, self._processed, self._labelled = capture, processed, labelled

    def choose(self, turn: Turn, sampling: Sampling, baseline: str) -> str:
        """Start the choice of what is labelled, and return its execution; the same turn has one.

        Args:
            turn: whose sample.
            sampling: how much, and of which captures.
            baseline: S3 URI of the champion's, a folder; empty: it has none.

        Raises:
            RefusedError: SageMaker refuses it as it is.
        """
        start = turn.claimed_at - timedelta(days=sampling.days)
        asked = {
            "turn": turn.sample,
            "drawn": turn.drawn,
            "records": sampling.records,
            "variant": CHAMPION,
            "from": start.isoformat(),
            "until": turn.claimed_at.isoformat(),
            "ending": sampling.ending,
        }
        self._write(turn, REQUEST, asked)
        prefix = f"{turn.use_case}/{self._endpoint(turn)}/"
        keys = of_hours(self._s3, self._capture, f"{prefix}{CHAMPION}/", start, turn.claimed_at)
        names = [key.removeprefix(prefix) for key in keys]
        # A job fails at an input without a file: of nothing captured it gets its own request.
        listed = (f"s3://{self._capture}/{prefix}", names) if names else (f"{self._uri(turn)}/", [REQUEST])
        self._write(turn, "captures.manifest", [{"prefix": listed[0]}, *listed[1]])
        values = {RUN: self._uri(turn), SAMPLES: self._samples(turn), BASELINE: baseline or self._uri(turn)}
        return self._start(turn, CHOOSE, values)

    def deliver(self, turn: Turn) -> str:
        """Start the delivery of a sample's labels as outcomes, and return its execution; the same turn has one.

        The whole labelled set is read: of requests that an earlier turn had labelled no run makes a label again.
        """
        labels = f"s3://{self._labelled}/{turn.use_case}/labelled/"
        return self._start(turn, DELIVER, {RUN: self._uri(turn), LABELS: labels})

    def asked(self, turn: Turn) -> bool:
        """Whether the sample has asked for labels of anything."""
        key = choices.request_key(turn.use_case, turn.sample)
        listed = self._s3.list_objects_v2(Bucket=self._labelled, Prefix=key).get("Contents", [])
        return any(item["Key"] == key for item in listed)

    def answered(self, turn: Turn) -> Answered | None:
        """Return how labelling ended, None while it has not."""
        return choices.answered(self._s3, self._labelled, turn.use_case, turn.sample)

    def _start(self, turn: Turn, what: str, values: dict[str, str]) -> str:
        identity = f"{self._environment} {turn.use_case} {turn.name} {what}"
        return pipelines.start(self._sagemaker, f"{self._endpoint(turn)}-{what}", turn.name, values, identity)

    def _write(self, turn: Turn, name: str, document: Any) -> None:
        body = json.dumps(document, indent=1).encode() + b"\n"
        key = f"{turn.use_case}/{FOLDER}/{turn.sample}/{name}"
        self._s3.put_object(Bucket=self._processed, Key=key, Body=body)

    def _uri(self, turn: Turn) -> str:
        return f"{self._samples(turn)}/{turn.sample}"

    def _samples(self, turn: Turn) -> str:
        return f"s3://{self._processed}/{turn.use_case}/{FOLDER}"

    def _endpoint(self, turn: Turn) -> str:
        return f"{self._environment}-{turn.use_case.replace('_', '-')}"
