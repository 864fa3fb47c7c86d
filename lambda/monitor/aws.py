"""The world of monitoring, on AWS."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from monitor import asking, baselines, native, native_baselines, native_world, published
from monitor.events import Look
from monitor.logic import IN_SERVICE, Close
from monitor.published import Place
from monitor.reconcile import NothingFoundError
from monitor.records import Records
from monitor.state import Observation, Run, Served
from monitor.storage import Storage
from shared import live, pipelines
from shared.metrics import NAMESPACE, count
from shared.pipelines import Execution, RefusedError
from shared.slots import CHAMPION

if TYPE_CHECKING:
    from aws_lambda_powertools import Logger
    from mypy_boto3_sagemaker import SageMakerClient

RUN = "RunUri"  # the parameter of the pipeline (pipelines_src/definition/monitoring_pipeline.py)
# S3 says the second where ListBucket is allowed under a condition on `s3:prefix`, which a GetObject does not carry.
_GONE = ("NoSuchKey", "AccessDenied")
_AT_ONCE = 500  # PutMetricData takes 1000
_OLDEST = timedelta(days=13)  # PutMetricData takes two weeks


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
        self._environment = environment
        self._sagemaker, self._cloudwatch = sagemaker, cloudwatch
        self._storage, self.records = storage, records
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
        endpoint = live.endpoint(self._sagemaker, self._endpoint(look.use_case))
        known = self.records.served(look.use_case)
        if endpoint and endpoint.status == IN_SERVICE:
            known = self._served(look, endpoint.variants, known, now)
        status = endpoint.status if endpoint else None
        seen = replace(seen, status=status, served=tuple(known.values()))
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
        return native_world.found(self._sagemaker, self._endpoint(look.use_case), look.terms)

    def _lay(self, look: Look) -> None:
        group = self._endpoint(look.use_case)
        endpoint = live.endpoint(self._sagemaker, group)
        serving = [variant.package for variant in endpoint.variants.values()] if endpoint else []
        try:
            new = native_baselines.lay(self._sagemaker, self._storage, look.use_case, group, serving, look.terms)
        except RefusedError:  # what has been found is published all the same
            self._logger.exception("No baseline for Model Monitor", use_case=look.use_case)
            return
        if new:
            self._logger.info("Baselines laid for Model Monitor", use_case=look.use_case, folders=new)

    def _served(
        self, look: Look, variants: Mapping[str, live.Variant], known: Mapping[str, Served], now: datetime
    ) -> dict[str, Served]:
        """Return what serves, since when; what is new is written down."""
        found = {}
        for name, variant in variants.items():
            before = known.get(name)
            if before is None or before.model != variant.model:
                # What answered here before was another model; of the first one there is nothing older.
                since = now if before else (variant.created or now).astimezone(UTC)
                if before and name == CHAMPION and before.package != variant.package:
                    self._begin_anew(look, now)
                before = Served(name, variant.model, variant.package, since.replace(microsecond=0))
                self.records.serve(look.use_case, before)
            found[name] = before
        return found

    def _begin_anew(self, look: Look, now: datetime) -> None:
        """Measure that nothing was found of a champion that is new.

        Alarms that rang about the one before it fall silent, so that what is found of this one makes them ring again:
        the loop hears when an alarm begins to ring.
        """
        variant = native.TOGETHER if look.terms.backend == native.BACKEND else CHAMPION
        place = Place(self._environment, self._endpoint(look.use_case))
        found = published.nothing_found(look.terms.monitors, look.use_case, variant, place, now)
        self._cloudwatch.put_metric_data(Namespace=NAMESPACE, MetricData=found)

    def claim(self, run: Run) -> bool:
        """Write a run down; False if its number is taken."""
        won = self.records.claim(run)
        said = "Run claimed" if won else "Run claimed by another invocation"
        self._logger.info(said, run=run.name, package=run.package, trigger=run.trigger)
        return won

    def start(self, run: Run, look: Look) -> None:
        """Write the request, and start the pipeline."""
        endpoint = self._endpoint(run.use_case)
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
        at = run.until if run.history else now
        if now - at < _OLDEST:
            place = Place(self._environment, self._endpoint(run.use_case))
            data = list(published.data(measured, run, place, look.terms.features, at))
            for first in range(0, len(data), _AT_ONCE):
                self._cloudwatch.put_metric_data(Namespace=NAMESPACE, MetricData=data[first : first + _AT_ONCE])
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
            one = native_world.of_run(self._found(look), run)
            if one is None:
                raise NothingFoundError(f"SageMaker does not list the execution of {run.execution} any more")
            try:
                return native_world.results(self._sagemaker, self._storage, one)
            except ClientError as error:
                if error.response["Error"]["Code"] not in _GONE:
                    raise
                raise NothingFoundError(f"the results of {one.job} are gone: {error}") from error
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

    def _endpoint(self, use_case: str) -> str:
        return f"{self._environment}-{_slug(use_case)}"


def _now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)


def _slug(use_case: str) -> str:
    return use_case.replace("_", "-")
