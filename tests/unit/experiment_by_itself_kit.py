"""A challenger that a turn of the loop proposed stands beside the champion."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from config import load_use_case
from experiment import by_itself
from experiment.beginning import Declared
from experiment.observation import Live
from experiment.steps import Told
from experiment.trial import Trial
from ops.experiment import function
from shared.slots import TURN
from tests.unit.experiment_cloud_kit import BEGAN, CHALLENGER, CHAMPION

FLIGHTS = load_use_case("flight_delays")
DECLARED = function.declared(FLIGHTS)
CARD = "s3://processed/flight_delays/e1/evaluation/model_card.html"
PREDICTIONS = "time,label,model,baseline\n" + "".join(
    f",{place % 4 // 3}.0,0.{place % 7 + 1},0.2\n" for place in range(400)
)
EVALUATION = '{"threshold": {"value": 0.3}}'


class World:
    """A challenger that turn 4 proposed stands beside the champion."""

    def __init__(self) -> None:
        self.known: list[Trial] = []
        self.endpoint: Live | None = Live(
            "InService", {"champion": CHAMPION, "challenger": CHALLENGER}, {"champion": 1.0}
        )
        self.packages: dict[str, dict[str, str]] = {CHAMPION: {"model_card": CARD}, CHALLENGER: {TURN: "4"}}
        self.left = {CARD.replace("model_card.html", name): text for name, text in self._texts().items()}
        self.shared: str | None = None
        self.said: Mapping[str, Any] = {}
        self.told: list[Told] = []

    def _texts(self) -> dict[str, str]:
        return {"predictions.csv": PREDICTIONS, "evaluation.json": EVALUATION}

    def now(self) -> Any:
        return BEGAN

    def trials(self, use_case: str, count: int) -> Iterable[Trial]:
        return list(reversed(self.known))[:count]

    def live(self, use_case: str) -> Live | None:
        return self.endpoint

    def metadata(self, package: str) -> Mapping[str, str]:
        return self.packages.get(package, {})

    def read(self, uri: str) -> str | None:
        return self.left.get(uri)

    def numbers(self, trial: Trial) -> Iterable[Mapping[str, Any]]:
        return [self.said]

    def deployed(self, use_case: str) -> str | None:
        return self.shared

    def begin(self, trial: Trial) -> bool:
        if any(known.number == trial.number for known in self.known):
            return False
        self.known.append(trial)
        return True

    def tell(self, use_case: str, told: Told) -> None:
        self.told.append(told)

    def end(self, result: Any) -> None:
        self.known[-1] = replace(self.known[-1], result=result)


def begin(world: World, declared: Declared = DECLARED) -> bool:
    return by_itself.begin(world, "flight_delays", declared)
