"""Decide the next step of monitoring from one look at the world. Pure: the same look gives the same step.

A window of a variant has one run, so that events twice, late or in another order, and functions side by side, give no
second one; one that failed is tried again.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from monitor import native
from monitor.events import Ask, Look
from monitor.state import Observation, Result, Run
from monitor.windows import Due, due, overdue, shares
from shared.pipelines import Execution

MOST_OPEN = 4  # runs of a use case at once that nobody asked for: a limit of machines
IN_SERVICE = "InService"
_UNDER_WAY = frozenset({"Executing", "Stopping"})


@dataclass(frozen=True)
class Rest:
    """Nothing to do until something changes; `overdue` says what should have been looked at long ago."""

    reason: str
    overdue: str = ""


@dataclass(frozen=True)
class Claim:
    """Write a run down, unless somebody has taken its number."""

    run: Run


@dataclass(frozen=True)
class Start:
    """Write the request of a claimed run, and start the pipeline."""

    run: Run


@dataclass(frozen=True)
class Publish:
    """Publish what a run found, and end it."""

    run: Run


@dataclass(frozen=True)
class Close:
    """Write down how a run ended that found nothing."""

    run: Run
    result: Result
    detail: str


Step = Rest | Claim | Start | Publish | Close


def decide(seen: Observation, look: Look) -> Step:
    """Return the next step for a use case."""
    for run in seen.open_runs:
        execution = seen.executions.get(run.number)
        if execution is None or execution.status not in _UNDER_WAY:
            return _go_on(run, execution)
    if look.terms.backend == native.BACKEND:
        ended = native.due(seen)
        return Claim(ended) if ended else Rest(native.why(seen), native.overdue(seen))
    return _begin(seen, look) or Rest(_why(seen), overdue(seen))


def _go_on(run: Run, execution: Execution | None) -> Step:
    if execution is None:
        return Start(run)
    if execution.status == "Succeeded":
        return Publish(run)
    if execution.status == "Stopped":
        return Close(run, "stopped", "somebody stopped the execution")
    return Close(run, "failed", execution.reason or f"the execution is {execution.status}")


def _begin(seen: Observation, look: Look) -> Claim | None:
    if seen.status != IN_SERVICE:
        return None
    number = seen.runs[0].number + 1 if seen.runs else 1
    if look.ask:
        wanted = next(_asked(seen, look.ask), None)
        if wanted:
            return Claim(_run(seen, number, wanted, f"command {look.ask.request}", history=look.ask.history))
    wanted = next(due(seen), None) if len(seen.open_runs) < MOST_OPEN else None
    return Claim(_run(seen, number, wanted, "schedule")) if wanted else None


def _asked(seen: Observation, ask: Ask) -> Iterator[Due]:
    """Yield what a person asks for and no run has been for yet."""
    length = timedelta(hours=seen.terms.window_hours)
    done = {(run.variant, run.part) for run in seen.runs if run.trigger == f"command {ask.request}"}
    for served in seen.served:
        for share in shares(seen.terms):
            until = ask.until or ask.at - share.delay
            start = ask.start or until - length
            if (served.variant, share.part) not in done and until + share.delay <= ask.at:
                yield Due(served, share, start, until, 1)


def _run(seen: Observation, number: int, wanted: Due, trigger: str, *, history: bool = False) -> Run:
    return Run(
        use_case=seen.use_case,
        number=number,
        variant=wanted.served.variant,
        package=wanted.served.package,
        part=wanted.share.part,
        monitors=wanted.share.monitors,
        start=wanted.start,
        until=wanted.until,
        claimed_at=seen.now,
        attempt=wanted.attempt,
        trigger=trigger,
        history=history,
    )


def _why(seen: Observation) -> str:
    under_way = ", ".join(run.name for run in seen.open_runs)
    if seen.status is None:
        return "no endpoint yet; its captures are looked at once it serves"
    if seen.status != IN_SERVICE:
        return f"the endpoint is {seen.status}; new looks wait until it serves" + f"; {under_way} go on" * bool(
            under_way
        )
    if under_way:
        return f"under way: {under_way}"
    if seen.asked is None:
        return "the schedule's time has not come yet"
    return "every window that has ended was looked at, or is not due yet"
