"""The world of monitoring, on AWS."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from monitor import asking, baselines, native, native_baselines, native_world, published
from monitor.cloud_metrics import CloudMetrics
from monitor.events import Look
from monitor.logic import Close
from monitor.reconcile import NothingFoundError
from monitor.records import Records
from monitor.serving import Serving
from monitor.state import Observation, Run
from monitor.storage import Storage
from shared import pipelines
from shared.metrics import count
from shared.pipelines import Execution, RefusedError

if TYPE_CHECKING:
    from aws_lambda_powertools import Logger
    from mypy_boto3_sagemaker import SageMakerClient

RUN = "RunUri"  # the parameter of the pipeline (pipelines_src/definition/monitoring_pipeline.py)


class AwsWorld:
    """Endpoints, captures, monitoring pipelines, metrics and records of one environment."""

    def __init__(
        self,
        environment: str,
        *,
        sagemaker: "SageMakerClient",
        cloudwatch: Any,
        storage: Storage,
        records: Records,
        logger: "Logger",
    ) -> None:
        self._environment, self._sagemaker = environment, sagemaker
        self._storage, self.records = storage, records
        self._metrics = CloudMetrics(cloudwatch)
        self._serving = Serving(sagemaker, records, self._metrics, environment)
        self._logger = logger

    def remember(self, look: Look) -> None:
        """Write down that the schedule's time has come, and lay what SageMaker's own schedules compare with."""
        if look.begin:
            self.records.ask(look.use_case, _now())
        if look.terms.backend == native.BACKEND:
            self._lay(look)

    def look(self, look: Look) -> Observation:
        """Read everything that a decision may need.

        Runs are read before the rest: whoever acts on an old look then fails to claim the next number.
        """
        now, runs = _now(), self.records.runs(look.use_case)
        seen = Observation(look.use_case, now, look.terms, runs, asked=self.records.asked(look.use_case))
        seen = replace(seen, found=self._found(look))
        status, served = self._serving.now(look, now)
        seen = replace(seen, status=status, served=served)
        return replace(seen, executions=self._executions(seen))

    def _executions(self, seen: Observation) -> dict[int, Execution]:
        if seen.terms.backend == native.BACKEND:
            return native.executions(seen)
        return {
            run.number: pipelines.execution(self._sagemaker, run.execution) for run in seen.open_runs if run.execution
        }

    def _found(self, look: Look) -> tuple[native.Found, ...]:
        if look.terms.backend != native.BACKEND:
            return ()
        return native_world.found(self._sagemaker, self._serving.endpoint(look.use_case), look.terms)

    def _lay(self, look: Look) -> None:
        group, serving = self._serving.endpoint(look.use_case), self._serving.packages(look.use_case)
        try:
            new = native_baselines.lay(self._sagemaker, self._storage, look.use_case, group, serving, look.terms)
        except RefusedError:  # what has been found is published all the same
            self._logger.exception("No baseline for Model Monitor", use_case=look.use_case)
            return
        if new:
            self._logger.info("Baselines laid for Model Monitor", use_case=look.use_case, folders=new)

    def claim(self, run: Run) -> bool:
        """Write a run down; False if its number is taken."""
        won = self.records.claim(run)
        said = "Run claimed" if won else "Run claimed by another invocation"
        self._logger.info(said, run=run.name, package=run.package, trigger=run.trigger)
        return won

    def start(self, run: Run, look: Look) -> None:
        """Write the request, and start the pipeline."""
        endpoint = self._serving.endpoint(run.use_case)
        known = baselines.of_package(self._sagemaker, run.package)
        folder = asking.write(self._storage, run, look.terms, endpoint, known, _now())
        identity = f"{self._environment} {run.use_case} {run.name}"
        execution = pipelines.start(self._sagemaker, f"{endpoint}-monitoring", run.name, {RUN: folder}, identity)
        self.records.update(run, execution=execution)
        self._logger.info("Pipeline started", run=run.name, execution=execution)

    def publish(self, run: Run, look: Look) -> None:
        """Publish what a run measured, then end it: after a crash in between the same is published again."""
        measured, report = self._measured(run, look)
        now = _now()
        # An alarm about a model that was replaced while it was looked at would be taken for one about its successor.
        at = run.until if run.history or self._serving.replaced(run) else now
        place = self._serving.place(run.use_case)
        self._metrics.publish(measured, run, place, look.terms.features, at=at, now=now)
        violations = published.violations(measured)
        said = ", ".join(f"{count} of {monitor}" for monitor, count in violations.items()) or "nothing could be judged"
        ended = self.records.update(
            run,
            result="succeeded",
            detail=f"violations: {said}",
            report=report,
            violations=violations,
            figures=published.figures(measured),
            finished_at=now,
        )
        self._logger.info("Run over" if ended else "Run ended by another", run=run.name, violations=violations)

    def _measured(self, run: Run, look: Look) -> tuple[list[dict[str, Any]], str]:
        if look.terms.backend == native.BACKEND:
            return native_world.measured(self._sagemaker, self._storage, self._found(look), run)
        measured = self._storage.metrics(run)
        if measured is None:
            raise NothingFoundError(f"the pipeline succeeded, but {self._storage.uri(run)}/ has no metrics.json")
        return measured, f"{self._storage.uri(run)}/monitoring/report.json"

    def close(self, step: Close) -> bool:
        """End a run; False if it is over already."""
        return self.records.update(step.run, result=step.result, detail=step.detail, finished_at=_now())

    def tell(self, step: Close) -> None:
        """Log how a run ended, and count it for the alarm if it failed."""
        self._logger.error(f"Run {step.result}", run=step.run.name, detail=step.detail)
        if step.result == "failed":
            count("MonitorFailed", environment=self._environment, use_case=_slug(step.run.use_case))

    def say_overdue(self, use_case: str, said: str) -> None:
        """Measure 1 if something should have been looked at long ago, else 0: silence is told as well."""
        if said:
            self._logger.error("Overdue", use_case=use_case, said=said)
        count("MonitorOverdue", environment=self._environment, use_case=_slug(use_case), value=int(bool(said)))


def _now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)


def _slug(use_case: str) -> str:
    return use_case.replace("_", "-")
