"""How an experiment ends: first it is written down what is to be done, then it is done, then that it was. Pure."""

from dataclasses import replace
from datetime import datetime

from experiment.observation import Observation, Package
from experiment.steps import Advance, Register, Rest, Step, Weigh
from experiment.trial import Ending, Look, Stretch, Trial
from experiment.weights import MOVING, same, share
from shared.slots import CHALLENGER, CHAMPION


def end(trial: Trial, ending: Ending, seen: Observation, look: Look | None = None) -> Advance:
    """Write down that an experiment is to end, with the look that says so; one that waited for sums gets none."""
    looks = [look] if look else []
    for each in seen.looks:
        if each.number == trial.open_look and not (look and look.number == each.number):
            reason = f"The experiment ended first: {ending.reason}"
            looks.append(replace(each, outcome="failed", reason=reason, next_share=trial.share, decided_at=seen.now))
    modified = seen.package.modified if seen.package else ""
    ended = replace(trial, ending=replace(ending, modified=modified), open_look=None, execution="")
    return Advance(*cut(ended, seen.now), looks=tuple(looks))


def cut(trial: Trial, now: datetime) -> tuple[Trial, Stretch | None]:
    """End the stretch of constant weights; captures know whole seconds, and the one that runs may have both."""
    last, since = now.replace(microsecond=0), trial.since
    closed = replace(trial, since=None)
    if since is None or since >= last:
        return closed, None
    number = trial.stretches + 1
    return replace(closed, stretches=number), Stretch(number, trial.share, since, last)


def finish(trial: Trial, ending: Ending, seen: Observation) -> Step:
    """Return what is still to be done for an experiment to be over."""
    live = seen.live
    if live and live.status in MOVING:
        return Rest(f"the endpoint is {live.status}")
    there = live is not None and live.status == "InService" and live.packages.get(CHALLENGER) == trial.challenger
    if live and there and ending.share is not None and not same(share(live), ending.share):
        return Weigh(ending.share)
    if ending.result in ("promoted", "withdrawn"):
        return _registered(trial, ending, seen)
    return _over(trial, ending, seen)


def _registered(trial: Trial, ending: Ending, seen: Observation) -> Step:
    package, promote = seen.package, ending.result == "promoted"
    if package is None:
        gone = replace(ending, result="overtaken", reason=f"{ending.reason} The model package is gone since.")
        return _over(trial, gone, seen)
    if _done(package, promote):
        return _over(trial, ending, seen)
    if package.modified != ending.modified:
        # Whoever decided about it since decided later.
        reason = f"{ending.reason} Somebody has changed the challenger's model package since."
        return _over(trial, replace(ending, result="overtaken", reason=reason), seen)
    return Register(trial.challenger, promote, f"Experiment {trial.name}: {ending.reason}", ending.at)


def _done(package: Package, promote: bool) -> bool:
    return package.approved and package.slot == CHAMPION if promote else not package.approved


def _over(trial: Trial, ending: Ending, seen: Observation) -> Advance:
    return Advance(replace(trial, result=ending.result, detail=ending.reason, ended_at=seen.now))
