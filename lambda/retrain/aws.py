"""The world of the loop, on AWS."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from retrain.events import Look
from retrain.logic import Close, Rest
from retrain.pipelines import Pipelines
from retrain.records import Records
from retrain.state import Observation, Turn
from shared.metrics import count

if TYPE_CHECKING:
    from aws_lambda_powertools import Logger

# How a turn ended, as metrics count it.
_METRICS = {"proposed": "RetrainProposed", "refused": "RetrainRefused", "failed": "RetrainFailed"}


class AwsWorld:
    """Pipelines and records of one environment."""

    def __init__(self, environment: str, pipelines: Pipelines, records: Records, logger: "Logger") -> None:
        self._environment, self._pipelines, self._records, self._logger = environment, pipelines, records, logger

    def remember(self, look: Look) -> None:
        """Write down the causes of a look."""
        self._records.remember(look.use_case, look.causes)

    def look(self, look: Look) -> Observation:
        """Read everything that a decision may need.

        Turns are read before the rest: whoever acts on an old look then fails to claim the next number.
        """
        now = datetime.now(UTC).replace(microsecond=0)
        seen = Observation(look.use_case, now, look.terms, turns=self._records.turns(look.use_case))
        if turn := seen.open_turn:
            return self._under_way(turn, seen)
        seen = replace(seen, causes=self._records.causes(look.use_case))
        if not seen.waiting and not (seen.turns and seen.turns[0].result == "failed"):
            return seen
        model = self._pipelines.champion_model(look.use_case)
        return replace(seen, busy=self._pipelines.busy(look.use_case), champion_model=model)

    def _under_way(self, turn: Turn, seen: Observation) -> Observation:
        if not turn.execution:
            return seen
        execution = self._pipelines.execution(turn.execution)
        if execution.status != "Succeeded":
            return replace(seen, execution=execution)
        package, model = self._pipelines.registered(turn.execution), self._pipelines.champion_model(turn.use_case)
        return replace(seen, execution=execution, package=package, champion_model=model)

    def claim(self, turn: Turn) -> bool:
        """Write a turn down; False if its number is taken."""
        won = self._records.claim(turn)
        said = "Turn claimed" if won else "Turn claimed by another invocation"
        self._logger.info(said, turn=turn.name, causes=[cause.name for cause in turn.causes])
        return won

    def start(self, turn: Turn) -> None:
        """Start the pipeline."""
        execution = self._pipelines.start(turn)
        self._records.update(turn, execution=execution)
        self._logger.info("Pipeline started", turn=turn.name, execution=execution)

    def propose(self, turn: Turn, package: str) -> None:
        """Make the package the challenger, then write that down: after a crash in between it is approved again."""
        why = ", ".join(dict.fromkeys(cause.kind for cause in turn.causes))
        self._pipelines.propose(turn, package, f"trained again by turn {turn.number} of the loop: {why}")
        self._records.update(turn, package=package)

    def close(self, step: Close) -> bool:
        """End a turn; False if it is over already."""
        package = {"package": step.package} if step.package else {}
        at = datetime.now(UTC).isoformat(timespec="seconds")
        return self._records.update(step.turn, result=step.result, detail=step.detail, finished_at=at, **package)

    def tell(self, use_case: str, step: Close | Rest) -> None:
        """Log, and count for the alarms, how a turn ended or what people must do."""
        metric = _METRICS.get(step.result, "") if isinstance(step, Close) else step.alarm
        said = step.detail if isinstance(step, Close) else step.reason
        self._logger.info("Loop", use_case=use_case, metric=metric, said=said)
        if metric:
            count(metric, environment=self._environment, use_case=use_case.replace("_", "-"))
