"""The story's months: what is said of the loop's model is what became of it."""

from dataclasses import replace
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from config import load_environment, load_use_case
from ops.demo.progress import Stages
from ops.experiment import function
from ops.story import USE_CASE, month_traffic, season, season_month, season_turn
from ops.story.season import Season
from ops.story.season_month import Answers, Passed
from ops.target import OperationError, Target
from tests.unit import season_kit
from tests.unit.experiment_cloud_kit import CHALLENGER, CHAMPION
from tests.unit.experiment_trial_kit import trial
from tests.unit.monitor_client_kit import RUN

TARGET = Target(load_environment("local"), load_use_case(USE_CASE))
TIME, LABEL = "scheduled_departure", "arrived_late"
MONTHS = ("2013-06", "2013-07", "2013-08", "2013-09")
TURN = replace(season_kit.season().turns[0], package=CHALLENGER)


class Story:
    """Months in which an alarm rings at the end of July; its experiment takes the first ten days of August."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, result: str) -> None:
        self.result, self.asked = result, list[tuple[str, int]]()
        monkeypatch.setattr("ops.story.season.left_alone.Model.of", lambda *_: None)
        monkeypatch.setattr(season_month, "passed", self.month)
        monkeypatch.setattr(season_turn, "turn", lambda *_: TURN)
        monkeypatch.setattr(season_turn, "experiment", self.experiment)

    def month(self, _: Target, __: Any, name: str, rows: pd.DataFrame, ___: Any) -> Passed:
        self.asked.append((name, len(rows)))
        month = replace(season_kit.season().months[0], name=name)
        run = replace(RUN, violations={"data_quality": int(name == "2013-07")})
        zeros = np.zeros(len(rows))
        return Passed(month, run, Answers(rows[TIME].dt.date.to_list(), zeros, zeros, zeros))

    def experiment(self, *_: Any) -> Any:
        return SimpleNamespace(trial=trial(result=self.result)), datetime(2013, 8, 11)

    def tell(self) -> Season:
        days = pd.date_range("2013-06-01", "2013-09-30", freq="D")
        return season.tell(Stages(), TARGET, CHAMPION, pd.DataFrame({TIME: days, LABEL: 0.0}))


@pytest.mark.parametrize("result", ["promoted", "withdrawn", "stopped"])
def test_what_is_compared_is_what_was_answered_since_the_loops_model_serves(
    monkeypatch: pytest.MonkeyPatch, result: str
) -> None:
    story = Story(monkeypatch, result)
    found = story.tell()
    assert story.asked == [("2013-06", 30), ("2013-07", 31), ("2013-08", 21), ("2013-09", 30)]
    assert [month.began for month in found.months] == ["", "turn 1: proposed", "", ""]
    assert [month.decided for month in found.months] == ["", "", f"version 2: {result}", ""]
    assert (found.asked, len(found.later.days)) == (112, 51 if result == "promoted" else 112)
    assert (found.turns, found.until) == ([TURN], "2013-07")


def test_an_experiment_that_does_not_begin_by_itself_ends_the_story(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(season_turn, "_BEGINS", 0.0)
    # A person's, about another model.
    monkeypatch.setattr(function, "newest", lambda _: replace(trial(), challenger=CHAMPION))
    with pytest.raises(OperationError, match=r"about .*/2 has begun by itself"):
        season_turn.experiment(Stages(), TARGET, TURN, CHAMPION, pd.DataFrame())


def test_each_label_stands_beside_its_own_forecasts_though_flights_share_a_minute(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    fields = {field.name: None for field in TARGET.use_case.data.record}
    start = datetime(2013, 6, 1)
    rows = pd.DataFrame(
        [
            fields
            | {TIME: start + timedelta(minutes=one // 5), "record_id": f"{one:03}", LABEL: float(one % 3 > 0)}
            for one in range(60)
        ]
    )  # fmt: skip

    def scores(requests: Any) -> Any:
        return np.array([float(outcome) for one in requests for outcome in one.outcomes])

    monkeypatch.setattr(month_traffic, "ask", lambda _, asked, __: scores(asked))
    for name in ("tell", "put_raw"):
        monkeypatch.setattr(month_traffic, name, lambda *_: None)
    monkeypatch.setattr(season_month, "_look", lambda *_: RUN)
    empty: dict[str, Any] = {"data_quality": {"features": {}, "findings": []}, "model_quality": {}}
    report = {"variants": {"champion": {"monitors": empty}}}
    monkeypatch.setattr(month_traffic, "report_of", lambda *_: report)
    alone: Any = SimpleNamespace(scores=lambda records: np.full(len(records), 0.5))
    with Stages().stage("June") as stage:
        found = season_month.passed(TARGET, alone, "2013-06", rows, stage)
    assert found.answers.label.tolist() == found.answers.loop.tolist()
    assert found.month.areas == (0.5, 1.0)
