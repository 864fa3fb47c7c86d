"""What people ask for: to begin an experiment, or to end it. Pure."""

from datetime import datetime

from experiment.counts import counted_from
from experiment.ending import end
from experiment.events import Start, Stop
from experiment.observation import Live, Observation
from experiment.steps import Advance
from experiment.trial import Ending, Trial
from experiment.weights import share
from shared.slots import CHALLENGER, CHAMPION


class CannotError(Exception):
    """What is asked for cannot be; the text says why, and what to do."""


def start(asked: Start, known: Trial | None, live: Live | None, now: datetime, deployed: str | None = None) -> Trial:
    """Return the experiment that begins; the known one, which is the newest, if this very request began it.

    Args:
        asked: what is to begin.
        known: the newest experiment.
        live: the endpoint.
        now: the time, with a zone.
        deployed: how the deployed functions share the requests, if they do.

    Raises:
        CannotError: another one runs, there are no two models to compare, the terms are not those that are deployed, or
            no outcome could count.
    """
    if known and known.request == asked.request:
        return known
    if known and known.result == "running":
        raise CannotError(
            f"Experiment {known.name} runs since {known.started_at:%Y-%m-%d %H:%M} UTC, by {known.started_by}. "
            "Wait for its end, or stop it: `python -m ops experiment stop`."
        )
    if deployed not in (None, asked.start.assignment):
        raise CannotError(
            f"The terms say assignment {asked.start.assignment}, and what is deployed shares requests {deployed}. "
            "Deploy the environment's control stack with this use_case.yaml, then start again."
        )
    if asked.start.outcome_hours >= 24 * asked.start.maximum_days:
        raise CannotError(
            f"Outcomes are known after {asked.start.outcome_hours} hours, and maximum_days ends the experiment after "
            f"{24 * asked.start.maximum_days}, before any counts. Give fewer `--outcome-hours`, or raise maximum_days."
        )
    live = _ready(live)
    began = now.replace(microsecond=0)
    return Trial(
        use_case=asked.use_case,
        number=known.number + 1 if known else 1,
        terms=asked.start,
        champion=live.packages[CHAMPION],
        challenger=live.packages[CHALLENGER],
        started_at=began,
        started_by=asked.by,
        why=asked.why,
        request=asked.request,
        share=asked.start.ramp[0].weight,
        before=share(live),
        counted_until=counted_from(began),
    )


def stop(asked: Stop, seen: Observation) -> Advance:
    """Return the end of the experiment that runs.

    Raises:
        CannotError: none does, or it is ending by itself.
    """
    trial = seen.trial
    if trial is None or trial.result != "running":
        raise CannotError("No experiment runs, so there is nothing to stop.")
    if trial.ending:
        raise CannotError(f"Experiment {trial.name} is ending already ({trial.ending.result}): {trial.ending.reason}")
    reason = f"Stopped by {asked.by}: {asked.why}"
    ending = Ending("stopped", reason, seen.now, share=None if asked.keep else 0.0)
    return end(trial, ending, seen)


def _ready(live: Live | None) -> Live:
    if live is None:
        raise CannotError("There is no endpoint. Approve a model first: `python -m ops release approve`.")
    if live.status != "InService":
        raise CannotError(f"The endpoint is {live.status}. Wait until it is InService, then start again.")
    if not live.packages.get(CHALLENGER):
        raise CannotError(
            "The endpoint has no challenger. Approve a model as one first: "
            "`python -m ops release approve ENVIRONMENT USE_CASE VERSION --as challenger`."
        )
    if not live.packages.get(CHAMPION):
        raise CannotError("The champion is no registered model, so nothing can be promoted over it. Release one first.")
    return live
