"""A tuning job while it runs: training jobs one after another and side by side, the best of which is the answer."""

import hashlib
import time
from typing import Any

from local_cloud.sagemaker.errors import SageMakerError
from local_cloud.sagemaker.jobs import kinds, ranges, runner, search, training, training_run, tuning_request, warm_start
from local_cloud.sagemaker.jobs.failure import JobFailureError, shorten
from local_cloud.sagemaker.jobs.runner import Job
from local_cloud.sagemaker.jobs.tuning_end import Criteria
from local_cloud.sagemaker.jobs.tuning_results import Results, better, summary

_LOOK_EVERY_SECONDS = 0.1
Document = dict[str, Any]


class Tuning:
    """One tuning job while it runs."""

    def __init__(self, job: Job) -> None:
        self._job = job
        self._config = job.request["HyperParameterTuningJobConfig"]
        self._objective = self._config["HyperParameterTuningJobObjective"]
        self._sign = 1 if self._objective["Type"] == "Maximize" else -1
        searched = ranges.space(self._config["ParameterRanges"])
        self._strategy = tuning_request.strategy(self._config, searched)
        self._pruner = tuning_request.pruner(self._config, job.request["TrainingJobDefinition"])
        self._left = tuning_request.number_of_jobs(self._config, searched)
        self._earlier = warm_start.earlier(job.request, job.call, searched)
        self._criteria = Criteria(self._config, searched)
        self._points: dict[str, ranges.Array] = {}
        self._ended_histories: dict[str, list[float]] = {}
        self._announced: Document = {}

    def run(self) -> str:
        """Start training jobs until there are enough, and wait for them; none goes on without its tuning job."""
        try:
            return self._run()
        except Exception:
            self._stop(self._documents())
            raise
        finally:
            self._job.update(ConsumedResources={"RuntimeInSeconds": self._criteria.runtime})

    def _run(self) -> str:
        while True:
            documents = self._documents()
            results = Results.of(documents, self._objective)
            over = self._job.stop.is_set() or self._criteria.are_met(results, self._trials(documents))
            self._tell(results)
            running = [document for document in documents if document["TrainingJobStatus"] in kinds.ACTIVE]
            if not running and (over or self._left == 0):
                return self._end(results)
            if over:
                self._stop(running)
            else:
                self._prune(documents)
                self._start_more(documents, len(running))
            time.sleep(_LOOK_EVERY_SECONDS)

    def _documents(self) -> list[Document]:
        store = self._job.call.store
        found = [store.get(kinds.TRAINING.name, name) for name in self._points]
        return [document for document in found if document is not None]

    def _start_more(self, documents: list[Document], running: int) -> None:
        while self._left > 0 and running < self._config["ResourceLimits"]["MaxParallelTrainingJobs"]:
            step = self._strategy.next(self._trials(documents))
            if step is None:
                self._left = 0
                return
            self._start(*step)
            running += 1
            documents = self._documents()

    def _start(self, point: ranges.Array, tuned: ranges.Values) -> None:
        digest = hashlib.sha256(repr((self._job.arn, len(self._points), tuned)).encode()).hexdigest()[:8]
        name = f"{self._job.name}-{len(self._points) + 1:03d}-{digest}"
        request = tuning_request.one_training(self._job.request, name, tuned)
        self._points[name] = point
        self._left -= 1
        extra = {"TuningJobArn": self._job.arn, "_Tuned": tuned, "_TuningJobName": self._job.name}
        try:
            training.create(request, self._job.call, extra)
        except SageMakerError as error:
            raise JobFailureError(
                shorten(f"ClientError: cannot create training job {name}: {error.message}")
            ) from error

    def _trials(self, documents: list[Document]) -> list[search.Trial]:
        own = []
        for document in documents:
            value = summary(document, self._objective).get("FinalHyperParameterTuningJobObjectiveMetric")
            active = document["TrainingJobStatus"] in kinds.ACTIVE
            good = None if value is None or active else self._sign * value["Value"]
            own.append(search.Trial(self._points[document["TrainingJobName"]], good, active))
        return [*self._earlier.trials(own), *own]

    def _prune(self, documents: list[Document]) -> None:
        running: dict[str, list[float]] = {}
        for document in documents:
            name, active = document["TrainingJobName"], document["TrainingJobStatus"] in kinds.ACTIVE
            if name in self._ended_histories:
                continue
            values = training_run.history(self._job.call, name, self._objective["MetricName"])
            (running if active else self._ended_histories)[name] = [self._sign * value for value in values]
        hopeless = set(self._pruner.hopeless(running, self._ended_histories))
        self._stop([document for document in documents if document["TrainingJobName"] in hopeless])

    def _stop(self, running: list[Document]) -> None:
        for document in running:
            if document["TrainingJobStatus"] == "InProgress":
                runner.ask_to_stop(kinds.TRAINING, self._job.call, document["TrainingJobName"])

    def _tell(self, results: Results) -> None:
        fields = results.fields()
        if self._criteria.converged_at is not None:
            fields["TuningJobCompletionDetails"]["ConvergenceDetectedTime"] = self._criteria.converged_at
        if "WarmStartConfig" in self._job.request and self._earlier.comparable:
            overall = better(self._earlier.best, results.best, self._objective["Type"])
            if overall is not None:
                fields["OverallBestTrainingJob"] = overall
        if fields != self._announced:
            self._announced = fields
            self._job.update(**fields)

    def _end(self, results: Results) -> str:
        if self._job.stop.is_set():
            return "Stopped"
        if results.best is not None:
            return "Completed"
        if results.failed and not results.without_objective - results.failed:
            raise JobFailureError(
                "All training jobs failed. Please take a look at the training jobs failures to get more details."
            )
        raise JobFailureError(
            f"No objective metrics found after running {results.without_objective} training jobs. Please ensure that "
            "the custom algorithm is emitting the objective metric as defined by the regular expression provided."
        )
