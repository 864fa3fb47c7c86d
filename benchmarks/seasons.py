"""The seasons: a model of one winter goes through the rest of the year, watched and trained again, or left alone.

And whether what watches it keeps its stated rate of false alarms, where nothing changes but the days.
`python -m benchmarks.seasons` measures this alone.
"""

import json
import shutil
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from benchmarks import flight_model, measure, season_alarms, seasons_plot
from benchmarks.flight_model import NAME, ROOT
from benchmarks.season_alarms import Alarms, Season
from benchmarks.season_answers import Answers
from benchmarks.season_loop import Month, Replay
from benchmarks.season_months import LABEL, TIME
from config import load_use_case
from pipelines_src.job_code import settings
from pipelines_src.steps.evaluation.bootstrap import Interval, Resampling
from pipelines_src.steps.evaluation.model_quality import log_losses
from pipelines_src.steps.evaluation.ranking import RankedScores
from pipelines_src.steps.use_case import UseCase
from retrain.events import Terms

SPLITS = 60  # how often a season is dealt out
PROMISED = "auc"  # what the models are trained for, and their gate asks


@dataclass(frozen=True)
class Result:
    """What the months came to.

    Attributes:
        months: each.
        gains: by how much the loop's forecasts were better since its first model served: `log_loss` and `auc`.
        alarms: where nothing had changed.
    """

    months: list[Month]
    gains: dict[str, Interval]
    alarms: list[Alarms]

    @property
    def kept(self) -> bool:
        """Whether the loop's models are better beyond chance at what they are trained for, and alarms are rare."""
        told = [one for one in self.alarms if not one.name.endswith(season_alarms.AS_RECORDS)]
        return PROMISED in self.gains and self.gains[PROMISED].lower > 0 and all(one.kept for one in told)


def run(out: Path, splits: int = SPLITS) -> Result:
    """Replay the months, count false alarms, and plot both into a folder."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        first = folder / "first"
        flight_model.made(first)
        months, forecasts = replayed(folder, first)
        result = Result(months, gains(months, forecasts), alarms(folder, first, splits))
    seasons_plot.write(result.months, result.alarms, out)
    return result


def replayed(folder: Path, first: Path) -> tuple[list[Month], pd.DataFrame]:
    """Go through the months after the test split of the model in the folder `first`."""
    declared = load_use_case(NAME)
    if declared.retrain is None:
        raise ValueError(f"{NAME} has no section retrain")
    terms = Terms.model_validate(declared.retrain.terms(declared.train, declared.label))
    rows = pd.read_parquet(flight_model.outputs(first) / "serving" / "serving.parquet").sort_values(TIME)
    known = rows[rows[LABEL].notna()].reset_index(drop=True)
    return Replay(folder, declared, terms).run(first, known)


def gains(months: list[Month], forecasts: pd.DataFrame) -> dict[str, Interval]:
    """Return the gains; none if no model of the loop has served."""
    served = [pd.Timestamp(month.name) for month in months if month.model]
    if not served:
        return {}
    later = forecasts[forecasts["time"] >= served[0]].reset_index(drop=True)
    label, alone, loop = (later[name].to_numpy("float64") for name in ("label", "alone", "loop"))
    less = log_losses(label, alone) - log_losses(label, loop)
    before, now = (RankedScores(label, score) for score in (alone, loop))
    return Resampling.of(_use_case().evaluate, later["time"]).intervals(
        lambda weights: {
            "log_loss": float(weights @ less / weights.sum()),
            "auc": now.auc(weights) - before.auc(weights),
        }
    )


def alarms(folder: Path, first: Path, splits: int) -> list[Alarms]:
    """Return how often windows from one season alarm; a model in the folder `first` answers."""
    raw, table, winter = folder / "raw", folder / "table.parquet", folder / "winter.parquet"
    shutil.copytree(first / "processing" / "input" / "raw", raw)
    (raw / "use_case.json").write_text(settings(load_use_case(NAME)))
    measure.run([sys.executable, "-m", "benchmarks.preparation_job", "ours", str(raw), str(table)], ROOT, {})
    frame = pd.read_parquet(table)
    used, use_case = frame[frame["@excluded"].isna()], _use_case()
    names = [field.name for field in use_case.record]
    used[used["@split"] == "train"][names].to_parquet(winter, index=False)
    scratch = folder / "scratch"
    scratch.mkdir()
    season = Season(winter, use_case, scratch)
    found = season.data(splits, by_day=True) + season.data(splits // season_alarms.SELDOM, by_day=False)
    held = used[used["@split"].isin(["validation", "test"])].rename(columns={"@label": LABEL}).reset_index(drop=True)
    answers = Answers.of(first / flight_model.SERVED, held, use_case)
    return found + answers.quality(splits) + answers.bias(splits) + answers.explanations(splits)


def document(result: Result) -> dict[str, Any]:
    """Return all figures."""
    return {
        "months": [
            {"month": one.name, "records": one.records, "model": one.model, "drift": one.found.drift,
             "worse": one.found.quality, "distances": one.found.distances, "alone": vars(one.alone),
             "loop": vars(one.loop), "areas": one.areas, "turn": vars(one.turn) if one.turn else None}
            for one in result.months
        ],
        "gains": {name: vars(one) for name, one in result.gains.items()},
        "alarms": [{**vars(one), "interval": one.interval, "kept": one.kept} for one in result.alarms],
    }  # fmt: skip


def _use_case() -> UseCase:
    return UseCase.from_document(json.loads(settings(load_use_case(NAME))))


if __name__ == "__main__":
    print(json.dumps(document(run(ROOT / "build" / "bench")), indent=1, default=str))
