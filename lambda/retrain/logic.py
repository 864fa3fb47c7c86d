"""Decide the next step of the loop from one look at the world. Pure: the same look gives the same step.

One turn of a use case at a time: what happens meanwhile waits. A cause is answered by the turn that begins after it, so
that events twice, late or in another order, and functions side by side, give one turn.
"""

from retrain import beginning, labelling
from retrain.state import Observation, Preparation, Turn
from retrain.steps import Close, Decided, Prepared, Propose, Rest, Start, Step
from shared.pipelines import Execution

_UNDER_WAY = frozenset({"Executing", "Stopping"})
GATE = "GateFailed"  # the pipeline's step that ends it where the model does not pass


def decide(seen: Observation) -> Step:
    """Return the next step for a use case."""
    for turn in seen.undecided:
        if decision := seen.decisions.get(turn.package):
            return Decided(turn, decision)
    return _go_on(seen.open_turn, seen) if seen.open_turn else beginning.begin(seen)


def _go_on(turn: Turn, seen: Observation) -> Step:
    if turn.drawn and not turn.labels:
        return labelling.go_on(turn, seen)
    if turn.does == "label":
        return Close(turn, "labelled", turn.labels)
    return _train(turn, seen)


def _train(turn: Turn, seen: Observation) -> Step:
    execution = seen.execution
    if execution is None:
        return _prepared(turn, seen.preparation) if seen.preparation else Start(turn)
    if execution.status in _UNDER_WAY:
        return Rest(f"turn {turn.number} is {execution.status}")
    if execution.status == "Succeeded":
        return _proposed(turn, seen)
    if execution.status == "Stopped":
        return Close(turn, "stopped", "somebody stopped the execution")
    return _failed(turn, execution)


def _prepared(turn: Turn, preparation: Preparation) -> Step:
    if preparation.status == "RUNNING":
        return Rest(f"the data of turn {turn.number} is prepared")
    if preparation.status == "ABORTED":
        return Close(turn, "stopped", "somebody stopped the preparation")
    if preparation.pipeline:
        return Prepared(turn, preparation.pipeline)
    return Close(turn, "failed", f"the preparation is {preparation.status}: {preparation.reason}")


def _failed(turn: Turn, execution: Execution) -> Close:
    reason = execution.reason or f"the execution is {execution.status}"
    # A model that does not pass is an answer: trained again on the same data it would not either.
    return Close(turn, "refused" if reason.startswith(f"{GATE}:") else "failed", reason)


def _proposed(turn: Turn, seen: Observation) -> Step:
    if not seen.package:
        return Close(turn, "failed", "the execution registered no model")
    version = seen.package.rpartition("/")[2]
    if seen.terms.propose == "person" or not seen.champion_model:
        why = "" if seen.champion_model else ", since no model serves that it could challenge"
        return Close(turn, "proposed", f"version {version} waits for a person's decision{why}", seen.package)
    if turn.package != seen.package:
        return Propose(turn, seen.package)
    return Close(turn, "proposed", f"version {version} is the challenger", seen.package)
