"""Decide the next step of the loop from one look at the world. Pure: the same look gives the same step.

One turn of a use case at a time: what happens meanwhile waits. A cause is answered by the turn that begins after it, so
that events twice, late or in another order, and functions side by side, give one turn.
"""

from dataclasses import dataclass
from datetime import timedelta

from retrain.events import Cause
from retrain.state import Observation, Preparation, Result, Turn, parameters
from shared.pipelines import Execution

MOST_ATTEMPTS = 3
AGAIN_AFTER = timedelta(minutes=50)  # the hourly look comes in less than an hour now and then
_BUDGET = timedelta(days=30)
_UNDER_WAY = frozenset({"Executing", "Stopping"})
GATE = "GateFailed"  # the pipeline's step that ends it where the model does not pass


@dataclass(frozen=True)
class Rest:
    """Nothing to do until something changes; `alarm` names the metric that tells people, if they must act."""

    reason: str
    alarm: str = ""


@dataclass(frozen=True)
class Claim:
    """Write a turn down, unless somebody has taken its number."""

    turn: Turn


@dataclass(frozen=True)
class Start:
    """Start the pipeline for a claimed turn."""

    turn: Turn


@dataclass(frozen=True)
class Prepared:
    """Write down which execution of the pipeline the state machine of a turn has started."""

    turn: Turn
    execution: str


@dataclass(frozen=True)
class Propose:
    """Make the new model the challenger."""

    turn: Turn
    package: str


@dataclass(frozen=True)
class Close:
    """Write down how a turn ended."""

    turn: Turn
    result: Result
    detail: str
    package: str = ""


@dataclass(frozen=True)
class Decided:
    """Write down what became of a turn's model."""

    turn: Turn
    decision: str


Step = Rest | Claim | Start | Prepared | Propose | Close | Decided


def decide(seen: Observation) -> Step:
    """Return the next step for a use case."""
    for turn in seen.undecided:
        if decision := seen.decisions.get(turn.package):
            return Decided(turn, decision)
    if seen.open_turn:
        return _go_on(seen.open_turn, seen)
    last = seen.turns[0] if seen.turns else None
    if last and last.result == "failed":
        if last.attempt < MOST_ATTEMPTS:
            ended = last.finished_at or last.claimed_at
            if seen.now - ended < AGAIN_AFTER:
                return Rest(f"turn {last.number} failed: {last.detail}; it is tried again in an hour")
            return _free(seen) or _claim(seen, (*last.causes, *_wanted(seen)), last.attempt + 1)
        if not _wanted(seen):
            return Rest(f"turn {last.number} failed {MOST_ATTEMPTS} times: {last.detail}; a command tries again")
    causes = _wanted(seen)
    if not causes:
        return Rest("nothing has happened since the last turn" if seen.turns else "nothing has happened yet")
    return _free(seen) or _restrained(seen, causes) or _claim(seen, causes, 1)


def _go_on(turn: Turn, seen: Observation) -> Step:
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


def _wanted(seen: Observation) -> tuple[Cause, ...]:
    return tuple(cause for cause in seen.waiting if seen.terms.does(cause) == "train")


def _free(seen: Observation) -> Rest | None:
    return Rest(f"{seen.busy}; what has happened waits for its end") if seen.busy else None


def _restrained(seen: Observation, causes: tuple[Cause, ...]) -> Rest | None:
    """Return what keeps causes waiting that no person has; a person's is neither."""
    if any(cause.kind == "command" for cause in causes):
        return None
    last = seen.turns[0] if seen.turns else None
    if last:
        over = (last.finished_at or last.claimed_at) + timedelta(hours=seen.terms.cool_down_hours)
        if seen.now < over:
            return Rest(f"turn {last.number} has just ended; what has happened since waits until {over.isoformat()}")
    recent = [turn for turn in seen.turns if seen.now - turn.claimed_at < _BUDGET]
    if len(recent) >= seen.terms.most_turns:
        free = min(turn.claimed_at for turn in recent) + _BUDGET
        return Rest(
            f"{len(recent)} turns in 30 days are as many as retrain.most_turns allows; what has happened waits until "
            f"{free.isoformat()}, or for a command",
            alarm="RetrainBudgetSpent",
        )
    return None


def _claim(seen: Observation, causes: tuple[Cause, ...], attempt: int) -> Claim:
    number = seen.turns[0].number + 1 if seen.turns else 1
    given = parameters(seen, causes, number)
    return Claim(Turn(seen.use_case, number, causes, seen.now, attempt, given, machine=seen.terms.machine))
