"""Decide the next step of an experiment from one look at the world. Pure: the same look gives the same step."""

from dataclasses import replace
from datetime import datetime, timedelta

from experiment.ending import cut, end, finish
from experiment.judge import breach, closed, judge
from experiment.observation import Live, Observation, Reduction
from experiment.reading import Sums, UnreadableError, read, usable
from experiment.state import Decision
from experiment.steps import ASKS, BLOCKED, NO_SUMS, Advance, Alarm, Reduce, Rest, Step, Told, Weigh
from experiment.trial import Ending, Look, Trial
from experiment.weights import MOVING, same, share
from shared.slots import CHALLENGER, CHAMPION

# Clients of sticky assignment remember the weights for 15 seconds, and captures know whole seconds.
SETTLING = timedelta(seconds=20)
_OVER = frozenset({"Failed", "Stopped"})


def decide(seen: Observation, time: datetime | None) -> Step:
    """Return the next step for a use case. `time`: of a schedule's event or command; None: something else happened."""
    trial = seen.trial
    if trial is None or trial.result != "running":
        return Rest("no experiment runs")
    if trial.ending:
        return finish(trial, trial.ending, seen)
    live = seen.live
    if live is None:
        return end(trial, Ending("overtaken", "The endpoint is gone.", seen.now), seen)
    taken = None if live.status in MOVING else _overtaken(trial, live, seen)
    if taken:
        return end(trial, taken, seen)
    if time is not None and due(trial, time):
        return _look(trial, seen, time)
    return _go_on(trial, live, seen)


def _go_on(trial: Trial, live: Live, seen: Observation) -> Step:
    if live.status in MOVING:
        return Rest(f"the endpoint is {live.status}")
    if live.status != "InService":
        return Alarm(Told(BLOCKED, f"the endpoint is {live.status}: the experiment waits for a person"))
    return _settle(trial, live, seen) if trial.since is None else _reduced(trial, seen)


def due(trial: Trial, time: datetime | None) -> bool:
    """Whether this is a look that has not been made. An older message after a newer look changes nothing."""
    if time is None or trial.result != "running" or trial.ending:
        return False
    return time > (trial.looked_at or trial.started_at)


def _overtaken(trial: Trial, live: Live, seen: Observation) -> Ending | None:
    if seen.assignment not in (None, trial.terms.assignment):
        # What is reckoned as if drawn in one way says nothing where it is drawn in the other.
        reason = (
            f"Requests are shared {seen.assignment} since a deployment, and the terms say {trial.terms.assignment}."
        )
        return Ending("overtaken", reason, seen.now)
    for slot, wanted in ((CHAMPION, trial.champion), (CHALLENGER, trial.challenger)):
        serves = live.packages.get(slot, "")
        if serves != wanted:
            reason = f"The {slot} is {_named(serves)}, and was {_named(wanted)} at the start."
            # While it is promoted it stands in both slots: weights that move would be in the release's way.
            promoted = slot == CHAMPION and serves == trial.challenger
            return Ending("overtaken", reason, seen.now, share=None if promoted else 0.0)
    now = share(live)
    expected = [trial.share] if trial.since is not None else [trial.share, trial.before]
    if any(same(now, each) for each in expected):
        return None
    # Whoever moves weights by hand may have a reason that cannot wait.
    reason = f"Somebody gave the challenger a share of {now:.4g}, where the experiment had set {trial.share:.4g}."
    return Ending("overtaken", reason, seen.now)


def _named(package: str) -> str:
    return f"version {package.rpartition('/')[2]}" if package else "no model"


def _settle(trial: Trial, live: Live, seen: Observation) -> Step:
    """Bring the live weights to what they are to be; from then on, and a while, a stretch begins."""
    if not same(share(live), trial.share):
        return Weigh(trial.share)
    whole = seen.now.replace(microsecond=0) + timedelta(seconds=1)
    return Advance(replace(trial, since=whole + SETTLING, before=trial.share))


def _look(trial: Trial, seen: Observation, time: datetime) -> Advance:
    """Write a new look down: with a decision where it takes no sums, else open, unless another waits for sums."""
    look = Look(trial.looks + 1, time, trial.share, dict(seen.counts or {}))
    until = seen.counted_until or trial.counted_until
    after = replace(trial, looks=look.number, looked_at=time, counted_until=until, tail=dict(seen.tail))
    if found := breach(trial, seen.looks, look):
        return _decided(after, replace(look, outcome="withdraw"), found, None, seen)
    if trial.open_look is not None:
        reason = f"The sums of look {trial.open_look} are not there yet; no guard is breached."
        done = replace(look, outcome="go_on", reason=reason, next_share=trial.share, decided_at=seen.now)
        return Advance(after, looks=(done,))
    if usable(trial, seen.stretches, time):
        waits = replace(look, until=trial.settled(time))
        return Advance(replace(after, open_look=look.number, execution=""), looks=(waits,))
    return _decided(after, look, judge(trial, seen.looks, look, None, seen.now), None, seen)


def _reduced(trial: Trial, seen: Observation) -> Step:
    """Go on with the look that waits for its sums."""
    look = next((each for each in seen.looks if each.number == trial.open_look), None)
    if look is None:
        return Rest("nothing is due")
    if not trial.execution:
        return Reduce(trial, look, seen.stretches)
    reduction = seen.reduction or Reduction()
    if reduction.sums is not None:
        try:
            sums = read(reduction.sums, trial)
        except UnreadableError as error:
            return without_sums(trial, look, str(error), seen)
        # All looks since are decided, so their counts are there as well.
        found = judge(trial, seen.looks, look, sums, seen.now)
        after = replace(trial, seen=_records(sums), failures=0)
        return _decided(after, look, found, sums, seen)
    if reduction.status in _OVER or reduction.status == "Succeeded":
        reason = reduction.reason or f"the pipeline's execution is {reduction.status} and left no sums"
        return without_sums(trial, look, reason, seen)
    return Rest(f"the sums of look {look.number} are not there yet")


def _records(sums: Sums) -> tuple[int, int]:
    return sum(one.champion.n for one in sums.strata), sum(one.challenger.n for one in sums.strata)


def without_sums(trial: Trial, look: Look, reason: str, seen: Observation) -> Advance:
    """Close a look that gets no sums; one after the other is told to people."""
    failed = replace(look, outcome="failed", reason=reason, next_share=trial.share, decided_at=seen.now)
    after = replace(trial, open_look=None, execution="", failures=trial.failures + 1)
    # One may be a machine that was lost; the next look makes the sums anew.
    told = Told(NO_SUMS, f"{after.failures} looks in a row got no sums: {reason}") if trial.failures else None
    return Advance(after, looks=(failed,), told=told)


def _decided(trial: Trial, look: Look, found: Decision, sums: Sums | None, seen: Observation) -> Advance:
    """Write a decision down, and with it what is to be done."""
    done = closed(look, found, sums, seen.now)
    if look.number == trial.open_look:
        trial = replace(trial, open_look=None, execution="")
    if found.action in ("promote", "withdraw"):
        ending = Ending("promoted", found.reason, seen.now)
        if found.action == "withdraw":
            ending = Ending("withdrawn", found.reason, seen.now, share=0.0)
        return end(trial, ending, seen, look=done)
    told = Told(ASKS, found.reason) if found.action == "ask" else None
    if same(found.weight, trial.share):
        return Advance(trial, looks=(done,), told=told)
    before, stretch = cut(trial, seen.now)
    return Advance(replace(before, share=found.weight, before=trial.share), stretch, (done,), told)
