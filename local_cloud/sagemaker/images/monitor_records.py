"""Captures as flat records, by a preprocessing script or as the container does without one.

Sources: "Preprocessing and Postprocessing" of the developer guide; names of columns of merged captures as in public
scripts for model quality (`endpointOutput_0`, `groundTruthData_0`).
"""

import csv
import inspect
import json
import logging
import runpy
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from local_cloud.sagemaker.images.monitor_job import Document, Settings, moment

Row = dict[str, Any]
Handler = Callable[[Any], Any]


def rows(settings: Settings) -> Iterator[Row]:
    """Yield the flat records of the window."""
    make = _handler(settings.script) if settings.script else _merged if settings.quality else _plain
    for document in captures(settings.source):
        if settings.start <= moment(document["eventMetadata"]["inferenceTime"]) < settings.end:
            made = make(_record(document))
            yield from ([made] if made else []) if isinstance(made, dict) else made or []


def captures(folder: Path) -> Iterator[Document]:
    """Yield the lines of all capture files."""
    for path in sorted(folder.rglob("*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            if line.strip():
                yield json.loads(line)


def _record(document: Document) -> SimpleNamespace:
    data, meta = document["captureData"], document["eventMetadata"]
    record = SimpleNamespace(
        endpoint_input=_side(data.get("endpointInput")),
        endpoint_output=_side(data.get("endpointOutput")),
        event_metadata=SimpleNamespace(
            event_id=meta["eventId"],
            inference_id=meta.get("inferenceId"),
            event_time=meta["inferenceTime"],
            custom_attribute=meta.get("customAttributes"),
        ),
        event_version=document.get("eventVersion"),
    )
    if "groundTruthData" in document:
        record.ground_truth = SimpleNamespace(**document["groundTruthData"])
    return record


def _side(given: Document | None) -> SimpleNamespace | None:
    if given is None:
        return None
    return SimpleNamespace(
        data=given["data"],
        encoding=given["encoding"],
        observed_content_type=given.get("observedContentType"),
        mode=given.get("mode"),
    )


def _handler(script: Path) -> Handler:
    handler = runpy.run_path(str(script))["preprocess_handler"]
    if len(inspect.signature(handler).parameters) == 1:
        return handler  # type: ignore[no-any-return] # a person's function
    logger = logging.getLogger("preprocessor")
    return lambda record: handler(record, logger)


def _plain(record: Any) -> Row:
    fields = [_fields(side) for side in (record.endpoint_output, record.endpoint_input) if side]
    if all(isinstance(each, dict) for each in fields):
        return {name: value for each in reversed(fields) for name, value in each.items()}
    values = [value for each in fields for value in (each.values() if isinstance(each, dict) else each)]
    return {f"_c{place}": value for place, value in enumerate(values)}


def _merged(record: Any) -> Row:
    named: Row = {}
    for prefix, side in (("endpointOutput", record.endpoint_output), ("groundTruthData", record.ground_truth)):
        found = _fields(side)
        pairs = found.items() if isinstance(found, dict) else enumerate(found)
        named |= {f"{prefix}_{name}": value for name, value in pairs}
    return named


def _fields(side: Any) -> Row | list[Any]:
    """Return what one side holds: an object in JSON, else the fields of a line of CSV."""
    if side.encoding == "JSON":
        found = json.loads(side.data)
        if not isinstance(found, dict) or any(isinstance(value, dict | list) for value in found.values()):
            raise ValueError("Model Monitor takes flat JSON only; give the monitor a preprocessing script")
        return found
    if side.encoding != "CSV":
        raise ValueError(f"Model Monitor cannot read encoding {side.encoding}; give the monitor a preprocessing script")
    return [_value(cell) for cell in next(csv.reader([side.data.strip()]), [])]


def _value(cell: str) -> Any:
    if not cell.strip():
        return None
    try:
        return json.loads(cell) if cell.strip().lstrip("-")[:1].isdigit() else cell
    except ValueError:
        return cell
