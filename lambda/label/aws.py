"""The world of labelling, on AWS."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from label import augmented, publishing
from label.asking import lines_of
from label.choosing import waiting
from label.events import Look
from label.jobs import Jobs
from label.reconcile import Published, RefusedError
from label.records import Records
from label.state import Job, Observation, Run
from label.steps import Answer, Claim, Close, Publish
from label.storage import Storage
from label.terms import Terms
from shared.metrics import count

if TYPE_CHECKING:
    from aws_lambda_powertools import Logger

REQUEST, MANIFEST = "request.json", "input.manifest"


class AwsWorld:
    """Objects, jobs and records of one environment."""

    def __init__(self, environment: str, storage: Storage, jobs: Jobs, records: Records, logger: "Logger") -> None:
        self._environment = environment
        self._storage, self._jobs, self._records = storage, jobs, records
        self._logger = logger

    def look(self, use_case: str) -> Observation:
        """Read everything that a decision may need.

        Runs are read before the rest: whoever acts on an old look then fails to claim the next number. And after it:
        money that a new run spends, and objects that it takes, are no reason to tell that there are none.
        """
        seen = self._read(use_case)
        while not seen.open_run and self._records.runs(use_case) != seen.runs:
            seen = self._read(use_case)
        return seen

    def _read(self, use_case: str) -> Observation:
        now = datetime.now(UTC).replace(microsecond=0)
        seen = Observation(use_case, now, runs=self._records.runs(use_case), terms=self._jobs.terms(use_case))
        run = seen.open_run
        if seen.terms is None or (run and run.imports):
            return seen
        if run:
            machine = seen.terms.machine
            execution = self._jobs.execution(run, machine) if machine else None
            return replace(seen, job=self._job(run), execution=execution)
        # Before the objects: who chose some of those that come meanwhile would be told that there are none.
        choices = self._storage.choices(use_case)
        found = replace(
            seen,
            objects=self._storage.objects(use_case, seen.terms.objects),
            known=self._records.known(use_case),
            imported=self._records.imported(use_case),
            spent=self._records.spent(use_case, f"{now:%Y-%m}"),
            choices=choices,
        )
        left = len(waiting(found.objects, found.known, seen.terms.attempts))
        count("ObjectsToLabel", environment=self._environment, use_case=use_case.replace("_", "-"), value=left)
        return found

    def _job(self, run: Run) -> Job | None:
        request = self._storage.read(run, REQUEST)
        if request and not json.loads(request)["lines"]:
            # SageMaker takes no empty manifest; what it would have refused is told all the same.
            return Job(self._jobs.name(run), "Completed")
        return self._jobs.job(run)

    def claim(self, claim: Claim) -> bool:
        """Write down what the run labels, then the run; False if its number is taken."""
        run = claim.run
        if not run.imports:
            terms = self._terms(run.use_case)
            lines, refused = lines_of(self._storage, claim, terms.objects)
            self._storage.write(run, MANIFEST, augmented.write(lines))
            request = {"run": run.name, "trigger": run.trigger, "lines": len(lines), "refused": refused}
            self._storage.write(run, REQUEST, json.dumps(request, indent=1))
        won = self._records.claim(run)
        said = "Run claimed" if won else "Run claimed by another invocation"
        self._logger.info(said, run=run.name, objects=run.objects, imports=run.imports, trigger=run.trigger)
        return won

    def keep(self, run: Run, wish: Look | None) -> bool:
        """Write at a run what the next is asked to be; False if it has ended, or has another wish, since."""
        return self._records.wish(run, wish)

    def start(self, run: Run) -> None:
        """Start the execution that makes the job."""
        machine = self._terms(run.use_case).machine
        if not machine:
            raise RefusedError("labels come from elsewhere since (label.backend: manifest_import)")
        output = self._storage.folder_uri(run, "output")
        self._jobs.start(run, machine, self._storage.folder_uri(run, MANIFEST), output)
        self._logger.info("Execution started", run=run.name, job=self._jobs.name(run))

    def publish(self, step: Publish) -> Published:
        """Write the decisive document, once; then what follows from it, however often."""
        document = publishing.publish(self._storage, step, self._terms(step.run.use_case))
        outcomes: Any = {name: tuple(outcome) for name, outcome in document["outcomes"].items()}
        self._records.keep(step.run, outcomes)
        return publishing.published(document)

    def _terms(self, use_case: str) -> Terms:
        terms = self._jobs.terms(use_case)
        if terms is None:
            raise RuntimeError(f"{use_case}: its stack of labelling went just now; the next look waits for it")
        return terms

    def answer(self, step: Answer) -> None:
        """Tell who chose objects how that ended, once."""
        self._storage.answer(step.use_case, step.name, step.answered)
        self._logger.info("Choice answered", choice=step.name, **step.answered.model_dump())

    def close(self, step: Close, at: datetime) -> bool:
        """End a run; False if it is over already."""
        return self._records.close(step, at)

    def tell(self, step: Close, again: bool, doubtful: bool) -> None:
        """Log how a run ends, and count it; a failure only when a person is needed."""
        log = self._logger.error if step.result == "failed" else self._logger.info
        log(f"Run {step.result}", run=step.run.name, detail=step.detail, tried_again=again, doubtful=doubtful)
        metrics = {"labelled": "LabelSucceeded", "failed": "" if again else "LabelFailed"}
        for metric in (metrics.get(step.result, ""), "LabelsDoubtful" if doubtful else ""):
            if metric:
                count(metric, environment=self._environment, use_case=step.run.use_case.replace("_", "-"))
