"""What the analyser container finds in records: the project's own analyser, by Model Monitor's documented rules."""

import json
import os
import tempfile
from collections.abc import Iterable
from pathlib import Path

from local_cloud.sagemaker.images.monitor_job import Document, Settings, read
from local_cloud.sagemaker.images.monitor_records import Row
from pipelines_src.steps.monitoring import captured, data_quality, expected, profiling
from pipelines_src.steps.monitoring.captured import Window
from pipelines_src.steps.monitoring.profile import Profile
from pipelines_src.steps.monitoring.request import Request

_ALL = "all"  # Model Monitor tells no variants apart
_RULES = Request.of({"rules": "model_monitor"})
_MEMORY_GB = 1.0


def documents(rows: Iterable[Row], settings: Settings) -> dict[str, Document]:
    """Return the files that it writes."""
    given = list(rows)
    constraints, statistics = read(settings.constraints), read(settings.statistics) or {"features": []}
    baseline = expected.of(constraints, statistics) if constraints else None
    names = baseline.names if baseline else sorted({name for row in given for name in row})
    found = data_quality.result(baseline, _profile(given, names), _RULES).files
    return {"constraint_violations.json": {"version": 0.0, "violations": []}, **found}


def _profile(rows: Iterable[Row], names: list[str]) -> Profile:
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "captures"
        hour = folder / _ALL / "2000/01/01/00"
        hour.mkdir(parents=True)
        lines = (json.dumps(_capture(row, place)) + "\n" for place, row in enumerate(rows))
        (hour / "records.jsonl").write_text("".join(lines), encoding="utf-8")
        connection = captured.connect(Path(scratch), _MEMORY_GB, len(os.sched_getaffinity(0)))
        try:
            found = profiling.of_captures(connection, folder, names, Window(), Path(scratch) / "records.parquet")
        finally:
            connection.close()
    return found[_ALL]


def _capture(row: Row, place: int) -> Document:
    data = {"observedContentType": "application/json", "mode": "INPUT", "data": json.dumps(row), "encoding": "JSON"}
    return {"captureData": {"endpointInput": data}, "eventMetadata": {"eventId": str(place)}, "eventVersion": "0"}
