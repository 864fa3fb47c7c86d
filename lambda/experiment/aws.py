"""The world of experiments, on AWS."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from experiment.counts import counted
from experiment.logic import due
from experiment.observation import Observation, Reduction
from experiment.reading import request
from experiment.records import Records
from experiment.serving import Serving
from experiment.steps import Advance, Register, Told
from experiment.storage import Storage
from experiment.trial import Look, Stretch, Trial
from shared import pipelines
from shared.metrics import count

if TYPE_CHECKING:
    from aws_lambda_powertools import Logger
    from mypy_boto3_sagemaker import SageMakerClient

LOOK = "LookUri"  # the parameter of the outcomes pipeline (pipelines_src/definition/outcomes_pipeline.py)
# How an experiment ended, as metrics count it.
_ENDED = {
    "promoted": "ExperimentPromoted",
    "withdrawn": "ExperimentWithdrawn",
    "stopped": "ExperimentStopped",
    "overtaken": "ExperimentOvertaken",
}


class AwsWorld:
    """Endpoints, metrics, outcomes pipelines, registry and records of one environment."""

    def __init__(
        self,
        environment: str,
        *,
        sagemaker: "SageMakerClient",
        cloudwatch: Any,
        storage: Storage,
        records: Records,
        logger: "Logger",
        assignments: Mapping[str, str],
    ) -> None:
        self._environment = environment
        self._sagemaker, self._cloudwatch = sagemaker, cloudwatch
        self.serving = Serving(sagemaker, environment)
        self.storage, self.records = storage, records
        self._logger = logger
        self.assignments = assignments

    def look(self, use_case: str, time: datetime | None) -> Observation:
        """Read everything that a decision may need.

        The record is read before the rest: whoever acts on an old look then fails to write the next version.
        """
        trial = self.records.newest(use_case)
        now = datetime.now(UTC)
        if trial is None or trial.result != "running":
            return Observation(now, trial)
        seen = Observation(
            now,
            trial,
            live=self.serving.live(use_case),
            package=self.serving.package(trial.challenger),
            assignment=self.assignments.get(use_case),
        )
        if trial.ending:
            return seen
        if time is not None and due(trial, time):
            found = counted(self._cloudwatch, self.serving.endpoint(use_case), trial, min(time, now))
            seen = replace(seen, counts=found.counts, tail=found.tail, counted_until=found.until)
        elif trial.open_look is None:
            return seen
        looks, stretches = self.records.looks(trial), self.records.stretches(trial)
        return replace(seen, looks=looks, stretches=stretches, reduction=self._reduction(trial, looks))

    def _reduction(self, trial: Trial, looks: tuple[Look, ...]) -> Reduction | None:
        look = next((each for each in looks if each.number == trial.open_look), None)
        if look is None or not trial.execution:
            return None
        if sums := self.storage.sums(trial, look):
            return Reduction(sums)
        ended = pipelines.execution(self._sagemaker, trial.execution)
        if ended.status == "Succeeded":
            # They may have come in between.
            return Reduction(self.storage.sums(trial, look), ended.status)
        return Reduction(None, ended.status, ended.reason)

    def advance(self, step: Advance) -> bool:
        """Write a step down; False if the record has another version since."""
        won = self.records.advance(step.trial, step.looks, step.stretch)
        for look in step.looks:
            self._logger.info(
                "Look" if won else "Look lost to another invocation",
                experiment=step.trial.name,
                look=look.name,
                outcome=look.outcome,
                reason=look.reason,
            )
        if won and step.trial.result != "running":
            self._logger.info(
                "Experiment ended", experiment=step.trial.name, result=step.trial.result, detail=step.trial.detail
            )
            self._count(_ENDED[step.trial.result], step.trial.use_case)
        return won

    def weigh(self, trial: Trial, share: float) -> bool:
        """Give the challenger a share of the requests; False while the endpoint takes no change."""
        done = self.serving.weigh(trial.use_case, share)
        self._logger.info("Weights", experiment=trial.name, share=share, taken=done)
        return done

    def reduce(self, trial: Trial, look: Look, stretches: tuple[Stretch, ...]) -> str:
        """Write the request of a look, and start the outcomes pipeline."""
        endpoint = self.serving.endpoint(trial.use_case)
        self.storage.ask(trial, look, request(trial, endpoint, stretches, look.at))
        values = {LOOK: self.storage.uri(trial, look.name)}
        identity = f"{self._environment} {trial.use_case} {trial.name} {look.name}"
        execution = pipelines.start(self._sagemaker, f"{endpoint}-outcomes", look.name, values, identity)
        self._logger.info("Pipeline started", experiment=trial.name, look=look.name, execution=execution)
        return execution

    def register(self, step: Register) -> None:
        """Approve or reject the challenger's package."""
        self.serving.register(step)
        self._logger.info("Model package decided", package=step.package, promote=step.promote, reason=step.reason)

    def tell(self, use_case: str, told: Told) -> None:
        """Count a metric of the use case and log why."""
        self._logger.error(told.metric, use_case=use_case, detail=told.reason)
        self._count(told.metric, use_case)

    def _count(self, metric: str, use_case: str) -> None:
        count(metric, environment=self._environment, use_case=use_case.replace("_", "-"))
