"""The page of an experiment: what was decided, and all that it was decided from."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from experiment.judge import batches
from experiment.trial import Look, Stretch, Trial
from ops import pages
from ops.experiment import plots
from ops.pages import Card

_GOOD = {"promoted": True, "withdrawn": False}


@dataclass(frozen=True)
class GuardRow:
    """What a guard has seen; `evidence` as a share of what withdraws."""

    name: str
    champion: str
    challenger: str
    margin: str
    evidence: str
    breached: bool


@dataclass(frozen=True)
class Report:
    """One experiment and its record; `name` is its endpoint's."""

    name: str
    description: str
    trial: Trial
    looks: Sequence[Look]
    stretches: Sequence[Stretch]

    def write(self, path: Path) -> None:
        """Write the self-contained page."""
        pages.write(
            Path(__file__).with_name("page.html.j2"),
            path,
            name=self.name,
            description=self.description,
            trial=self.trial,
            looks=list(reversed(self.looks)),
            cards=self.cards(),
            verdict=self.verdict(),
            pictures=plots.pictures(self.trial, self.looks, self.shares()),
            guards=self.guards(),
            terms=self.terms(),
            counts=self._newest("counts"),
            of_nobody=self._numbers().get("records_of_nobody"),
            written=datetime.now(UTC),
        )

    def verdict(self) -> str:
        """Return the decision in a sentence, or what the newest look came to."""
        if self.trial.result != "running":
            return self.trial.detail
        if self.trial.ending:
            return f"It is ending ({self.trial.ending.result}): {self.trial.ending.reason}"
        decided = [look for look in self.looks if look.outcome not in ("open", "failed")]
        return decided[-1].reason if decided else "No look has come to anything yet."

    def cards(self) -> list[Card]:
        """Return the figures at the top."""
        trial, known = self.trial, self._numbers()
        asks = bool(self.looks) and self.looks[-1].outcome == "ask"
        state = "asks a person" if trial.result == "running" and asks else trial.result
        found = [Card(state, f"experiment {trial.name}", _GOOD.get(trial.result, False if asks else None))]
        if known.get("difference") is not None:
            sign = 1 if trial.terms.direction == "higher" else -1
            low, high = known["gain_low"], known["gain_high"]
            good = True if low is not None and low > 0 else False if high is not None and high < 0 else None
            found.append(Card(f"{sign * known['difference']:+.4g}", f"advantage in {trial.terms.metric}", good))
            if low is not None and high is not None:
                level = f"its {1 - trial.terms.alpha:.0%} interval, at any time"
                found.append(Card(f"{low:+.4g} to {high:+.4g}", level, good))
        if "champion_records" in known:
            records = f"{known['champion_records']:,} / {known['challenger_records']:,}"
            found.append(Card(records, "records with outcomes, champion / challenger"))
        if "champion_users" in known:
            users = f"{known['champion_users']:,} / {known['challenger_users']:,}"
            found.append(Card(users, "users, champion / challenger"))
            text = "design effect: so many times more records than if each were another user's"
            found.append(Card(f"{known['design_effect']:.2f}", text))
        hours = ((trial.ended_at or datetime.now(UTC)) - trial.started_at).total_seconds() / 3600
        looks = "1 look" if len(self.looks) == 1 else f"{len(self.looks)} looks"
        return [*found, Card(_lasted(hours), f"{looks} since {trial.started_at:%Y-%m-%d %H:%M} UTC")]

    def shares(self) -> list[tuple[datetime, float]]:
        """Return from when on which share was live; nothing is known of minutes in which weights moved."""
        trial, found = self.trial, []
        for one in self.stretches:
            found += [(one.start, one.share), (one.end, one.share)]
        if trial.since is not None:
            found += [(trial.since, trial.share), (self.looks[-1].at if self.looks else trial.since, trial.share)]
        return [(at, share) for at, share in found if not trial.ended_at or at <= trial.ended_at]

    def guards(self) -> list[GuardRow]:
        """Return a row for each guard."""
        declared, found = self.trial.terms.guards, []
        seen = batches(self.looks, declared)
        evidence = self._newest("guards")
        for name, guard in sorted(declared.items()):
            champion, challenger = (
                _rate(
                    sum(getattr(batch, f"{variant}_failures") for batch in seen[name]),
                    sum(getattr(batch, variant) for batch in seen[name]),
                )
                for variant in ("champion", "challenger")
            )
            share = evidence.get(name, {}).get("worse", 0.0) / -math.log(guard.alpha)
            what = f"{name}, above {guard.above_ms:g} ms" if guard.above_ms else name
            found.append(GuardRow(what, champion, challenger, f"{guard.margin:.2%}", f"{share:.2f}", share >= 1))
        return found

    def terms(self) -> dict[str, str]:
        """Return the terms, for people."""
        terms = self.trial.terms
        ramp = ", ".join(f"{step.weight:.0%} for {step.minimum:,} records" for step in terms.ramp)
        end = terms.at_maximum + (f", if not worse by {terms.non_inferiority:g}" if terms.non_inferiority else "")
        minimum = "users" if terms.assignment == "sticky" else "records"
        return {
            "metric": f"{terms.metric}, {terms.direction} is better",
            "method": terms.method,
            "assignment": terms.assignment,
            "alpha": f"{terms.alpha:g}",
            "smallest difference worth finding": f"{terms.tolerance:g}",
            "ramp": ramp,
            "minimum": f"{terms.minimum:,} {minimum} of each variant",
            "maximum": f"{terms.maximum:,} records of both, or {terms.maximum_days} days; then: {end}",
            "outcomes known after": f"{terms.outcome_hours} hours",
        }

    def _numbers(self) -> dict[str, Any]:
        known = [look.numbers for look in self.looks if look.numbers.get("difference") is not None]
        counted = [look.numbers for look in self.looks if "champion_records" in look.numbers]
        return dict((known or counted or [{}])[-1])

    def _newest(self, name: str) -> dict[str, Any]:
        found = [look.numbers[name] for look in self.looks if look.numbers.get(name)]
        return dict(found[-1]) if found else {}


def _lasted(hours: float) -> str:
    if hours < 2:  # noqa: PLR2004
        minutes = round(60 * hours)
        return "1 minute" if minutes == 1 else f"{minutes} minutes"
    return f"{hours / 24:.1f} days" if hours >= 48 else f"{hours:.1f} hours"  # noqa: PLR2004


def _rate(failures: int, requests: int) -> str:
    return f"{failures:,} of {requests:,} ({failures / requests:.2%})" if requests else "none"
