"""Capture files and runs of the monitor for tests."""

import base64
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from pipelines_src.steps.monitoring import captured, documents, expected, profiling
from pipelines_src.steps.monitoring.captured import Window
from pipelines_src.steps.monitoring.expected import Expected
from pipelines_src.steps.monitoring.profile import Profile
from pipelines_src.steps.monitoring.sketches import FieldSketch

HOUR = "2026/01/01/00"


def line(
    body: str,
    content_type: str = "application/json",
    encoding: str = "JSON",
    event: str = "e",
    answer: str = '{"predictions": [{"probability": 0.5}]}',
    at: str = "2026-01-01T00:10:00Z",
    inference: str | None = None,
) -> str:
    """Return a line of a capture file as SageMaker writes it."""
    data = base64.b64encode(body.encode()).decode() if encoding == "BASE64" else body
    about = {"eventId": event, "inferenceTime": at} | ({} if inference is None else {"inferenceId": inference})
    given = {"observedContentType": content_type, "mode": "INPUT", "data": data, "encoding": encoding}
    output = {"observedContentType": "application/json", "mode": "OUTPUT", "data": answer, "encoding": "JSON"}
    return json.dumps(
        {
            "captureData": {"endpointInput": given, "endpointOutput": output},
            "eventMetadata": about,
            "eventVersion": "0",
        }
    )


def write(folder: Path, lines: Iterable[str | bytes], variant: str = "champion", name: str = "c.jsonl") -> Path:
    """Write lines as a capture file of a variant, and return the folder of all."""
    path = folder / variant / HOUR / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"".join((one.encode() if isinstance(one, str) else one) + b"\n" for one in lines))
    return folder


def profiles(
    folder: Path, names: Sequence[str], window: Window | None = None, scratch: Path | None = None
) -> dict[str, Profile]:
    """Return the profiles of the captures below a folder."""
    scratch = scratch or folder.with_name(f"{folder.name}-scratch")
    scratch.mkdir(exist_ok=True)
    connection = captured.connect(scratch, 0.5, 1)
    return profiling.of_captures(connection, folder, names, window or Window(), scratch / "records.parquet")


def profile(columns: Mapping[str, Sequence[Any]]) -> Profile:
    """Return the profile of columns of numbers, texts and None."""
    rows = {len(values) for values in columns.values()}
    return Profile({name: field(values) for name, values in columns.items()}, rows=max(rows, default=0))


def field(values: Sequence[Any]) -> FieldSketch:
    """Return the sketch of a column of numbers, texts and None."""
    found = FieldSketch()
    numbers = [float(value) for value in values if isinstance(value, int | float)]
    texts = [value for value in values if isinstance(value, str)]
    found.kinds["fractional"], found.kinds["string"] = len(numbers), len(texts)
    found.kinds["null"] = len(values) - len(numbers) - len(texts)
    found.numbers.update(np.array(numbers, "float64"))
    found.texts.update((text, 1) for text in texts)
    return found


def baseline(columns: Mapping[str, Sequence[Any]]) -> Expected:
    """Return what columns are the baseline of."""
    seen = profile(columns)
    return expected.of(documents.constraints(seen), documents.statistics(seen))
