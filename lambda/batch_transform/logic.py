"""Decide the next step of a batch transform from one look at the world. Pure: the same look gives the same step.

One run of a use case at a time: files that come meanwhile wait for the next. So a burst of events, events twice or in
another order, and functions side by side end the same.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import takewhile

from batch_transform.events import SCOPES, Look, Scope
from batch_transform.state import Champion, File, Observation, Result, Run, plan_of
from batch_transform.waiting import Portion, pending, portion, readable
from shared.pipelines import Execution

MOST_ATTEMPTS = 3  # in a row, whatever files came in between
_UNDER_WAY = frozenset({"Executing", "Stopping"})


@dataclass(frozen=True)
class Rest:
    """Nothing to do until something changes.

    `began`: the last run that this look began; `kept`: the run under way that keeps what this look asks for.
    """

    reason: str
    began: str = ""
    kept: str = ""


@dataclass(frozen=True)
class Claim:
    """Write down what the run scores, then the run, unless somebody has taken its number."""

    run: Run
    files: tuple[File, ...]
    refused: tuple[tuple[File, str], ...]


@dataclass(frozen=True)
class Start:
    """Start the pipeline for a claimed run."""

    run: Run


@dataclass(frozen=True)
class Publish:
    """Write the manifest of a run whose pipeline has succeeded."""

    run: Run
    execution: Execution


@dataclass(frozen=True)
class Close:
    """Take away what a run left, and write down how it ended."""

    run: Run
    result: Result
    detail: str


@dataclass(frozen=True)
class Keep:
    """Write at a run what the next one is asked to be, None: nothing any more; if nobody has written since."""

    run: Run
    wish: Look | None


@dataclass(frozen=True)
class _Wanted:
    scope: Scope
    after: str = ""


Step = Rest | Claim | Start | Publish | Close | Keep


def decide(seen: Observation, look: Look) -> Step:
    """Return the next step for a use case."""
    if seen.open_run:
        step = _go_on(seen.open_run, seen.execution)
        return _kept(seen.open_run, step, look) if isinstance(step, Rest) and look.begin else step
    last = seen.runs[0] if seen.runs else None
    if last and last.wish:
        look = look.merged(last.wish)
    wanted = _wanted(seen, look)
    if wanted is None:
        return Rest("no run is under way")
    waiting = pending(seen.files, seen.scored, wanted.scope, seen.champion, wanted.after)
    if seen.champion is None:
        return Rest(f"no model serves yet; {len(seen.files)} files wait for the first release")
    files, refused = readable(waiting)
    if not files:
        if last and last.wish:
            # Fulfilled: else a file that comes later would not wait for its schedule.
            return Keep(last, None)
        left = f"; no job can read {len(refused)}: {refused[0][1]}" if refused else ""
        return Rest(f"nothing is to be scored of {len(seen.files)} files{left}")
    return _begin(seen, look, wanted, seen.champion, portion(files, refused, seen.most_files, seen.most_bytes))


def _go_on(run: Run, execution: Execution | None) -> Step:
    if execution is None:
        return Start(run)
    if execution.status in _UNDER_WAY:
        return Rest(f"run {run.name} is {execution.status}")
    if execution.status == "Succeeded":
        return Publish(run, execution)
    if execution.status == "Stopped":
        return Close(run, "stopped", "somebody stopped the execution")
    return Close(run, "failed", execution.reason or f"the execution is {execution.status}")


def _kept(run: Run, rest: Rest, look: Look) -> Step:
    """Keep what is asked for during a run until it is over; the claim of the next run takes it up."""
    wish = run.wish.merged(look) if run.wish else look
    if wish != run.wish:
        return Keep(run, wish)
    return Rest(f"{rest.reason}; what is asked for begins after it", kept=run.name)


def _wanted(seen: Observation, look: Look) -> _Wanted | None:
    """Return which files may be scored now."""
    asked = _Wanted(look.scope) if look.begin else None
    last = seen.runs[0] if seen.runs else None
    rest = _unfinished(last) if last else None
    if asked is None or rest is None:
        return asked or rest
    # A person who has been told of failures decides anew.
    anew = look.scope == "all" or (look.insist and exhausted(seen.runs))
    return asked if anew or SCOPES.index(asked.scope) > SCOPES.index(rest.scope) else rest


def _unfinished(last: Run) -> _Wanted | None:
    """Return what the newest run leaves to the next, without being asked for: itself if it failed, and other files."""
    if last.result == "failed":
        return _Wanted(last.scope, last.after)
    if last.result == "succeeded" and last.upto:
        return _Wanted(last.scope, last.upto if last.scope == "all" else "")
    return None


def _begin(seen: Observation, look: Look, wanted: _Wanted, champion: Champion, taken: Portion) -> Step:
    plan = plan_of(taken.files, champion)
    if seen.runs and not look.insist:
        last = seen.runs[0]
        if last.result == "stopped" and last.plan == plan:
            return Rest(f"run {last.name} of the same files was stopped; a command starts it again")
        if exhausted(seen.runs) and last.champion.model_data == champion.model_data:
            return Rest(
                f"the last {MOST_ATTEMPTS} runs failed, the newest: {last.detail}; "
                "a command or another model tries again"
            )
    run = Run(
        use_case=seen.use_case,
        number=seen.runs[0].number + 1 if seen.runs else 1,
        plan=plan,
        scope=wanted.scope,
        after=wanted.after,
        upto=taken.upto,
        champion=champion,
        files=len(taken.files),
        trigger=look.trigger,
        claimed_at=seen.now,
    )
    return Claim(run, taken.files, taken.refused)


def exhausted(runs: Iterable[Run]) -> bool:
    """Whether the newest runs failed so often that a person is needed.

    Not those of one plan alone: where files keep coming no two plans are the same.
    """
    return len(list(takewhile(lambda run: run.result == "failed", runs))) >= MOST_ATTEMPTS
