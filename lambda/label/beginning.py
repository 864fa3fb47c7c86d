"""Decide what the next run labels, while none is under way. Pure.

Labels of elsewhere come first, then what somebody chose, then everything else that is asked for.
"""

from collections.abc import Iterable
from dataclasses import replace
from itertools import takewhile

from label.choosing import waiting
from label.events import Look
from label.state import Choice, Claimed, Observation, Run, plan_of
from label.steps import Answer, Claim, Rest, Step
from label.terms import Terms
from shared.choices import Answered, Ended

MOST_FAILURES = 3  # in a row, whatever objects came in between


def begun(seen: Observation, terms: Terms, look: Look) -> Step:
    """Return the step that begins a run, answers who chose objects, or says why nothing begins."""
    new = [digest for digest in look.imports if digest not in seen.imported]
    if new:
        return Claim(replace(_run(seen, look.without(new[0]), new[0], (), 0), imports=new[0]), ())
    if seen.choices:
        return _chosen(seen, terms, look, seen.choices[0])
    last = seen.runs[0] if seen.runs else None
    again = last is not None and last.result == "failed" and not (last.imports or last.chosen)
    if look.imports and not look.begin:
        return Rest("these labels were imported before")
    if not look.begin and not again:
        return Rest("no run is under way")
    return _begin(seen, terms, look, None)


def _chosen(seen: Observation, terms: Terms, look: Look, choice: Choice) -> Step:
    """Label what somebody chose, or answer why not; a run that failed is tried again, as every other."""

    def answer(result: Ended, detail: str, run: str = "") -> Answer:
        return Answer(seen.use_case, choice.name, Answered(result=result, detail=detail, run=run))

    if choice.problem:
        return answer("nothing", choice.problem)
    for run in seen.runs:
        if run.chosen == choice.name and run.result in ("labelled", "stopped"):
            return answer("stopped" if run.result == "stopped" else "labelled", run.detail, run.name)
    step = _begin(seen, terms, look, choice)
    return answer("failed" if exhausted(seen.runs) else "nothing", step.reason) if isinstance(step, Rest) else step


def _begin(seen: Observation, terms: Terms, look: Look, choice: Choice | None) -> Rest | Claim:
    if terms.backend != "ground_truth":
        return Rest("labels come from elsewhere (label.backend: manifest_import); import them")
    claims = waiting(seen.objects, seen.known, terms.attempts)
    if choice:
        by_name = {claim.name: claim for claim in claims}
        claims = [by_name[name] for name in choice.objects if name in by_name]
    if not claims:
        what = f"{len(choice.objects)} chosen objects" if choice else f"{len(seen.objects)} objects"
        return Rest(f"nothing is to be labelled of {what}")
    affordable = terms.affordable(seen.spent)
    taken = tuple(claims[:affordable])
    if not taken:
        return Rest(
            f"{len(claims)} objects wait: {seen.spent:.2f} of {terms.usd_per_month:.2f} USD of this month are spent"
        )
    if len(taken) < terms.least_objects:
        return Rest(f"{len(taken)} objects wait for others: automatic labelling takes {terms.least_objects} or more")
    plan = plan_of(taken)
    # Whoever insists does so for all objects, not for those that somebody else chose.
    if (choice or not look.insist) and (reason := _blocked(seen.runs, plan)):
        return Rest(reason)
    run = _run(seen, look if choice else look.without(""), plan, taken, len(taken) * terms.usd_per_object)
    if choice:
        run = replace(run, chosen=choice.name, trigger=f"{choice.name} chose objects")
    return Claim(run, taken)


def _blocked(runs: tuple[Run, ...], plan: str) -> str:
    if runs and runs[0].result == "stopped" and runs[0].plan == plan:
        return f"run {runs[0].name} of the same objects was stopped; a command starts it again"
    if exhausted(runs):
        return f"the last {MOST_FAILURES} runs failed, the newest: {runs[0].detail}; a command tries again"
    return ""


def _run(seen: Observation, left: Look, plan: str, taken: tuple[Claimed, ...], usd: float) -> Run:
    return Run(
        use_case=seen.use_case,
        number=seen.runs[0].number + 1 if seen.runs else 1,
        plan=plan,
        objects=len(taken),
        usd=usd,
        trigger=left.trigger,
        claimed_at=seen.now,
        wish=left if left.asks else None,
    )


def exhausted(runs: Iterable[Run]) -> bool:
    """Whether the newest runs failed so often that a person is needed."""
    jobs = (run for run in runs if not run.imports)
    return len(list(takewhile(lambda run: run.result == "failed", jobs))) >= MOST_FAILURES
