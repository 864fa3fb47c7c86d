"""The loop over the real months, offline: watched, trained again when the watch says so, beside a model left alone.

What decides is the product's own: the step `monitor`, the retrain function's logic with the terms of use_case.yaml, the
steps of the pipeline. A model that passes its gate serves from the next month on, where live an experiment decides.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd

from benchmarks import experiment_worlds, flight_model, season_months  # noqa: F401 - the first puts functions on the path
from benchmarks.season_months import LABEL, TIME, Found
from config import UseCase
from ops.story.season_quality import Quality, mean
from pipelines_src.steps.evaluation.model_quality import log_losses
from pipelines_src.steps.evaluation.ranking import RankedScores
from retrain.events import Cause, Kind, Terms
from retrain.logic import decide
from retrain.state import SPLIT_UNTIL, Observation, Result, Turn
from retrain.steps import Claim


@dataclass(frozen=True)
class Month:
    """A month: what was found at its end, and what came of it.

    Attributes:
        name: such as 2013-06.
        model: the number of the model that served, 0 the first.
        found: of that model.
        turn: the turn of the loop that began at its end; None: none.
        rest: why none began.
        alone, loop: mean log loss of both models, with intervals by day; areas: their AUC.
    """

    name: str
    records: int
    model: int
    found: Found
    turn: Turn | None
    rest: str
    alone: Quality
    loop: Quality
    areas: tuple[float, float]


@dataclass
class Replay:
    """Goes through the months. `make` trains a model: a folder, ends of the splits, and the model to beat."""

    folder: Path
    use_case: UseCase
    terms: Terms
    make: Callable[[Path, str, Path], Path] = flight_model.made
    turns: list[Turn] = field(default_factory=list)

    def run(self, first: Path, rows: pd.DataFrame) -> tuple[list[Month], pd.DataFrame]:
        """Return the months, and of each record day, label and both forecasts.

        Args:
            first: the folder of the model that is left alone.
            rows: of the months after its test split, in the order of time.
        """
        champion, number, months, parts = first, 0, [], []
        for name, part in rows.groupby(rows[TIME].dt.strftime("%Y-%m")):
            some = part.reset_index(drop=True)
            bodies = flight_model.bodies(some)
            alone = season_months.scores(first / flight_model.SERVED, bodies)
            score = alone if number == 0 else season_months.scores(champion / flight_model.SERVED, bodies)
            found = season_months.watched(self.folder / "watch", champion, some, bodies, score)
            turn, rest = self._turn(_end(str(name)), found, champion)
            label = some[LABEL].to_numpy("float64")
            both = [mean(some[TIME].dt.date.to_list(), log_losses(label, one)) for one in (alone, score)]
            areas = RankedScores(label, alone).auc(), RankedScores(label, score).auc()
            months.append(Month(str(name), len(some), number, found, turn, rest, both[0], both[1], areas))
            parts.append(pd.DataFrame({"time": some[TIME], "label": label, "alone": alone, "loop": score}))
            if turn and turn.result == "proposed":
                champion, number = self._of(turn), number + 1
        return months, pd.concat(parts, ignore_index=True)

    def _turn(self, now: datetime, found: Found, champion: Path) -> tuple[Turn | None, str]:
        kinds: list[Kind] = [kind for kind in ("drift", "quality") if getattr(found, kind)]
        causes = tuple(Cause(kind=kind, at=now, source=f"{kind} alarm") for kind in kinds)
        seen = Observation(self.use_case.name, now, self.terms, causes, tuple(self.turns), champion_model=str(champion))
        step = decide(seen)
        if not isinstance(step, Claim):
            return None, getattr(step, "reason", "")
        turn = step.turn
        self.make(self._of(turn), turn.parameters.get(SPLIT_UNTIL, ""), champion)
        gate = json.loads((flight_model.outputs(self._of(turn)) / "evaluation" / "evaluation.json").read_text())["gate"]
        result: Result = "proposed" if gate["result"] == "passed" else "refused"
        turn = replace(turn, result=result, detail=gate["message"], finished_at=now)
        self.turns.insert(0, turn)
        return turn, ""

    def _of(self, turn: Turn) -> Path:
        return self.folder / f"turn-{turn.number}"


def _end(month: str) -> datetime:
    following = (pd.Period(month) + 1).start_time
    return following.to_pydatetime().replace(tzinfo=UTC)
