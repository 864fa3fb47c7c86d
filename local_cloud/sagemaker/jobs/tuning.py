"""Hyperparameter tuning: training jobs one after another and side by side, the best of which is the answer."""

import hashlib
import statistics
import time
from typing import Any

from local_cloud.sagemaker import listing
from local_cloud.sagemaker.api import Call, Request, Response, operation
from local_cloud.sagemaker.errors import SageMakerError
from local_cloud.sagemaker.jobs import kinds, ranges, runner, search, statuses, training, training_run, tuning_request
from local_cloud.sagemaker.jobs.failure import JobFailureError, shorten
from local_cloud.sagemaker.jobs.runner import Job
from local_cloud.sagemaker.jobs.tuning_results import Results, summary

_LOOK_EVERY_SECONDS = 0.1
_GIVE_UP_AFTER = 5  # training jobs without a value of the objective, as on AWS
_ENOUGH_TO_COMPARE = 3


@operation("CreateHyperParameterTuningJob")
def create_tuning_job(request: Request, call: Call) -> Response:
    """Start a tuning job; what it cannot do is refused before it exists."""
    tuning_request.check(request, call)
    call.platform.assume_role(request["TrainingJobDefinition"]["RoleArn"], "SageMaker")
    answer = kinds.new(kinds.TUNING, request, call, Results().fields())
    job = Job(kinds.TUNING, call, request["HyperParameterTuningJobName"], request)
    statuses.announce_new(job.kind, call, job.name)
    runner.start(job, lambda running: _Tuning(running).run(), takes_slot=False)
    return answer


kinds.register(kinds.TUNING, lambda call, name: runner.ask_to_stop(kinds.TUNING, call, name))


@operation("ListTrainingJobsForHyperParameterTuningJob")
def list_training_jobs(request: Request, call: Call) -> Response:
    """List a tuning job's training jobs with what was tuned and what came of it."""
    tuning = kinds.get(kinds.TUNING, request, call)
    objective = tuning["HyperParameterTuningJobConfig"]["HyperParameterTuningJobObjective"]
    found = [
        summary(document, objective)
        for document in call.store.list(kinds.TRAINING.name)
        if document.get("TuningJobArn") == tuning["HyperParameterTuningJobArn"]
        and request.get("StatusEquals", document["TrainingJobStatus"]) == document["TrainingJobStatus"]
    ]
    keys = {"Name": "TrainingJobName", "Status": "TrainingJobStatus", "CreationTime": "CreationTime"}
    sort_by = request.get("SortBy", "Name")
    if sort_by == "FinalObjectiveMetricValue":
        # As AWS documents: jobs that have no value are left out.
        found = [item for item in found if "FinalHyperParameterTuningJobObjectiveMetric" in item]
        found.sort(key=lambda item: item["FinalHyperParameterTuningJobObjectiveMetric"]["Value"])
        found = found[::-1] if request.get("SortOrder", "Ascending") == "Descending" else found
    else:
        found = listing.ordered(found, lambda item: item[keys[sort_by]], request.get("SortOrder", "Ascending"))
    shown, token = listing.page(found, request, default=kinds.DEFAULT_PAGE)
    return {"TrainingJobSummaries": shown, "NextToken": token}


class _Tuning:
    """One tuning job while it runs."""

    def __init__(self, job: Job) -> None:
        self._job = job
        self._config = job.request["HyperParameterTuningJobConfig"]
        self._objective = self._config["HyperParameterTuningJobObjective"]
        searched = ranges.space(self._config["ParameterRanges"])
        self._strategy = tuning_request.strategy(self._config, searched)
        self._left = tuning_request.number_of_jobs(self._config, searched)
        self._points: dict[str, Any] = {}
        self._histories: dict[str, list[float]] = {}
        self._began = time.monotonic()
        self._announced: dict[str, Any] = {}

    def run(self) -> str:
        """Start training jobs until there are enough, and wait for them; none goes on without its tuning job."""
        try:
            return self._run()
        except Exception:
            self._stop_all(self._documents())
            raise

    def _run(self) -> str:
        while True:
            documents = self._documents()
            results = Results.of(documents, self._objective)
            self._tell(results)
            running = [document for document in documents if document["TrainingJobStatus"] in kinds.ACTIVE]
            if self._job.stop.is_set() or self._is_over(results):
                self._stop_all(running)
                if not running:
                    return self._end(results)
            elif not running and self._left == 0:
                return self._end(results)
            else:
                self._stop_hopeless(running)
                self._start_more(documents, len(running))
            time.sleep(_LOOK_EVERY_SECONDS)

    def _documents(self) -> list[dict[str, Any]]:
        store = self._job.call.store
        found = [store.get(kinds.TRAINING.name, name) for name in self._points]
        return [document for document in found if document is not None]

    def _start_more(self, documents: list[dict[str, Any]], running: int) -> None:
        while self._left > 0 and running < self._config["ResourceLimits"]["MaxParallelTrainingJobs"]:
            step = self._strategy.next(self._trials(documents))
            if step is None:
                self._left = 0
                return
            self._start(*step)
            running += 1
            documents = self._documents()

    def _start(self, point: ranges.Array | None, tuned: ranges.Values) -> None:
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

    def _trials(self, documents: list[dict[str, Any]]) -> list[search.Trial]:
        sign = 1 if self._objective["Type"] == "Maximize" else -1
        trials = []
        for document in documents:
            point = self._points[document["TrainingJobName"]]
            if point is not None:
                value = summary(document, self._objective).get("FinalHyperParameterTuningJobObjectiveMetric")
                active = document["TrainingJobStatus"] in kinds.ACTIVE
                good = None if value is None or active else sign * value["Value"]
                trials.append(search.Trial(point, good, active))
        return trials

    def _stop_hopeless(self, running: list[dict[str, Any]]) -> None:
        """Early stopping: end a job whose objective is worse than the median of the finished ones' running means."""
        if self._config.get("TrainingJobEarlyStoppingType", "Off") != "Auto":
            return
        active = {document["TrainingJobName"] for document in running}
        for name in active:
            live = training_run.live_history(self._job.call, name, self._objective["MetricName"])
            self._histories[name] = live or self._histories.get(name, [])
        finished = [history for name, history in self._histories.items() if name not in active and history]
        sign = 1 if self._objective["Type"] == "Maximize" else -1
        for document in running:
            history = self._histories[document["TrainingJobName"]]
            comparable = [other[: len(history)] for other in finished if len(other) >= len(history) > 0]
            if len(comparable) < _ENOUGH_TO_COMPARE:
                continue
            if sign * history[-1] < sign * statistics.median(map(statistics.fmean, comparable)):
                self._stop_all([document])

    def _is_over(self, results: Results) -> bool:
        seconds = self._config["ResourceLimits"].get("MaxRuntimeInSeconds")
        if seconds is not None and time.monotonic() - self._began > seconds:
            return True
        criteria = self._config.get("TuningJobCompletionCriteria", {})
        if results.reached(criteria.get("TargetObjectiveMetricValue"), self._objective["Type"]):
            return True
        patience = criteria.get("BestObjectiveNotImproving", {}).get("MaxNumberOfTrainingJobsNotImproving")
        if patience is not None and results.since_best >= patience:
            return True
        return results.without_objective >= _GIVE_UP_AFTER and results.best is None

    def _stop_all(self, running: list[dict[str, Any]]) -> None:
        for document in running:
            if document["TrainingJobStatus"] == "InProgress":
                runner.ask_to_stop(kinds.TRAINING, self._job.call, document["TrainingJobName"])

    def _tell(self, results: Results) -> None:
        fields = results.fields()
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
