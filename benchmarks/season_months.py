"""A month of flights as an endpoint would have captured it, and what the monitor says of it."""

import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from benchmarks import flight_model
from pipelines_src.steps.folders import Folders
from pipelines_src.steps.monitoring import monitor
from pipelines_src.steps.scoring import Scorer

Floats = NDArray[np.float64]
VARIANT, LABEL, TIME = "champion", "arrived_late", "scheduled_departure"
_TOGETHER = 100  # records in a request


@dataclass(frozen=True)
class Found:
    """What the monitor reports of a month: `<feature> <check>` of data, figures of quality, and all distances."""

    drift: tuple[str, ...]
    quality: tuple[str, ...]
    distances: dict[str, float]


def scores(served: Path, bodies: list[str]) -> Floats:
    """Return the forecast of an unpacked package for each body of one record."""
    return np.array(Scorer.load(served).score([json.loads(body) for body in bodies]), "float64")


def watched(folder: Path, model: Path, rows: pd.DataFrame, bodies: list[str], score: Floats) -> Found:
    """Write captures and outcomes of records below a folder, and run the step `monitor` on them.

    Args:
        folder: is emptied.
        model: the folder in which `flight_model.made` made the model that answered.
        rows: with LABEL and TIME.
        bodies: of the rows.
        score: what the model answered.
    """
    shutil.rmtree(folder, ignore_errors=True)
    folders = Folders(folder)
    made = flight_model.outputs(model)
    for name, source in (("baseline", made / "baseline"), ("quality", made / "evaluation")):
        folders.input(name).parent.mkdir(parents=True, exist_ok=True)
        folders.input(name).symlink_to(source)
    _capture(folders, rows, bodies, score)
    folders.input("request").mkdir()
    asked = {"endpoint": "seasons", "variants": [VARIANT], "monitors": ["data_quality", "model_quality"]}
    (folders.input("request") / "request.json").write_text(json.dumps(asked))
    monitor.run(Scorer.load(model / flight_model.SERVED).use_case, folders)
    return _read(json.loads((folders.output("monitoring") / "report.json").read_text())["variants"][VARIANT])


def _read(report: dict[str, Any]) -> Found:
    data, quality = (report["monitors"][name] for name in ("data_quality", "model_quality"))
    drift = tuple(f"{one['feature']} {one['check']}" for one in data["findings"] if one["violated"])
    worse = tuple(name for name, one in quality["figures"].items() if one["violated"])
    distances = {
        name: one["distances"]["simple"] for name, one in data["features"].items() if one["distances"] is not None
    }
    return Found(drift, worse, distances)


def _capture(folders: Folders, rows: pd.DataFrame, bodies: list[str], score: Floats) -> None:
    days = rows[TIME].dt.date
    place = pd.Series(np.arange(len(rows)))
    for day, places in place.groupby(days.to_numpy()):
        name = f"{day:%Y/%m/%d}/00/requests.jsonl"
        captured, happened = folders.input("captures") / VARIANT / name, folders.input("ground_truth") / name
        for path in (captured, happened):
            path.parent.mkdir(parents=True)
        requests = [places.to_numpy()[at : at + _TOGETHER] for at in range(0, len(places), _TOGETHER)]
        with captured.open("w") as file, happened.open("w") as truth:
            for number, some in enumerate(requests):
                event = f"{day:%Y%m%d}-{number}"
                file.write(f"{json.dumps(_captured(event, f'{day}T12:00:00Z', some, bodies, score))}\n")
                labels = "\n".join(str(int(label)) for label in rows[LABEL].to_numpy()[some])
                about = {"eventId": event}
                data = {"data": labels, "encoding": "CSV"}
                truth.write(f"{json.dumps({'groundTruthData': data, 'eventMetadata': about, 'eventVersion': '0'})}\n")


def _captured(event: str, at: str, some: NDArray[np.int64], bodies: list[str], score: Floats) -> dict[str, Any]:
    asked = f'{{"instances": [{", ".join(bodies[one] for one in some)}]}}'
    answer = json.dumps({"predictions": [{"probability": float(score[one])} for one in some]})
    kind = {"observedContentType": "application/json", "encoding": "JSON"}
    return {
        "captureData": {
            "endpointInput": {**kind, "mode": "INPUT", "data": asked},
            "endpointOutput": {**kind, "mode": "OUTPUT", "data": answer},
        },
        "eventMetadata": {"eventId": event, "inferenceId": event, "inferenceTime": at},
        "eventVersion": "0",
    }
