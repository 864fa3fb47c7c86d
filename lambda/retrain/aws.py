"""The world of the loop, on AWS."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from retrain.alarms import ringing
from retrain.events import Look
from retrain.records import Records
from retrain.services import Services
from retrain.state import Observation, Turn
from retrain.steps import Close, Decided, Deliver, Labelled, Prepared, Rest, Sample
from shared.metrics import count

if TYPE_CHECKING:
    from aws_lambda_powertools import Logger

# How a turn ended, as metrics count it.
_METRICS = {"proposed": "RetrainProposed", "refused": "RetrainRefused", "failed": "RetrainFailed"}


class AwsWorld:
    """Services and records of one environment."""

    def __init__(self, environment: str, services: Services, records: Records, logger: "Logger") -> None:
        self._environment, self._records, self._logger = environment, records, logger
        self._pipelines, self._machines, self._decisions = services.pipelines, services.machines, services.decisions
        self._samples, self._cloudwatch = services.samples, services.cloudwatch

    def remember(self, look: Look) -> None:
        """Write down the causes of a look, and of its alarms that ring.

        The causes first: that CloudWatch does not answer must not lose them.
        """
        self._records.remember(look.use_case, look.causes)
        if look.alarms:
            self._records.remember(look.use_case, ringing(self._cloudwatch, look.alarms))

    def look(self, look: Look) -> Observation:
        """Read everything that a decision may need.

        Turns are read before the rest: whoever acts on an old look then fails to claim the next number.
        """
        now = datetime.now(UTC).replace(microsecond=0)
        seen = Observation(look.use_case, now, look.terms, turns=self._records.turns(look.use_case))
        seen = replace(seen, decisions=self._decisions.of(look.use_case, seen.undecided))
        if turn := seen.open_turn:
            return self._under_way(turn, look, seen)
        seen = replace(seen, causes=self._records.causes(look.use_case))
        if not seen.waiting and not (seen.turns and seen.turns[0].result == "failed"):
            return seen
        model = self._pipelines.champion_model(look.use_case)
        return replace(seen, busy=self._busy(look), champion_model=model)

    def _busy(self, look: Look) -> str:
        machine = look.terms.machine
        return (self._machines.running(machine) if machine else "") or self._pipelines.busy(look.use_case)

    def _under_way(self, turn: Turn, look: Look, seen: Observation) -> Observation:
        if turn.drawn and not turn.labels:
            return self._labelling(turn, look, seen)
        if not turn.execution:
            done = self._machines.execution(turn.preparation) if turn.preparation else None
            return replace(seen, preparation=done)
        execution = self._pipelines.execution(turn.execution)
        if execution.status != "Succeeded":
            return replace(seen, execution=execution)
        package, model = self._pipelines.registered(turn.execution), self._pipelines.champion_model(turn.use_case)
        return replace(seen, execution=execution, package=package, champion_model=model)

    def _labelling(self, turn: Turn, look: Look, seen: Observation) -> Observation:
        if turn.does == "train":
            model = self._pipelines.champion_model(turn.use_case)
            seen = replace(seen, busy=self._busy(look), champion_model=model)
        sampling, delivery = (self._pipelines.execution(arn) if arn else None for arn in (turn.sampling, turn.delivery))
        seen = replace(seen, sampling=sampling, delivery=delivery)
        if sampling is None or sampling.status != "Succeeded":
            return seen
        return replace(seen, asked=self._samples.asked(turn), answer=self._samples.answered(turn))

    def claim(self, turn: Turn) -> bool:
        """Write a turn down; False if its number is taken."""
        won = self._records.claim(turn)
        said = "Turn claimed" if won else "Turn claimed by another invocation"
        self._logger.info(said, turn=turn.name, causes=[cause.name for cause in turn.causes])
        return won

    def sample(self, step: Sample) -> None:
        """Start the choice of what is labelled."""
        baseline = self._pipelines.baseline(step.turn.use_case)
        execution = self._samples.choose(step.turn, step.sampling, baseline)
        self._records.update(step.turn, sampling=execution)
        self._logger.info("Sample is chosen", turn=step.turn.name, execution=execution)

    def deliver(self, step: Deliver) -> None:
        """Start the delivery of labels as outcomes."""
        execution = self._samples.deliver(step.turn)
        self._records.update(step.turn, delivery=execution, run=step.run)
        self._logger.info("Labels are delivered", turn=step.turn.name, execution=execution)

    def labelled(self, step: Labelled) -> None:
        """Write down what came of labelling."""
        if self._records.labelled(step.turn, step.labels, step.parameters):
            self._logger.info("Labelled", turn=step.turn.name, labels=step.labels)

    def start(self, turn: Turn) -> None:
        """Start the pipeline, or the state machine that starts it."""
        if turn.machine:
            execution = self._machines.start(turn.machine, turn)
            self._records.update(turn, preparation=execution)
        else:
            execution = self._pipelines.start(turn)
            self._records.update(turn, execution=execution)
        self._logger.info("Execution started", turn=turn.name, execution=execution)

    def prepared(self, step: Prepared) -> None:
        """Write down the pipeline's execution: the one that the state machine started, whoever looks."""
        self._records.update(step.turn, execution=step.execution)
        self._logger.info("Data prepared", turn=step.turn.name, execution=step.execution)

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

    def decided(self, step: Decided) -> None:
        """Write down what became of a turn's model."""
        if self._records.decide(step.turn, step.decision):
            self._logger.info("Model decided", turn=step.turn.name, decision=step.decision)

    def tell(self, use_case: str, step: Close | Rest) -> None:
        """Log, and count for the alarms, how a turn ended or what people must do."""
        metric = _METRICS.get(step.result, "") if isinstance(step, Close) else step.alarm
        said = step.detail if isinstance(step, Close) else step.reason
        self._logger.info("Loop", use_case=use_case, metric=metric, said=said)
        if metric:
            count(metric, environment=self._environment, use_case=use_case.replace("_", "-"))
