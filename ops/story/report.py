"""What the story came to: as a summary, and as a page."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.markup import escape
from rich.table import Table

from ops import loop_report, pages
from ops.console import output
from ops.experiment import plots
from ops.experiment.report import GuardRow
from ops.pages import Card
from ops.plots import Picture
from ops.records import Release
from ops.story import season_plots
from ops.story.month_traffic import PER_DAY, TOGETHER
from ops.story.season import Season
from ops.story.season_quality import Quality, area_won, mean
from ops.story.trial import Outcome
from ops.target import Target
from pipelines_src.steps.evaluation.model_quality import log_losses

_ENDED = {"promoted": "was promoted", "withdrawn": "was withdrawn", "stopped": "was not decided about"}


@dataclass(frozen=True)
class Chapter:
    """One experiment on the page."""

    title: str
    text: str
    verdict: str
    cards: Sequence[Card]
    pictures: Sequence[Picture]
    guards: Sequence[GuardRow]


@dataclass(frozen=True)
class Report:
    """Everything the story came to.

    Attributes:
        decided: the experiment between the old and the new model; caught: the one with the broken model.
        field: what the broken model's code cannot do without.
        season: the months after that.
        releases: all of them, the oldest first.
        seconds: stage -> how long it took.
    """

    target: Target
    decided: Outcome
    caught: Outcome
    field: str
    season: Season
    releases: Sequence[Release]
    seconds: dict[str, float]

    def write_page(self, path: Path) -> None:
        """Write the self-contained page; the old one stays until the new one is whole."""
        pages.write(
            Path(__file__).with_name("page.html.j2"),
            path,
            target=self.target,
            cards=self.cards(),
            chapters=self.chapters(),
            of_loop=self.of_loop(),
            releases=self.releases,
            who=_who,
            timeline=season_plots.timeline(self.season.months, "log loss"),
            season=self.season,
            shown=loop_report.row,
            per_day=PER_DAY,
            together=TOGETHER,
            seconds=self.seconds,
            longest=max(self.seconds.values()),
        )

    def cards(self) -> list[Card]:
        """Return the figures at the top."""
        asked = sum(sum(one.answered.values()) + one.failed for one in (self.decided, self.caught))
        return [
            Card(*_ended(self.decided), self.decided.trial.result == "promoted"),
            Card(*_ended(self.caught), self.caught.trial.result == "withdrawn"),
            *self._of_season(),
            Card(f"{asked:,}", f"requests, {self.caught.failed:,} of them answered with an error by the broken model"),
            Card(f"{sum(self.seconds.values()) / 60:.1f} min", "from nothing to the end"),
        ]

    def _of_season(self) -> list[Card]:
        later = self.season.later
        won = area_won(later.days, later.label, later.alone, later.loop)
        less = mean(later.days, log_losses(later.label, later.alone) - log_losses(later.label, later.loop))
        turned = "the loop turned by itself" if self.season.turns else "the loop did not turn"
        since = "since its model serves" if len(later.days) < self.season.asked else "in all months"
        return [
            Card(
                str(len(self.season.turns)),
                f"turn in {len(self.season.months)} months: {turned}",
                bool(self.season.turns),
            ),
            Card(
                f"{won.value:+.3f}",
                f"AUC of the loop against the model left alone, of {len(later.days):,} flights {since}, 95 % interval "
                f"by day {_interval(won)}; log loss won {less.value:+.4f}, {_interval(less)}",
                won.lower > 0 if won.lower > 0 or won.upper < 0 else None,
            ),
        ]

    def chapters(self) -> list[Chapter]:
        """Return what there is to see of each experiment."""
        decided, caught = self.decided, self.caught
        return [
            self._chapter(
                decided,
                "Is the new model better?",
                f"Both models were asked about {decided.days} days of flights that neither had learnt of, by "
                f"{_shared(decided)}. What became of them arrived every four days.",
            ),
            self._chapter(
                caught,
                "What a guard is for",
                f"A copy of the new model, with code that fails where {self.field} is missing. Its sample record has "
                f"it, so the test before the release passed. Then it was asked by {_shared(caught)}.",
            ),
        ]

    def of_loop(self) -> list[Chapter]:
        """Return what there is to see of the experiment about the loop's model."""
        if self.season.decided is None:
            return []
        found = self.season.decided
        text = (
            "The turn's model became the challenger, and an experiment began by itself. It would have waited a day for "
            f"outcomes, so it was begun anew with outcomes that are known at once: {_shared(found)}, over "
            f"{found.days} days."
        )
        return [self._chapter(found, "Does the loop's model win?", text)]

    def print_summary(self) -> None:
        """Print the same for a terminal."""
        shown = Table("release", "change", "because", "ended", title="Releases", title_justify="left")
        for one in self.releases:
            change = f"{one.slot}: {one.before or 'empty'} -> {one.version or 'empty'}"
            shown.add_row(str(one.number), change, escape(one.why or one.reason), one.result)
        output.print(shown)
        for chapter in [*self.chapters(), *self.of_loop()]:
            output.print(f"[bold]{escape(chapter.title)}[/] {escape(chapter.text)}", highlight=False)
            output.print(f"  {escape(chapter.verdict)}", highlight=False)
        for card in self.cards():
            output.print(f"[bold]{escape(card.value)}[/] {escape(card.text)}", highlight=False)

    def _chapter(self, outcome: Outcome, title: str, text: str) -> Chapter:
        found = outcome.report(self.target)
        pictures = plots.pictures(found.trial, found.looks, found.shares())
        return Chapter(title, text, found.verdict(), found.cards(), pictures, found.guards())


def _ended(outcome: Outcome) -> tuple[str, str]:
    return f"version {outcome.trial.challenger.rpartition('/')[2]}", _ENDED.get(
        outcome.trial.result, outcome.trial.result
    )


def _interval(one: Quality) -> str:
    return f"{one.lower:+.4f} to {one.upper:+.4f}"


def _who(release: Release) -> str:
    """Return the end of an ARN: a user, or a function's name without what CloudFormation put behind it."""
    name = re.split("[/:]", release.who)[-1]
    return re.sub(r"[0-9A-F]{8}-\w+$", "", name)


def _shared(outcome: Outcome) -> str:
    parts = [f"{count:,} answered by the {variant}" for variant, count in sorted(outcome.answered.items())]
    failed = [f"{outcome.failed:,} that failed"] if outcome.failed else []
    total = sum(outcome.answered.values()) + outcome.failed
    return f"{total:,} requests of some flights each ({', '.join([*parts, *failed])})"
