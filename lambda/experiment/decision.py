"""Decide how an experiment goes on, from one look at it. Pure: the same look gives the same decision."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from experiment.bandit import LEAST_MOVE, Bandit, numbers
from experiment.figures import Figures, figures, guard_figures, logs, problem
from experiment.ramp import following, position, through
from experiment.state import Action, Decision, Observed
from experiment.terms import Experiment


def decide(experiment: Experiment, observed: Observed, bandit: Bandit | None = None) -> Decision:
    """Return the decision: safety first, then whether the data can be trusted, then the metric, then the ramp.

    With a `bandit` Thompson sampling takes the place of the metric's interval and of the ramp.

    - A guard that is breached withdraws, whatever else there is.
    - Impossible sums, and variants that do not get their shares of the records, ask.
    - Fewer records than at the look before are a late correction: nothing changes until the next look.
    - A worse challenger is withdrawn as soon as the interval says so and both variants have their minimum (of users,
      where users keep a variant); a better one is promoted when the ramp is through as well. At the maximum,
      `at_maximum` is done if neither is so; while the ramp rises, which takes some looks however many records each
      brings, the maximum is that of time alone.
    - A share rises after its step's minimum of records, unless a guard has no counts or half of the evidence for a
      breach.
    """
    guards = guard_figures(experiment, observed)
    wrong = problem(observed)
    breached = next((name for name, guard in guards.items() if guard.breached), None)
    if wrong:
        numbers = {"weight": observed.weight, "guards": logs(guards)}
        if breached is None:
            return Decision("ask", observed.weight, f"The data is not possible: {wrong}.", numbers)
        return Decision("withdraw", 0.0, _breach(experiment, observed, breached), numbers)
    look = _Look(experiment, observed, figures(experiment, observed, guards), bandit)
    return look.says("withdraw", _breach(experiment, observed, breached)) if breached is not None else look.decision()


def _breach(experiment: Experiment, observed: Observed, name: str) -> str:
    batches = observed.guards[name]
    champion = f"{sum(at.champion_failures for at in batches)} of {sum(at.champion for at in batches)}"
    challenger = f"{sum(at.challenger_failures for at in batches)} of {sum(at.challenger for at in batches)}"
    margin = dict(experiment.guards)[name].margin
    return (
        f"The challenger breaches guard {name}: {challenger} requests, the champion {champion}, "
        f"with a tolerated difference of {margin:.2%}."
    )


@dataclass(frozen=True)
class _Look:
    """A look at data that is possible."""

    experiment: Experiment
    observed: Observed
    found: Figures
    bandit: Bandit | None

    def decision(self) -> Decision:
        """Return the decision if no guard is breached."""
        return self._distrusted() or self._by_metric()

    def _distrusted(self) -> Decision | None:
        records, seen = self.found.records, self.observed.seen
        if self.found.mismatch >= -math.log(self.experiment.ratio_alpha):
            what = "users" if self.found.users else "records"
            return self.says("ask", f"The variants do not get their shares of the {what}: find out why, first.")
        if seen and (records[0] < seen[0] or records[1] < seen[1]):
            reason = f"There were {seen} records, now there are {records}: a correction. The next look decides."
            return self.says("go_on", reason, self.observed.weight)
        return None

    def _by_metric(self) -> Decision:
        users = self.found.users
        enough = (users.least if users else min(self.found.records)) >= self.experiment.minimum
        if self.bandit:
            return self._sampled(self.bandit, enough)
        better = enough and self.found.gain.low > 0
        if enough and self.found.gain.high < 0:
            return self.says("withdraw", f"The challenger is worse: {self._gain()}.")
        if better and not self._objection():
            return self.says("promote", f"The challenger is better: {self._gain()}.")
        if self._over():
            return self._end(enough, better)
        return self._ramp("The challenger is better so far" if better else f"Nothing is decided yet{self._known()}")

    def _sampled(self, bandit: Bandit, enough: bool) -> Decision:
        """Return what Thompson sampling says: an end when little can be lost by it, else the next shares."""
        higher, together = self.experiment.direction == "higher", self.found.design_effect
        advice = bandit.advice(self.observed.strata, higher_is_better=higher, design_effect=together)
        if advice is None:
            return self.says("go_on", f"{self.experiment.metric} is not known of both variants.", self.observed.weight)
        better, held = advice.probability > 0.5, self._held()  # noqa: PLR2004
        so_far = f"The challenger is better with a probability of {advice.probability:.1%}"
        lost = f"choosing now loses {advice.value_remaining:.4g} at most, in 19 of 20 cases"
        more = numbers(advice)
        if enough and advice.stop and not (better and held):
            return self.says("promote" if better else "withdraw", f"{so_far}; {lost}.", more=more)
        if self._over():
            end = self.experiment.at_maximum
            worst = self.experiment.non_inferiority
            if end == "promote" and enough and better and not held and worst and advice.value_remaining <= worst:
                return self.says("promote", f"The maximum exposure is reached. {so_far}; {lost}.", more=more)
            action: Action = "ask" if end == "ask" else "withdraw"
            return self.says(action, f"The maximum exposure is reached. {so_far}; {lost}.", more=more)
        share = min(advice.weight, self.observed.weight) if held else advice.weight
        if abs(share - self.observed.weight) < LEAST_MOVE:
            share = self.observed.weight
        return self.says("go_on", f"{so_far}{f'; its share does not rise, since {held}' if held else ''}.", share, more)

    def _end(self, enough: bool, better: bool) -> Decision:
        """Return what to do at the maximum exposure, where the metric alone has not ended the experiment."""
        margin, objection = self.experiment.non_inferiority, self._objection()
        ended = f"The maximum exposure is reached: {self._gain()}"
        if self.experiment.at_maximum == "promote" and margin is not None and not better:
            if not enough or self.found.gain.low <= -margin:
                return self.says("withdraw", f"{ended}, so the challenger may be worse by {margin:g}.")
            if not objection:
                return self.says("promote", f"{ended}, so the challenger is not worse by {margin:g}.")
        elif self.experiment.at_maximum == "withdraw" and not better:
            return self.says("withdraw", f"{ended}, so the challenger is not shown to be better.")
        return self.says("ask", f"{ended}{f', but {objection}' if objection else ''}.")

    def _ramp(self, so_far: str) -> Decision:
        weight, reason = following(self.experiment.ramp, self.observed)
        held = self._held()
        at = position(self.experiment.ramp, self.observed.weight)
        if held and at is not None:
            weight, reason = self.experiment.ramp[at].weight, f"the share does not rise, since {held}"
        return self.says("go_on", f"{so_far}; {reason}.", weight)

    def _held(self) -> str | None:
        """Return why the challenger may not have more traffic; None if it may."""
        for name, guard in self.found.guards.items():
            if not guard.periods:
                return f"guard {name} has no counts of both variants"
            if guard.suspect:
                return f"guard {name} has half of the evidence for a breach"
        return None

    def _objection(self) -> str | None:
        """Return why the challenger may not have all traffic; None if it may."""
        held = self._held()
        return held if held or through(self.experiment.ramp, self.observed) else "the ramp is not through"

    def _over(self) -> bool:
        long = self.observed.now - self.observed.started_at >= self.experiment.longest
        return long or (sum(self.found.records) >= self.experiment.maximum and not self._rises())

    def _rises(self) -> bool:
        return not (self.bandit or self._held() or through(self.experiment.ramp, self.observed))

    def _gain(self) -> str:
        if not self.found.difference.weight:
            return f"{self.experiment.metric} is not known of both variants"
        return (
            f"{self.experiment.metric} differs by {self.found.difference.value:+.4g}, the advantage is between "
            f"{self.found.gain.low:.4g} and {self.found.gain.high:.4g} at {100 - 100 * self.experiment.alpha:g} %"
            f"{self._known()}"
        )

    def _known(self) -> str:
        users = self.found.users
        return f", with {users.champion} and {users.challenger} users" if users else ""

    def says(
        self, action: Action, reason: str, weight: float | None = None, more: Mapping[str, Any] | None = None
    ) -> Decision:
        """Return the decision with all numbers. Its share is 1 if promoted, 0 if withdrawn, else the live one."""
        ends: Mapping[Action, float] = {"promote": 1.0, "withdraw": 0.0}
        share = ends.get(action, self.observed.weight) if weight is None else weight
        return Decision(action, share, reason, {**self.found.numbers(self.experiment, self.observed), **(more or {})})
