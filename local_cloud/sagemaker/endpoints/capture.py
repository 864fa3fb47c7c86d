"""Data capture: requests and answers as JSON Lines in S3, in Model Monitor's format.

Files are written every five seconds, those of all variants at once, where AWS takes minutes. What is not written when
the local cloud stops is spooled beside the endpoint's state and written after the next start.
"""

import base64
import json
import random
import threading
import uuid
from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from local_cloud.sagemaker.role_clients import RoleClients

_PERCENT = 100.0


@dataclass(frozen=True)
class Exchange:
    """One invocation as the variant saw it."""

    request_type: str
    request: bytes
    response_type: str
    response: bytes
    inference_id: str | None
    custom_attributes: str | None
    shadow: bool = False


class Capture:
    """What one variant of one endpoint captures."""

    def __init__(self, config: dict[str, Any], endpoint: str, variant: str, clients: RoleClients, spool: Path) -> None:
        self._config = config
        self._prefix = f"{endpoint}/{variant}"
        self._clients = clients
        self._spool = spool
        self._lock = threading.Lock()
        self._writing = threading.Lock()
        self._records: list[tuple[str, str]] = []
        self._modes = {option["CaptureMode"] for option in config["CaptureOptions"]}
        headers = config.get("CaptureContentTypeHeader", {})
        self._encodings = dict.fromkeys(headers.get("CsvContentTypes", []), "CSV")
        self._encodings |= dict.fromkeys(headers.get("JsonContentTypes", []), "JSON")

    def add(self, exchange: Exchange) -> None:
        """Keep an exchange, or not, as the sampling percentage says."""
        if random.random() * _PERCENT >= self._config["InitialSamplingPercentage"]:  # noqa: S311 - a sample, no secret
            return
        moment = datetime.now(UTC)
        record = json.dumps(self._record(exchange, moment), separators=(",", ":"))
        with self._lock:
            self._records.append((moment.strftime(_HOUR), record))

    def flush(self) -> None:
        """Write what is kept, in memory or on disk, to S3, a file per hour; what fails is kept for the next time."""
        with self._writing:
            records = self._take()
            hours: dict[str, list[str]] = defaultdict(list)
            for hour, record in records:
                hours[hour].append(record)
            for hour in sorted(hours):
                try:
                    self._write(hour, hours[hour])
                except Exception:
                    with self._lock:
                        self._records[:0] = [entry for entry in records if entry[0] >= hour]
                    raise

    def spool(self) -> None:
        """Keep on disk what has not reached S3; the next capture of the same variant writes it."""
        with self._writing, self._lock:
            if self._records:
                self._spool.mkdir(parents=True, exist_ok=True)
                partial = self._spool / "partial"
                partial.write_text("".join(f"{hour}{record}\n" for hour, record in self._records))
                partial.rename(self._spool / f"{uuid.uuid4()}.jsonl")
                self._records = []

    def _take(self) -> list[tuple[str, str]]:
        spooled: list[tuple[str, str]] = []
        for file in sorted(self._spool.glob("*.jsonl")):
            spooled += [
                (line[:_HOUR_CHARACTERS], line[_HOUR_CHARACTERS:]) for line in file.read_text().split("\n") if line
            ]
            file.unlink()
        with self._lock:
            records, self._records = self._records, []
        return spooled + records

    def _write(self, hour: str, records: list[str]) -> None:
        destination = urlsplit(self._config["DestinationS3Uri"])
        folder = f"{destination.path.strip('/')}/{self._prefix}".lstrip("/")
        name = f"{datetime.now(UTC).strftime('%M-%S-%f')[:-3]}-{uuid.uuid4()}.jsonl"
        arguments: dict[str, str] = {}
        if key := self._config.get("KmsKeyId"):
            arguments = {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": key}
        self._clients.get("s3").put_object(
            Bucket=destination.netloc, Key=f"{folder}/{hour}/{name}", Body="".join(f"{r}\n" for r in records).encode(),
            **arguments,
        )  # fmt: skip

    def _record(self, exchange: Exchange, moment: datetime) -> dict[str, Any]:
        data: dict[str, Any] = {}
        if "Input" in self._modes:
            data["endpointInput"] = self._side("INPUT", exchange.request_type, exchange.request)
        if "Output" in self._modes:
            data["endpointOutput"] = self._side("OUTPUT", exchange.response_type, exchange.response)
        metadata: dict[str, Any] = {"eventId": str(uuid.uuid4())}
        if exchange.inference_id:
            metadata["inferenceId"] = exchange.inference_id
        if exchange.custom_attributes:
            metadata["customAttributes"] = [exchange.custom_attributes]
        metadata["inferenceTime"] = moment.strftime("%Y-%m-%dT%H:%M:%SZ")
        if exchange.shadow:
            metadata["invocationSource"] = "ShadowExperiment"
        return {"captureData": data, "eventMetadata": metadata, "eventVersion": "0"}

    def _side(self, mode: str, content_type: str, body: bytes) -> dict[str, str]:
        encoding = self._encodings.get(content_type.partition(";")[0].strip().lower(), "BASE64")
        try:
            text = base64.b64encode(body).decode() if encoding == "BASE64" else body.decode()
        except UnicodeDecodeError:
            encoding, text = "BASE64", base64.b64encode(body).decode()
        return {"observedContentType": content_type, "mode": mode, "data": text, "encoding": encoding}


_HOUR = "%Y/%m/%d/%H"
_HOUR_CHARACTERS = len("2013/01/31/23")
