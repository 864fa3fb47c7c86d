"""The world of a batch transform, on AWS."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from batch_transform import manifest
from batch_transform.events import Look
from batch_transform.logic import Claim, Close
from batch_transform.manifest import IncompleteError
from batch_transform.pipelines import Pipelines
from batch_transform.records import Records
from batch_transform.state import Observation, Run
from batch_transform.storage import INTERMEDIATE, Storage
from shared.metrics import count
from shared.pipelines import Execution

if TYPE_CHECKING:
    from aws_lambda_powertools import Logger

REQUEST, FILES = "request/request.json", "request/files.manifest"
REPORT, RESULTS, MANIFEST = "report/report.json", "results/", "manifest.json"


class AwsWorld:
    """Files, pipelines and records of one environment; a run takes files of `most_bytes`, or a single one."""

    def __init__(
        self,
        environment: str,
        storage: Storage,
        pipelines: Pipelines,
        records: Records,
        most_bytes: int,
        logger: "Logger",
    ) -> None:
        self._environment, self._most_bytes = environment, most_bytes
        self._storage, self._pipelines, self._records = storage, pipelines, records
        self._logger = logger

    def look(self, use_case: str) -> Observation:
        """Read everything that a decision may need.

        Runs are read before the rest: whoever acts on an old look then fails to claim the next number.
        """
        seen = Observation(use_case, datetime.now(UTC).replace(microsecond=0), self._records.runs(use_case))
        if run := seen.open_run:
            return replace(seen, execution=self._pipelines.execution(run.execution) if run.execution else None)
        return replace(
            seen,
            champion=self._pipelines.champion(use_case),
            files=self._storage.incoming(use_case),
            scored=self._records.scored(use_case),
            most_bytes=self._most_bytes,
        )

    def claim(self, claim: Claim) -> bool:
        """Write down what the run scores, then the run; False if its number is taken."""
        run = claim.run
        self._storage.write(run, REQUEST, manifest.request(run, claim.files, claim.refused))
        incoming = self._storage.incoming_uri(run.use_case)
        self._storage.write(run, FILES, manifest.list_of_files(incoming, claim.files))
        won = self._records.claim(run)
        said = "Run claimed" if won else "Run claimed by another invocation"
        self._logger.info(said, run=run.name, files=run.files, model=run.champion.package, trigger=run.trigger)
        return won

    def keep(self, run: Run, wish: Look | None) -> bool:
        """Write at a run what the next is asked to be; False if it has ended, or has another wish, since."""
        return self._records.wish(run, wish)

    def start(self, run: Run) -> str:
        """Start the pipeline."""
        execution = self._pipelines.start(run, self._storage.folder_uri(run))
        self._records.started(run, execution)
        self._logger.info("Pipeline started", run=run.name, execution=execution)
        return execution

    def publish(self, run: Run, execution: Execution) -> str:
        """Write the manifest, once; then what it says was scored; then delete what it does not name.

        It is read back: somebody else's may have been first, and what follows must agree with it.
        """
        written = self._storage.read(run, MANIFEST) or self._written(run, execution)
        files = ((item["file"], item["version"]) for item in written["inputs"])
        self._records.keep(run.use_case, files, run.champion, run.name)
        named = {output["file"] for output in written["outputs"]}
        self._storage.delete(run, [key for key in self._storage.objects(run, RESULTS) if key not in named])
        for below in INTERMEDIATE:
            self._storage.delete(run, self._storage.objects(run, below))
        return f"{written['records']} records of {len(written['inputs'])} files, {written['errors']['records']} errors"

    def _written(self, run: Run, execution: Execution) -> manifest.Document:
        problem = IncompleteError(f"{MANIFEST} was taken away")
        try:
            self._storage.write(run, MANIFEST, self._manifest(run, execution), once=True)
        except IncompleteError as error:
            # Whoever was first has deleted since what the manifest does not name.
            problem = error
        if written := self._storage.read(run, MANIFEST):
            return written
        raise problem

    def _manifest(self, run: Run, execution: Execution) -> manifest.Document:
        asked, report = self._storage.read(run, REQUEST), self._storage.read(run, REPORT)
        if asked is None or report is None:
            raise IncompleteError(f"{REQUEST if asked is None else REPORT} is not there")
        changed = self._storage.overwritten(run.use_case, [*asked["files"], *asked["refused"]])
        return manifest.build(run, execution, asked, report, self._storage.objects(run, RESULTS), changed)

    def discard(self, run: Run) -> None:
        """Delete all that a run left but what it was asked for: nobody shall take half of it for results."""
        left = self._storage.objects(run, "")
        self._storage.delete(run, [name for name in left if not name.startswith("request/")])

    def close(self, step: Close, at: datetime) -> bool:
        """End a run; False if it is over already."""
        return self._records.close(step.run, step.result, step.detail, at)

    def tell(self, step: Close, again: bool) -> None:
        """Log how a run ends, and count it; a failure only when a person is needed."""
        log = self._logger.info if step.result == "succeeded" else self._logger.error
        log(f"Run {step.result}", run=step.run.name, detail=step.detail, tried_again=again)
        metric = {"succeeded": "BatchSucceeded", "failed": "" if again else "BatchFailed"}.get(step.result, "")
        if metric:
            count(metric, environment=self._environment, use_case=step.run.use_case.replace("_", "-"))
