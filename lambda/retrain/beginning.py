"""Which turn begins, and what keeps it waiting. Pure."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta

from retrain.events import Cause
from retrain.parameters import parameters
from retrain.state import Does, Drawn, Observation, Turn
from retrain.steps import Claim, Rest

MOST_ATTEMPTS = 3
AGAIN_AFTER = timedelta(minutes=50)  # the hourly look comes in less than an hour now and then
_BUDGET = timedelta(days=30)


def begin(seen: Observation) -> Rest | Claim:
    """Return the turn that begins, while none is under way."""
    last, wanted = seen.last, _wanted(seen)
    if last and last.result == "failed":
        if last.attempt < MOST_ATTEMPTS:
            return _again(last, seen, wanted)
        if not wanted:
            return Rest(f"turn {last.number} failed {MOST_ATTEMPTS} times: {last.detail}; a command tries again")
    if not wanted:
        return Rest("nothing has happened since the last turn" if last else "nothing has happened yet")
    turn = _turn(seen, wanted, 1)
    held = free(turn, seen) or _restrained(turn, seen)
    return (_labels_meanwhile(seen, wanted) or held) if held else Claim(turn)


def free(turn: Turn, seen: Observation) -> Rest | None:
    """Return what keeps a training from beginning; labels alone are in nobody's way."""
    if turn.does == "label" or not seen.busy:
        return None
    return Rest(f"{seen.busy}; what has happened waits for its end")


def _labels_meanwhile(seen: Observation, wanted: tuple[Cause, ...]) -> Claim | None:
    """Return the turn of what asks for labels alone, while a training waits: that may take as long as an experiment."""
    alone = tuple(cause for cause in wanted if seen.terms.does(cause) == "label")
    if not alone or len(alone) == len(wanted):
        return None
    turn = _turn(seen, alone, 1)
    return None if _restrained(turn, seen) else Claim(turn)


def _again(last: Turn, seen: Observation, wanted: tuple[Cause, ...]) -> Rest | Claim:
    if seen.now - (last.finished_at or last.claimed_at) < AGAIN_AFTER:
        return Rest(f"turn {last.number} failed: {last.detail}; it is tried again in an hour")
    turn = _turn(seen, (*last.causes, *wanted), last.attempt + 1)
    if turn.drawn == last.drawn and (last.labels or last.run):
        # Labels are not paid for twice.
        turn = replace(turn, sample=last.sample, sampling=last.sampling, run=last.run, labels=last.labels)
    return free(turn, seen) or Claim(turn)


def _wanted(seen: Observation) -> tuple[Cause, ...]:
    return tuple(cause for cause in seen.waiting if seen.terms.does(cause) != "nothing")


def _does(seen: Observation, causes: Iterable[Cause]) -> Does:
    return "train" if any(seen.terms.does(cause) == "train" for cause in causes) else "label"


def _restrained(turn: Turn, seen: Observation) -> Rest | None:
    """Return what keeps causes waiting that no person has; a person's is neither."""
    if any(cause.kind == "command" for cause in turn.causes):
        return None
    # A training waits for trainings alone: it may be labels that tell of a loss of quality.
    alike = [one for one in seen.turns if one.does == "train" or turn.does == "label"]
    if alike:
        over = (alike[0].finished_at or alike[0].claimed_at) + timedelta(hours=seen.terms.cool_down_hours)
        if seen.now < over:
            said = f"turn {alike[0].number} has just ended"
            return Rest(f"{said}; what has happened since waits until {over.isoformat()}")
    if turn.does == "label":
        return None  # label.limits say what that may cost
    recent = [one for one in seen.turns if one.does == "train" and seen.now - one.claimed_at < _BUDGET]
    if len(recent) >= seen.terms.most_turns:
        until = min(one.claimed_at for one in recent) + _BUDGET
        return Rest(
            f"{len(recent)} turns in 30 days are as many as retrain.most_turns allows; what has happened waits until "
            f"{until.isoformat()}, or for a command",
            alarm="RetrainBudgetSpent",
        )
    return None


def _turn(seen: Observation, causes: tuple[Cause, ...], attempt: int) -> Turn:
    number = seen.last.number + 1 if seen.last else 1
    does = _does(seen, causes)
    turn = Turn(
        seen.use_case,
        number,
        causes,
        seen.now,
        attempt,
        parameters(seen, causes, number) if does == "train" else {},
        does=does,
        machine=seen.terms.machine,
    )
    # Who asks for a training by command wants it now.
    if seen.terms.sample is None or any(cause.kind == "command" for cause in causes):
        return turn
    drawn: Drawn = "needed" if does == "train" else "random"
    return replace(turn, drawn=drawn, sample=f"turn-{number}-{seen.now:%Y%m%d}")
