"""A month of the season: its flights pass through the endpoint, and the monitor looks at what was captured."""

import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import numpy as np

from monitor.events import Ask
from monitor.state import Run
from ops.demo.progress import Stage
from ops.monitor import looks
from ops.story import left_alone, month_traffic
from ops.story.month_traffic import TOGETHER, Floats
from ops.story.season_plots import Month
from ops.story.season_quality import mean
from ops.story.traffic import requests
from ops.story.trial import BY
from ops.target import OperationError, Target
from pipelines_src.steps.evaluation.model_quality import log_losses
from pipelines_src.steps.evaluation.ranking import RankedScores

if TYPE_CHECKING:
    import pandas as pd

_CAPTURED, _EVERY, _LOOKS = 6.0, 0.5, 3  # seconds, seconds, looks


@dataclass(frozen=True)
class Answers:
    """Records by their day, with what became of them and the forecasts of both models."""

    days: Sequence[Any]
    label: Floats
    alone: Floats
    loop: Floats

    @classmethod
    def of(cls, parts: "Sequence[Answers]") -> "Answers":
        """Put some together."""
        arrays = (np.concatenate([getattr(one, name) for one in parts]) for name in ("label", "alone", "loop"))
        return cls([day for one in parts for day in one.days], *arrays)


@dataclass(frozen=True)
class Passed:
    """What a month came to: as the page shows it, the monitor's run, and what was answered."""

    month: Month
    run: Run
    answers: Answers

    @property
    def alarmed(self) -> bool:
        """Whether the monitor found a violation."""
        return any(self.run.violations.values())


def passed(target: Target, alone: left_alone.Model, name: str, rows: "pd.DataFrame", stage: Stage) -> Passed:
    """Let a month pass.

    Args:
        target: whose endpoint.
        alone: the model that is left alone.
        name: such as 2013-06.
        rows: of the month, whose outcomes are known.
        stage: shows what is going on.
    """
    import pandas as pd

    began = datetime.now(UTC)
    one_each = requests(target, month_traffic.sampled(rows, str(target.use_case.data.time)))
    asked = list(month_traffic.in_requests([replace(one, name=f"season-{one.name}") for one in one_each], TOGETHER))
    score = month_traffic.ask(target, asked, lambda done: stage.show(f"{done} of {len(asked)} requests"))
    stage.show("what became of them")
    month_traffic.tell(target, asked)
    month_traffic.put_raw(target, pd.Period(name).end_time)
    stage.show("the monitor looks")
    run = _look(target, began, len(one_each))
    report = month_traffic.report_of(target, run.report)["variants"]["champion"]["monitors"]
    # All in the order of the requests: flights of the same minute may stand otherwise among the rows.
    label = np.array([one.outcomes[0] for one in one_each], "float64")
    before = alone.scores([one.record for one in one_each])
    answers = Answers([one.time.date() for one in one_each], label, before, score)
    return Passed(_shown(name, report, answers), run, answers)


def _shown(name: str, report: dict[str, Any], answers: Answers) -> Month:
    data = report["data_quality"]
    distances = {
        feature: float(one["distances"]["simple"]) for feature, one in data["features"].items() if one["distances"]
    }
    drifted = sorted({one["feature"] for one in data["findings"] if one["violated"]})
    worse = [figure for figure, one in report["model_quality"].get("figures", {}).items() if one["violated"]]
    pair = answers.alone, answers.loop
    quality = [mean(answers.days, log_losses(answers.label, score)) for score in pair]
    areas = [RankedScores(answers.label, score).auc() for score in pair]
    return Month(name, distances, drifted, worse, quality[0], quality[1], areas=(areas[0], areas[1]))


def _look(target: Target, began: datetime, records: int) -> Run:
    """Have the monitor look at so many records, captured since a time, and return how that ended."""
    for _ in range(_LOOKS):
        time.sleep(_CAPTURED)  # captures are written every five seconds, on a busy machine later
        now = datetime.now(UTC)
        ask = Ask(request=uuid.uuid4().hex, by=BY, at=now, start=began, until=now)
        [run] = looks.watch(target, looks.begin(target, ask, 0), every=_EVERY)
        if run.result != "succeeded":
            raise OperationError(f"The look at the requests of {target.name} {run.result}: {run.detail}")
        if run.figures.get("captured_records", 0) >= records:
            return run
    raise OperationError(f"Of {records} records {run.figures} were captured. The endpoint's log says why.")
