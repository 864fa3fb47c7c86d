"""The seasons: a model of one winter goes through the rest of the year, watched and trained again, or left alone.

`python -m benchmarks.seasons` measures this alone.
"""

import json
import shutil
import sys
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from benchmarks import flight_model, measure, season_alarms, season_loop
from benchmarks.experiment_worlds import ROOT
from benchmarks.season_alarms import Alarms, Season
from benchmarks.season_loop import Month, Replay, losses
from benchmarks.season_months import LABEL, TIME
from config import load_use_case
from pipelines_src.job_code import settings
from pipelines_src.steps.evaluation.bootstrap import Interval, Resampling
from pipelines_src.steps.evaluation.ranking import RankedScores
from pipelines_src.steps.use_case import UseCase
from retrain.events import Terms

SPLITS = 200


@dataclass(frozen=True)
class Result:
    """What the months came to.

    Attributes:
        months: each.
        gains: of the months that a model of the loop served, by how much it was better: `log_loss` and `auc`.
        alarms: where nothing had changed.
    """

    months: list[Month]
    gains: dict[str, Interval]
    alarms: list[Alarms]


def run(out: Path, splits: int = SPLITS) -> Result:
    """Replay the months, and count false alarms."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        first = folder / "first"
        flight_model.made(first)
        months, forecasts = replayed(folder, first)
        return Result(months, gains(months, forecasts), alarms(folder, first, splits))


def replayed(folder: Path, first: Path) -> tuple[list[Month], pd.DataFrame]:
    declared = load_use_case(flight_model.NAME)
    retrain = declared.retrain
    assert retrain is not None
    terms = Terms.model_validate(retrain.terms(declared.train))
    rows = pd.read_parquet(flight_model.outputs(first) / "serving" / "serving.parquet").sort_values(TIME)
    known = rows[rows[LABEL].notna()].reset_index(drop=True)
    return Replay(folder, declared, terms).run(first, known)


def gains(months: list[Month], forecasts: pd.DataFrame) -> dict[str, Interval]:
    """Return by how much the loop's forecasts were better since its first turn, with intervals by day."""
    since = next(pd.Timestamp(month.name) for month in months if month.model)
    later = forecasts[forecasts["time"] >= since].reset_index(drop=True)
    label = later["label"].to_numpy("float64")
    alone, loop = (later[name].to_numpy("float64") for name in ("alone", "loop"))
    less = losses(label, alone) - losses(label, loop)
    ranked = [RankedScores(label, one) for one in (loop, alone)]
    use_case = UseCase.from_document(json.loads(settings(load_use_case(flight_model.NAME))))
    return Resampling.of(use_case.evaluate, later["time"]).intervals(
        lambda weights: {
            "log_loss": float(weights @ less / weights.sum()),
            "auc": ranked[0].auc(weights) - ranked[1].auc(weights),
        }
    )


def alarms(folder: Path, first: Path, splits: int) -> list[Alarms]:
    """Return how often the monitor alarms in windows from one season."""
    use_case = UseCase.from_document(json.loads(settings(load_use_case(flight_model.NAME))))
    raw = folder / "raw"
    shutil.copytree(first / "processing" / "input" / "raw", raw)
    (raw / "use_case.json").write_text(settings(load_use_case(flight_model.NAME)))
    table, some = folder / "table.parquet", folder / "season.parquet"
    measure.run([sys.executable, "-m", "benchmarks.preparation_job", "ours", str(raw), str(table)], ROOT, {})
    frame = pd.read_parquet(table)
    used = frame[frame["@excluded"].isna()]
    names = [field.name for field in use_case.record]
    used[used["@split"] == "train"][names].to_parquet(some, index=False)
    scratch = folder / "scratch"
    scratch.mkdir()
    season = Season(some, use_case, scratch)
    found = season.data(splits, by_day=True) + season.data(splits, by_day=True, as_records=True)
    found += season.data(splits // 4, by_day=False)
    held = used[used["@split"].isin(["validation", "test"])].rename(columns={"@label": LABEL}).reset_index(drop=True)
    from benchmarks.season_months import scores

    score = scores(first / flight_model.SERVED, flight_model.bodies(held))
    for as_records in (False, True):
        found += season_alarms.of_quality(held, score, use_case, splits, as_records=as_records)
    return found


def document(result: Result) -> dict[str, Any]:
    return json.loads(json.dumps(asdict(result), default=str))


if __name__ == "__main__":
    found = run(ROOT / "build" / "bench", int(sys.argv[1]) if len(sys.argv) > 1 else SPLITS)
    print(json.dumps(document(found), indent=1))
