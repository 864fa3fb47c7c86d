"""Decide the next step of labelling from one look at the world. Pure: the same look gives the same step.

One run of a use case at a time: its record claims all its objects with one conditional write, so that events twice or
in another order, and functions side by side, never give one object to two jobs.
"""

from label.beginning import begun
from label.events import Look
from label.state import Execution, Observation, Result, Run
from label.steps import Close, Keep, Publish, Rest, Start, Step

UNDER_WAY = frozenset({"Initializing", "InProgress", "Stopping"})
_RESULTS: dict[str, Result] = {"Completed": "labelled", "Stopped": "stopped"}


def decide(seen: Observation, look: Look) -> Step:
    """Return the next step for a use case."""
    run = seen.open_run
    if seen.terms is None:
        # What was labelled is taken in once it is there again.
        waits = f"; run {run.name} waits for it" if run else ""
        return Rest(f"is not labelled: its stack of labelling is not deployed{waits}")
    if run:
        step = _go_on(run, seen)
        return _kept(run, step, look) if isinstance(step, Rest) and look.asks else step
    last = seen.runs[0] if seen.runs else None
    if last and last.wish:
        look = look.merged(last.wish)
    step = begun(seen, seen.terms, look)
    if isinstance(step, Rest) and last and last.wish:
        # Fulfilled, or impossible: else an object that comes later would not wait for its schedule.
        return Keep(last, None)
    return step


def _go_on(run: Run, seen: Observation) -> Step:
    if run.imports:
        return Publish(run, None, "labelled")
    job, execution = seen.job, seen.execution
    if job is None:
        return _without_job(run, execution)
    if job.status in UNDER_WAY:
        return Rest(f"run {run.name}: {job.labelled} of {run.objects} objects are labelled, the job is {job.status}")
    # Labels that workers gave are kept, however the job ended.
    return Publish(run, job, _RESULTS.get(job.status, "failed"))


def _without_job(run: Run, execution: Execution | None) -> Step:
    if execution is None:
        return Start(run)
    if execution.status == "RUNNING":
        return Rest(f"run {run.name}: its labelling job begins")
    if execution.status == "ABORTED":
        return Close(run, "stopped", "it was stopped before there was a job")
    return Close(run, "failed", execution.reason or f"the execution is {execution.status}, and there is no job")


def _kept(run: Run, rest: Rest, look: Look) -> Step:
    """Keep what is asked for during a run until it is over; the claim of the next run takes it up."""
    wish = run.wish.merged(look) if run.wish else look
    if wish != run.wish:
        return Keep(run, wish)
    return Rest(f"{rest.reason}; what is asked for begins after it", kept=run.name)
