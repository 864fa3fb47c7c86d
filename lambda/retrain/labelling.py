"""A turn's labels: chosen, asked for, waited for, and where chance drew them delivered as outcomes. Pure."""

from datetime import timedelta

from retrain.beginning import free
from retrain.parameters import parameters
from retrain.state import Observation, Turn
from retrain.steps import Close, Deliver, Labelled, Rest, Sample, Step
from shared.pipelines import Execution

_UNDER_WAY = frozenset({"Executing", "Stopping"})
_LONGEST = timedelta(days=45)  # a labelling job takes 30 at most, and may have to wait for another


def go_on(turn: Turn, seen: Observation) -> Step:
    """Return the next step of a turn that is not labelled yet.

    What keeps labels from coming is written down, and the turn goes on: its training need not wait for ever. What
    failed on the way fails the turn, which is tried again.
    """
    if seen.terms.sample is None:
        return _without(turn, seen, "the use case has no retrain.sample any more")
    if seen.sampling is None:
        return Sample(turn, seen.terms.sample)
    return _choosing(turn, seen, seen.sampling) or _waiting(turn, seen)


def _choosing(turn: Turn, seen: Observation, chosen: Execution) -> Step | None:
    """Return what there is to do unless something was chosen."""
    if chosen.status in _UNDER_WAY:
        return Rest(f"turn {turn.number} chooses what is to be labelled")
    if chosen.status == "Stopped":
        return _without(turn, seen, "somebody stopped the choice of what is to be labelled")
    if chosen.status != "Succeeded":
        return Close(turn, "failed", f"choosing what is to be labelled: {_reason(chosen)}")
    if not seen.asked:
        return _without(turn, seen, "nothing was captured that was not chosen before")
    return None


def _waiting(turn: Turn, seen: Observation) -> Step:
    answer = seen.answer
    if answer is None:
        if seen.now - turn.claimed_at > _LONGEST:
            return _without(turn, seen, f"none came in {_LONGEST.days} days")
        return Rest(f"turn {turn.number} waits for labels")
    if not answer.run:
        return _without(turn, seen, answer.detail)
    if turn.drawn == "random":
        return _delivered(turn, answer.run, answer.detail, seen)
    return _over(turn, seen, answer.detail)


def _delivered(turn: Turn, run: str, detail: str, seen: Observation) -> Step:
    delivery = seen.delivery
    if delivery is None:
        return Deliver(turn, run)
    if delivery.status in _UNDER_WAY:
        return Rest(f"turn {turn.number} delivers labels as outcomes")
    if delivery.status == "Succeeded":
        return _over(turn, seen, f"{detail}; they are outcomes of their requests")
    return Close(turn, "failed", f"delivering labels as outcomes: {_reason(delivery)}")


def _without(turn: Turn, seen: Observation, why: str) -> Step:
    return _over(turn, seen, f"no labels: {why}")


def _over(turn: Turn, seen: Observation, labels: str) -> Step:
    # While labels were made, somebody may have begun something else. Not asked once the pipeline is to start: after a
    # crash it may be this turn's own that runs.
    waits = free(turn, seen)
    if waits:
        return waits
    given = parameters(seen, turn.causes, turn.number) if turn.does == "train" else {}
    return Labelled(turn, labels, given)


def _reason(execution: Execution) -> str:
    return execution.reason or f"the execution is {execution.status}"
