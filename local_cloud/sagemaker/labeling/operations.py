"""The operations of labeling jobs."""

import contextvars
import hashlib
import threading

from local_cloud.sagemaker import listing
from local_cloud.sagemaker.api import Call, Request, Response, now, on_start, operation
from local_cloud.sagemaker.errors import SageMakerError, in_use, not_found, validation_error
from local_cloud.sagemaker.labeling import request as requests
from local_cloud.sagemaker.labeling import simulated, statuses, workteams
from local_cloud.sagemaker.labeling.run import Run
from local_cloud.sagemaker.labeling.statuses import KIND
from local_cloud.sagemaker.store import Document

_running: dict[tuple[str, str], Run] = {}
_lock = threading.Lock()


@operation("CreateLabelingJob")
def _create(request: Request, call: Call) -> Response:
    requests.check(request, call)
    name = request["LabelingJobName"]
    arn, time = call.arn(f"labeling-job/{statuses.key(name)}"), now()
    document = {
        **request, "LabelingJobArn": arn, "LabelingJobStatus": "Initializing", "CreationTime": time,
        "LastModifiedTime": time, "JobReferenceCode": hashlib.sha256(f"{arn}{time}".encode()).hexdigest()[:16],
        "LabelCounters": dict.fromkeys(
            ("TotalLabeled", "HumanLabeled", "MachineLabeled", "FailedNonRetryableError", "Unlabeled"), 0
        ),
    }  # fmt: skip
    if not call.store.insert(KIND, statuses.key(name), document):
        raise in_use(f"Labeling job names must be unique within an AWS account and region; {arn} already exists.")
    statuses.announce(call, document)
    _start(call, document)
    return document


@operation("DescribeLabelingJob")
def _describe(request: Request, call: Call) -> Response:
    return find(request["LabelingJobName"], call)


@operation("ListLabelingJobs")
def _list(request: Request, call: Call) -> Response:
    found = [_summary(job) for job in call.store.list(KIND)]
    return listing.listed(
        request, found, name="LabelingJobName", status="LabelingJobStatus", answer="LabelingJobSummaryList",
        usual=listing.NEWEST,
    )  # fmt: skip


@operation("ListLabelingJobsForWorkteam")
def _list_for_team(request: Request, call: Call) -> Response:
    team = workteams.of_arn(request["WorkteamArn"], call)
    code = request.get("JobReferenceCodeContains", "")
    found = [
        {**_team_summary(job), "WorkRequesterAccountId": call.store.account}
        for job in call.store.list(KIND)
        if job["HumanTaskConfig"]["WorkteamArn"] == team["WorkteamArn"] and code in job["JobReferenceCode"]
    ]
    return listing.listed(request, found, name="LabelingJobName", answer="LabelingJobSummaryList", usual=listing.NEWEST)


@operation("StopLabelingJob")
def _stop(request: Request, call: Call) -> Response:
    job = find(request["LabelingJobName"], call)
    if job["LabelingJobStatus"] == "Stopping":
        return {}
    if job["LabelingJobStatus"] not in statuses.ACTIVE:
        raise validation_error(
            f"The request was rejected because the labeling job is in status {job['LabelingJobStatus']}."
        )
    statuses.move(call, job["LabelingJobName"], "Stopping")
    with _lock:
        run = _running.get((call.store.scope, statuses.key(job["LabelingJobName"])))
    if run is not None:
        run.stop.set()
    return {}


@on_start
def _go_on(call: Call) -> None:
    """Go on with the jobs of a server that has ended."""
    for job in call.store.list(KIND):
        if job["LabelingJobStatus"] in statuses.ACTIVE:
            _start(call, job)


def find(name: str, call: Call) -> Document:
    """Return a job's document; SageMakerError if there is none."""
    document = call.store.get(KIND, statuses.key(name))
    if document is None:
        raise missing(name)
    return document


def missing(name: str) -> SageMakerError:
    """The answer for a job that is not there."""
    return not_found(f"The labeling job {name} does not exist.")


def running() -> list[Run]:
    """Return the jobs that have not ended, of all accounts and regions, oldest first."""
    with _lock:
        return sorted(_running.values(), key=lambda run: float(run.job["CreationTime"]))


def _start(call: Call, job: Document) -> None:
    run, key = Run(call, job), (call.store.scope, statuses.key(job["LabelingJobName"]))
    if job["LabelingJobStatus"] == "Stopping":
        run.stop.set()
    with _lock:
        if key in _running:
            return
        _running[key] = run

    def live() -> None:
        try:
            run.live()
        finally:
            with _lock:
                _running.pop(key, None)

    # The threads go on in the account and region of the request.
    for name, work in ((job["LabelingJobName"], live), ("simulated workers", lambda: simulated.work(run))):
        context = contextvars.copy_context()
        threading.Thread(target=context.run, args=(work,), name=name, daemon=True).start()


def _summary(job: Document) -> Document:
    human = job["HumanTaskConfig"]
    consolidation = human.get("AnnotationConsolidationConfig", {})
    return {
        **job, "WorkteamArn": human["WorkteamArn"], "PreHumanTaskLambdaArn": human.get("PreHumanTaskLambdaArn"),
        "AnnotationConsolidationLambdaArn": consolidation.get("AnnotationConsolidationLambdaArn"),
    }  # fmt: skip


def _team_summary(job: Document) -> Document:
    counters = job["LabelCounters"]
    waiting = counters["Unlabeled"] if job["LabelingJobStatus"] in statuses.ACTIVE else 0
    total = counters["TotalLabeled"] + counters["FailedNonRetryableError"] + counters["Unlabeled"]
    return {
        **job, "NumberOfHumanWorkersPerDataObject": job["HumanTaskConfig"]["NumberOfHumanWorkersPerDataObject"],
        "LabelCounters": {"HumanLabeled": counters["HumanLabeled"], "PendingHuman": waiting, "Total": total},
    }  # fmt: skip
