"""Begin an experiment by itself, about a challenger that a turn of the loop has proposed: once per model package.

Level-triggered as everything else: every message of a use case that is trained again carries what it declares, and the
records say what was begun already.
"""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Protocol

from experiment.beginning import Declared, Together, plan_of, terms_of
from experiment.commands import CannotError, start
from experiment.events import Start
from experiment.known import Known, UnknownError, of_predictions
from experiment.observation import Live
from experiment.steps import BLOCKED, Told
from experiment.trial import Trial
from shared.slots import CHALLENGER, CHAMPION, TURN

BY = "the loop"
_EARLIER = 50  # experiments that are looked through
_LONGEST = 500  # characters of what is said (events.py)


class World(Protocol):
    """What beginning reads and changes."""

    def now(self) -> datetime:
        """Return the time, with a zone."""

    def trials(self, use_case: str, count: int) -> Iterable[Trial]:
        """Return the newest experiments, newest first."""

    def live(self, use_case: str) -> Live | None:
        """Return the endpoint as it is, None if there is none."""

    def metadata(self, package: str) -> Mapping[str, str]:
        """Return what the registry says of a package besides its model; nothing if it is gone."""

    def read(self, uri: str) -> str | None:
        """Return what an evaluation has left, None if it is not there."""

    def numbers(self, trial: Trial) -> Iterable[Mapping[str, Any]]:
        """Return the numbers of an experiment's looks, the oldest first."""

    def deployed(self, use_case: str) -> str | None:
        """Return how the deployed functions share requests, None if they do not."""

    def begin(self, trial: Trial) -> bool:
        """Write a new experiment down; False if its number is taken."""

    def tell(self, use_case: str, told: Told) -> None:
        """Count a metric of the use case and log the reason."""


def begin(world: World, use_case: str, declared: Declared) -> bool:
    """Begin the experiment that is to begin by itself; False if there is none, or it cannot be, which is told."""
    trials = list(world.trials(use_case, _EARLIER))
    if trials and trials[0].result == "running":
        return False
    live = world.live(use_case)
    challenger = live.packages.get(CHALLENGER, "") if live and live.status == "InService" else ""
    if not live or not challenger or any(trial.challenger == challenger for trial in trials):
        return False
    metadata = world.metadata(challenger)
    if TURN not in metadata:
        return False  # a person's: it begins when they say so
    try:
        known = _known(world, declared, (world.metadata(live.packages.get(CHAMPION, "")), metadata))
        asked = _asked(use_case, declared, known, _together(world, declared, trials), challenger, metadata[TURN])
        trial = start(asked, trials[0] if trials else None, live, world.now(), world.deployed(use_case))
    except (CannotError, UnknownError, ValueError, ArithmeticError) as error:
        said = f"The experiment about {challenger} does not begin by itself: {error}"
        world.tell(use_case, Told(BLOCKED, f"{said} Mend it, or begin it: `python -m ops experiment start`."))
        return False
    return world.begin(trial)


def _known(world: World, declared: Declared, packages: tuple[Mapping[str, str], Mapping[str, str]]) -> Known:
    """Return what the champion's evaluation says, as for a person's start; where it has left none the challenger's."""
    for metadata in packages:
        folder = metadata.get("model_card", "").rpartition("/")[0]
        found = [world.read(f"{folder}/{name}") for name in ("predictions.csv", "evaluation.json")] if folder else []
        if all(found) and found:
            predictions, evaluation = (text or "" for text in found)
            return of_predictions(declared, predictions, json.loads(evaluation))
    raise UnknownError("Neither the champion's evaluation nor the challenger's is there to plan by.")


def _together(world: World, declared: Declared, trials: Iterable[Trial]) -> Together:
    """Return how users' requests came together in the newest experiment that says so."""
    if declared.assignment == "sticky":
        for trial in trials:
            said = [found for found in map(Together.of, world.numbers(trial)) if found]
            if said:
                return said[-1]
    return Together()


def _asked(use_case: str, declared: Declared, known: Known, together: Together, challenger: str, turn: str) -> Start:
    plan = plan_of(declared, known.value, known.deviation, together=together.effect)
    terms = terms_of(declared, known.value, plan, per_user=together.per_user)
    why = f"turn {turn} of the loop proposed version {challenger.rpartition('/')[2]}"
    return Start(use_case=use_case, start=terms, by=BY, why=why[:_LONGEST], request=f"{BY}: {challenger}"[:_LONGEST])
