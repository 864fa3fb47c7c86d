"""Decide the next step of labelling from one look at the world. Pure: the same look gives the same step.

One run of a use case at a time: its record claims all its objects with one conditional write, so that events twice or
in another order, and functions side by side, never give one object to two jobs.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import takewhile

from label.choosing import waiting
from label.events import Look
from label.state import Claimed, Job, Observation, Result, Run, plan_of
from label.terms import Terms

MOST_FAILURES = 3  # in a row, whatever objects came in between
UNDER_WAY = frozenset({"Initializing", "InProgress", "Stopping"})
_RESULTS: dict[str, Result] = {"Completed": "labelled", "Stopped": "stopped"}


@dataclass(frozen=True)
class Rest:
    """Nothing to do until something changes; `began` and `kept` name runs, as the batch transform's rest does."""

    reason: str
    began: str = ""
    kept: str = ""


@dataclass(frozen=True)
class Claim:
    """Write down what the run labels, then the run, unless somebody has taken its number."""

    run: Run
    objects: tuple[Claimed, ...]


@dataclass(frozen=True)
class Start:
    """Start the labelling job of a claimed run."""

    run: Run


@dataclass(frozen=True)
class Publish:
    """Verify what a job left, or an import brought, and write the labels; `result` is how the run ends then."""

    run: Run
    job: Job | None
    result: Result


@dataclass(frozen=True)
class Close:
    """Write down how a run ended, and what it cost."""

    run: Run
    result: Result
    detail: str
    usd: float = 0


@dataclass(frozen=True)
class Keep:
    """Write at a run what the next one is asked to be, None: nothing any more; if nobody has written since."""

    run: Run
    wish: Look | None


Step = Rest | Claim | Start | Publish | Close | Keep


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
    step = _next(seen, seen.terms, look)
    if isinstance(step, Rest) and last and last.wish:
        # Fulfilled, or impossible: else an object that comes later would not wait for its schedule.
        return Keep(last, None)
    return step


def _go_on(run: Run, seen: Observation) -> Step:
    if run.imports:
        return Publish(run, None, "labelled")
    job, execution = seen.job, seen.execution
    if job is None:
        if execution is None:
            return Start(run)
        if execution.status == "RUNNING":
            return Rest(f"run {run.name}: its labelling job begins")
        return Close(run, "failed", execution.reason or f"the execution is {execution.status}, and there is no job")
    if job.status in UNDER_WAY:
        return Rest(f"run {run.name}: {job.labelled} of {run.objects} objects are labelled, the job is {job.status}")
    # Labels that workers gave are kept, however the job ended.
    return Publish(run, job, _RESULTS.get(job.status, "failed"))


def _kept(run: Run, rest: Rest, look: Look) -> Step:
    """Keep what is asked for during a run until it is over; the claim of the next run takes it up."""
    wish = run.wish.merged(look) if run.wish else look
    if wish != run.wish:
        return Keep(run, wish)
    return Rest(f"{rest.reason}; what is asked for begins after it", kept=run.name)


def _next(seen: Observation, terms: Terms, look: Look) -> Step:
    new = [digest for digest in look.imports if digest not in seen.imported]
    if new:
        return Claim(_run(seen, look, new[0], new[0], (), 0), ())
    last = seen.runs[0] if seen.runs else None
    again = last is not None and last.result == "failed" and not last.imports
    if look.imports and not look.begin:
        return Rest("these labels were imported before")
    if not look.begin and not again:
        return Rest("no run is under way")
    if terms.backend != "ground_truth":
        return Rest("labels come from elsewhere (label.backend: manifest_import); import them")
    return _begin(seen, terms, look)


def _begin(seen: Observation, terms: Terms, look: Look) -> Step:
    claims = waiting(seen.objects, seen.known, terms.attempts)
    if not claims:
        return Rest(f"nothing is to be labelled of {len(seen.objects)} objects")
    affordable = terms.affordable(seen.spent)
    taken = tuple(claims[:affordable])
    if not taken:
        return Rest(
            f"{len(claims)} objects wait: {seen.spent:.2f} of {terms.usd_per_month:.2f} USD of this month are spent"
        )
    if len(taken) < terms.least_objects:
        return Rest(f"{len(taken)} objects wait for others: automatic labelling takes {terms.least_objects} or more")
    plan = plan_of(taken)
    if not look.insist and (reason := _blocked(seen.runs, plan)):
        return Rest(reason)
    return Claim(_run(seen, look, plan, "", taken, len(taken) * terms.usd_per_object), taken)


def _blocked(runs: tuple[Run, ...], plan: str) -> str:
    if runs and runs[0].result == "stopped" and runs[0].plan == plan:
        return f"run {runs[0].name} of the same objects was stopped; a command starts it again"
    if exhausted(runs):
        return f"the last {MOST_FAILURES} runs failed, the newest: {runs[0].detail}; a command tries again"
    return ""


def _run(seen: Observation, look: Look, plan: str, digest: str, taken: tuple[Claimed, ...], usd: float) -> Run:
    left = look.without(digest)
    return Run(
        use_case=seen.use_case,
        number=seen.runs[0].number + 1 if seen.runs else 1,
        plan=plan,
        objects=len(taken),
        usd=usd,
        trigger=look.trigger,
        claimed_at=seen.now,
        imports=digest,
        wish=left if left.asks else None,
    )


def exhausted(runs: Iterable[Run]) -> bool:
    """Whether the newest runs failed so often that a person is needed."""
    jobs = (run for run in runs if not run.imports)
    return len(list(takewhile(lambda run: run.result == "failed", jobs))) >= MOST_FAILURES
