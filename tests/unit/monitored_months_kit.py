"""Runs of the analyser over months of real flights, as the monitor leaves them.

The baseline is one of January to March. Predictions are the shares of late arrivals in these months, by hour and
airport, so that quality is a real figure as well.
"""

import json
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from config import load_use_case
from pipelines_src.flight_delays import raw_data
from pipelines_src.job_code import settings
from pipelines_src.steps.folders import Folders
from pipelines_src.steps.monitoring import bias, explanations, monitor
from pipelines_src.steps.monitoring.answered import Arrays
from pipelines_src.steps.monitoring.request import Request
from pipelines_src.steps.use_case import UseCase
from tests.unit import monitoring_kit

RECORD = ["scheduled_departure", "carrier", "origin", "dest", "distance", "humid", "wind_dir", "precip", "visib"]
HOSTILE = "<script>document.title='taken over'</script>"
_FACETS = [{"name": "origin", "values": ["JFK"]}]


def season(folder: Path, months: Sequence[int], rows: int = 1500) -> list[Path]:
    """Return the folders of a run for each month, each with its baseline beside it."""
    flights = _flights(folder / "raw")
    case = UseCase.from_document(json.loads(settings(load_use_case("flight_delays"))))
    first = _run(folder / "first", case, {"champion": flights[flights["month"] <= 3].sample(2 * rows, random_state=1)})
    baseline = first / "champion" / "data_quality"
    found = []
    for month in months:
        some = flights[flights["month"] == month].sample(rows, random_state=month)
        job = folder / f"2013-{month:02}"
        inputs = job / "processing" / "input"
        inputs.mkdir(parents=True)
        shutil.copytree(baseline, inputs / "baseline")
        (inputs / "quality").mkdir()
        statistics = first / "champion" / "model_quality" / "statistics.json"
        shutil.copy(statistics, inputs / "quality" / "model_quality.json")
        variants = {"champion": some} | ({"challenger": _damaged(some)} if month == months[-1] else {})
        left = _run(job, case, variants)
        shutil.copytree(baseline, left.parent / "baseline")
        found.append(left)
    _add_what_needs_a_model(found[-1])
    return found


def _flights(raw: Path) -> pd.DataFrame:
    raw_data.write(raw)
    flights = pd.read_parquet(raw / "flights.parquet").dropna(subset=["arr_delay"])
    weather = pd.read_parquet(raw / "weather.parquet")[["origin", "time_hour", "humid", "wind_dir", "precip", "visib"]]
    flights = flights.merge(weather, on=["origin", "time_hour"], how="left")
    flights["scheduled_departure"] = pd.to_datetime(flights[["year", "month", "day", "hour", "minute"]]).dt.strftime(
        "%Y-%m-%dT%H:%M:%S"
    )
    flights["late"] = (flights["arr_delay"] > 15).astype(int)
    before = (
        flights[flights["month"] <= 3]
        .groupby(["origin", "hour"])["late"]
        .mean()
        .mul(1.7)
        .clip(upper=1)
        .rename("probability")
    )
    return flights.join(before, on=["origin", "hour"]).fillna({"probability": 0.25})


def _damaged(flights: pd.DataFrame) -> pd.DataFrame:
    """A client that lost a field, sends another as text now and then, and has a new carrier."""
    damaged = flights.drop(columns="humid")
    damaged["carrier"] = damaged["carrier"].where(damaged["carrier"] != "UA", HOSTILE)
    damaged["visib"] = damaged["visib"].astype("object")
    damaged.loc[damaged.index[::4], "visib"] = "far"
    return damaged


def _run(job: Path, case: UseCase, variants: dict[str, pd.DataFrame]) -> Path:
    inputs = job / "processing" / "input"
    for variant, flights in variants.items():
        month = f"{flights['month'].iloc[0]:02}"
        answer = '{{"predictions": [{{"probability": {:.4f}}}]}}'.format
        columns = [name for name in RECORD if name in flights]
        lines, truth = [], []
        for number, row in enumerate(flights[[*columns, "late", "probability"]].to_dict("records")):
            record = {name: None if pd.isna(row[name]) else row[name] for name in columns}
            name = f"{variant}-{month}-{number}"
            at = f"2013-{month}-{1 + number % 28:02}T{number % 24:02}:30:00Z"
            lines.append(monitoring_kit.line(json.dumps(record), event=name, inference=name, at=at,
                                             answer=answer(row["probability"])))  # fmt: skip
            truth.append(_outcome(name, row["late"]))
        _write(inputs / "captures" / variant / "2013" / month / "01" / "00" / "c.jsonl", lines)
        _write(inputs / "ground_truth" / "2013" / month / "01" / "01" / f"{variant}.jsonl", truth)
    (inputs / "request").mkdir()
    month = next(iter(variants.values()))["month"].max()
    window = {"from": f"2013-{month:02}-01T00:00:00Z", "until": f"2013-{month + 1:02}-01T00:00:00Z"}
    monitors = {"monitors": ["data_quality", "model_quality", "bias"], "facets": _FACETS}
    asked = {"endpoint": "dev-flight-delays", **(window if "first" not in job.parts else {}), **monitors}
    (inputs / "request" / "request.json").write_text(json.dumps(asked))
    monitor.run(case, Folders(job))
    return job / "processing" / "output" / "monitoring"


def _outcome(name: str, late: int) -> str:
    data = {"data": str(late), "encoding": "CSV"}
    return json.dumps({"groundTruthData": data, "eventMetadata": {"eventId": name}, "eventVersion": "0"})


def _write(path: Path, lines: Sequence[str]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(f"{line}\n" for line in lines))


def _add_what_needs_a_model(left: Path) -> None:
    """Put in what the monitors of bias and explanations say with a model's package at hand."""
    random = np.random.default_rng(0)
    report = json.loads((left / "report.json").read_text())
    asked = Request.of({"facets": _FACETS})
    names = ["humid", "distance", "carrier", "visib"]
    then, now = (random.random((60, 4)) * scale for scale in ([4, 3, 2, 1], [1, 2, 3, 4]))
    monitors: dict[str, Any] = report["variants"]["champion"]["monitors"]
    monitors["explainability"] = explanations.result(names, now, then, asked).report | {"findings": []}
    before, after = (_decisions(random, shift) for shift in (0.0, 0.25))
    monitors["bias"] = bias.result(after, before, asked).report | {"findings": []}
    (left / "report.json").write_text(json.dumps(report))


def _decisions(random: np.random.Generator, shift: float) -> Arrays:
    facet = (random.random(4000) < 0.3).astype("float64")
    true = random.random(4000)
    score = np.clip(true + shift * facet, 0, 1)
    label = (random.random(4000) < true).astype("float64")
    return Arrays(label, score, (score >= 0.5).astype("float64"), (facet,))
