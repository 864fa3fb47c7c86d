"""The seasons: months of flights pass through the endpoint, the monitor watches them, and the loop turns by itself.

A month takes seconds: some flights of each day, many in a request. What is asked for by hand is that the monitor looks
at once, and that experiments need not wait a day for outcomes; alarm, turn and promotion come about as ever.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from monitor.state import Run
from ops.demo.progress import Stages
from ops.story import left_alone, season_month, season_turn
from ops.story.season_month import Answers, Passed
from ops.story.season_plots import Month
from ops.story.trial import Outcome
from ops.target import Target
from retrain.state import Turn

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Season:
    """What the months came to.

    Attributes:
        months: each.
        runs: of the monitor, one for each month.
        turns: of the loop, the oldest first.
        decided: the experiment about the loop's model; None: there was none.
        asked: records.
        until: the month at whose end the loop turned; empty: it did not.
        later: of the records since the loop's model serves, or of all if none does.
    """

    months: Sequence[Month]
    runs: Sequence[Run]
    turns: Sequence[Turn]
    decided: Outcome | None
    asked: int
    until: str
    later: Answers


@dataclass
class _Course:
    """What has happened so far."""

    passed: list[Passed] = field(default_factory=list)
    turn: Turn | None = None
    until: str = ""
    decided: Outcome | None = None
    served: int = 0  # months before the loop's model serves
    said: str = ""  # of the next month: what was decided in it

    def add(self, one: Passed) -> None:
        """Go on by a month."""
        self.passed.append(replace(one, month=replace(one.month, decided=self.said)))
        self.said = ""

    def turned(self, turn: Turn) -> None:
        """Note a turn at the end of the newest month."""
        newest = self.passed[-1]
        began = f"turn {turn.number}: {turn.result}"
        self.passed[-1] = replace(newest, month=replace(newest.month, began=began))
        self.turn, self.until = turn, newest.month.name

    def ended(self, decided: Outcome) -> None:
        """Note how the experiment about the turn's model ended, in the month that comes."""
        self.decided = decided
        self.said = f"version {decided.trial.challenger.rpartition('/')[2]}: {decided.trial.result}"
        if decided.trial.result == "promoted":
            self.served = len(self.passed)

    def season(self) -> Season:
        """Return what it came to."""
        answers = [one.answers for one in self.passed]
        return Season(
            [one.month for one in self.passed],
            [one.run for one in self.passed],
            [self.turn] if self.turn else [],
            self.decided,
            sum(len(one.days) for one in answers),
            self.until,
            Answers.of(answers[self.served :] or answers),
        )


def tell(stages: Stages, target: Target, champion: str, rows: "pd.DataFrame") -> Season:
    """Let the months of held-out rows pass.

    Args:
        stages: show what is going on.
        target: whose endpoint.
        champion: ARN of the package that serves, and that is left alone.
        rows: as of `held_out`, fetched before: what the loop prepares anew has others.
    """
    when = str(target.use_case.data.time)
    known = rows[rows[str(target.use_case.data.label)].notna()].sort_values(when)
    months = [(str(name), some) for name, some in known.groupby(known[when].dt.strftime("%Y-%m"))]
    course, alone, skip = _Course(), left_alone.Model.of(target, champion), None
    for place, (name, some) in enumerate(months):
        left = some if skip is None else some[some[when] >= skip]
        with stages.stage(f"Flights of {name}") as stage:
            if left[when].dt.date.nunique() > 1:
                course.add(season_month.passed(target, alone, name, left, stage))
        if course.turn or not course.passed or not course.passed[-1].alarmed:
            continue
        if turn := season_turn.turn(stages, target):
            course.turned(turn)
            if turn.result == "proposed" and place + 1 < len(months):
                decided, last = season_turn.experiment(stages, target, turn, champion, months[place + 1][1])
                course.ended(decided)
                skip = last
    return course.season()
