"""Months that passed through an endpoint, in which the loop turned once."""

from datetime import UTC, date, datetime, timedelta

import numpy as np

from monitor.state import Run
from ops.story.season import Season
from ops.story.season_month import Answers
from ops.story.season_plots import Month
from ops.story.season_quality import Quality
from retrain.events import Cause
from retrain.state import Turn

AT = datetime(2026, 1, 1, tzinfo=UTC)


def season() -> Season:
    """Return three months; the loop turns after the second, and its model serves in the third."""
    distances = {"wind_dir": 0.3, "carrier": 0.01}
    before, worse, better = (Quality(value, value - 0.03, value + 0.03) for value in (0.55, 0.6, 0.5))
    months = [
        Month("2013-06", distances, [], [], before, before),
        Month("2013-07", distances, ["wind_dir"], ["f1"], worse, worse, "turn 1: proposed"),
        Month("2013-08", distances, [], [], before, better, decided="version 4: promoted"),
    ]
    runs = [
        Run("flight_delays", number, "champion", "p", "requests", ("data_quality",), AT, AT + timedelta(minutes=1), AT)
        for number in (1, 2, 3)
    ]
    cause = Cause(kind="quality", at=AT, source="the alarm <ModelQualityViolations>")
    turn = Turn(
        "flight_delays", 1, (cause,), AT, package="p/4", result="proposed", detail="version 4 is the challenger"
    )
    random = np.random.default_rng(0)
    days = [date(2013, 8, 1 + place % 30) for place in range(900)]
    chance = random.random(len(days))
    label = (random.random(len(days)) < chance).astype("float64")
    later = Answers(days, label, np.full(len(days), 0.5), chance)
    return Season(months, runs, [turn], None, 3000, "2013-07", later)
