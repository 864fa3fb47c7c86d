"""The peer: a model served as people commonly write it, a table of one row and a DMatrix; by itself and with FastAPI.

It uses the same model, transformations and categories, checks its input only as pydantic does, and predicts with one
thread. `uvicorn benchmarks.pandas_peer:application --factory` serves the folder that MODEL_FOLDER names.
"""

import json
import os
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pandas as pd
import xgboost
from fastapi import FastAPI
from pydantic import create_model

from benchmarks import pandas_flights
from pipelines_src.steps import booster
from pipelines_src.steps.use_case import UseCase

FOLDER = "MODEL_FOLDER"
_TYPES: dict[str, type] = {"number": float, "text": str, "time": datetime}


def handler(folder: Path) -> Callable[[dict[str, Any]], dict[str, Any]]:
    """Return a function: record -> answer."""
    features = json.loads((folder / "features.json").read_text())
    names = [feature["name"] for feature in features["features"]]
    model = booster.load((folder / "xgboost-model").read_bytes(), len(names))
    codes = {item["name"]: item["codes"] for item in features["features"] if item["type"] == "category"}
    settings = _settings(folder)
    numbers = [field.name for field in settings.record if field.type == "number"]
    times = [field.name for field in settings.record if field.type == "time"]

    def handle(record: dict[str, Any]) -> dict[str, Any]:
        table = pd.DataFrame([record])
        table[numbers] = table[numbers].astype("float64")
        for name in times:
            table[name] = pd.to_datetime(table[name])
        row = pandas_flights.features(table)
        for name, code in codes.items():
            row[name] = row[name].map(code)
        prediction = model.predict(xgboost.DMatrix(row[names].to_numpy("float32"), nthread=1))
        return {"predictions": [{"probability": float(prediction[0])}]}

    return handle


def _settings(folder: Path) -> UseCase:
    return UseCase.from_document(json.loads((folder / "use_case.json").read_text()))


def application() -> FastAPI:
    """Return the handler as a web application: POST /invocations with one record."""
    folder = Path(os.environ[FOLDER])
    handle = handler(folder)
    settings = _settings(folder)
    fields: dict[str, Any] = {
        field.name: _TYPES[field.type] if field.required else (_TYPES[field.type] | None, None)
        for field in settings.record
    }
    record_model: Any = create_model("Record", **fields)
    app = FastAPI()

    @app.post("/invocations")
    async def invocations(record: record_model) -> Any:
        return handle(record.model_dump())

    return app
