"""What comes into a labeling job: manifest, categories and page when it begins, and its objects one by one."""

from collections.abc import Callable
from typing import Any

from local_cloud.sagemaker.api import now
from local_cloud.sagemaker.jobs.failure import JobFailureError
from local_cloud.sagemaker.labeling import functions, manifest, request, templates
from local_cloud.sagemaker.labeling.output import Bucket
from local_cloud.sagemaker.role_clients import RoleClients
from local_cloud.sagemaker.store import Document


def read(
    job: Document, bucket: Bucket, parse: Callable[[str], templates.Renderer]
) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Return a job's data objects, and what of its files is kept with it; JobFailureError says what is wrong.

    They are read once, so that what people see and answer stays the same until the job ends.
    """
    uri = job["InputConfig"]["DataSource"]["S3DataSource"]["ManifestS3Uri"]
    lines = manifest.lines(bucket.read(uri), uri)
    categories: dict[str, Any] = {}
    if place := job.get("LabelCategoryConfigS3Uri"):
        categories = manifest.categories(bucket.read(place), place)
    page = job["HumanTaskConfig"]["UiConfig"].get("UiTemplateS3Uri")
    template = bucket.read(page).decode(errors="replace") if page else templates.named_entities()
    try:
        parse(template)
    except templates.TemplateError as error:
        raise JobFailureError(f"ClientError: {page} is no template: {error}") from error
    return lines, {"_Template": template, "_Categories": categories, "_Iteration": 0}


def opened(job: Document, region: str, clients: RoleClients, line: dict[str, Any]) -> dict[str, Any]:
    """Return what the pre-annotation function makes of an object: a task, a failure, or nothing to label."""
    human = job["HumanTaskConfig"]
    before, arn = request.task_types_of(job, region)[0], human.get("PreHumanTaskLambdaArn")
    try:
        if before:
            given, required = functions.built_in_input(before, line, job["_Categories"]), True
        else:
            given, required = functions.pre_annotation(clients, arn, job["LabelingJobArn"], line)
    except functions.FunctionError as error:
        return {"state": "Failed", "reason": str(error)}
    until = now() + human.get("TaskAvailabilityLifetimeInSeconds", request.LONGEST_AVAILABLE)
    return {"input": given, "state": "Open" if required else "Skipped", "until": until}
