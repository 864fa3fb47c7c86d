"""The operations of hyperparameter tuning."""

from local_cloud.sagemaker import listing
from local_cloud.sagemaker.api import Call, Request, Response, operation
from local_cloud.sagemaker.jobs import kinds, runner, statuses, tuning_request
from local_cloud.sagemaker.jobs.runner import Job
from local_cloud.sagemaker.jobs.tuning_results import Results, summary
from local_cloud.sagemaker.jobs.tuning_run import Tuning


@operation("CreateHyperParameterTuningJob")
def create_tuning_job(request: Request, call: Call) -> Response:
    """Start a tuning job; what it cannot do is refused before it exists."""
    tuning_request.check(request, call)
    call.platform.assume_role(request["TrainingJobDefinition"]["RoleArn"], "SageMaker")
    answer = kinds.new(kinds.TUNING, request, call, Results().fields())
    job = Job(kinds.TUNING, call, request["HyperParameterTuningJobName"], request)
    statuses.announce_new(job.kind, call, job.name)
    runner.start(job, lambda running: Tuning(running).run(), takes_slot=False)
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
    shown, token = listing.page(found, request, default=listing.NEWEST.page)
    return {"TrainingJobSummaries": shown, "NextToken": token}
