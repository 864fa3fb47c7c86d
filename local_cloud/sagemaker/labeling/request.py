"""What CreateLabelingJob asks for, checked before the job exists."""

from typing import Any

from local_cloud.sagemaker.api import Call, Request
from local_cloud.sagemaker.errors import not_implemented, validation_error
from local_cloud.sagemaker.labeling import task_types, workteams
from local_cloud.sagemaker.labeling.task_types import TaskType
from local_cloud.sagemaker.requests import refuse

_DAY = 24 * 3600
LONGEST_AVAILABLE = 30 * _DAY
_LONGEST_TASK = 8 * 3600


def check(request: Request, call: Call) -> None:
    """Refuse a labeling job that cannot run here."""
    refuse(
        request, "LabelingJobAlgorithmsConfig", "InputConfig.DataSource.SnsDataSource", "OutputConfig.SnsTopicArn",
        "HumanTaskConfig.PublicWorkforceTaskPrice",
    )  # fmt: skip
    if not request["InputConfig"]["DataSource"].get("S3DataSource"):
        raise validation_error("InputConfig.DataSource.S3DataSource is required.")
    human = request["HumanTaskConfig"]
    before, kind = task_types_of(request, call.store.region)
    _check_page(human["UiConfig"], kind, call)
    _check_attribute(request, kind)
    for known in (before, kind):
        if known and "LabelCategoryConfigS3Uri" not in request:
            raise validation_error(f"LabelCategoryConfigS3Uri is required for the task type {known.name}.")
    # All other limits of numbers stand in the service model.
    for name, most in (
        ("TaskTimeLimitInSeconds", _LONGEST_TASK), ("TaskAvailabilityLifetimeInSeconds", LONGEST_AVAILABLE),
    ):  # fmt: skip
        if human.get(name, 0) > most:
            raise validation_error(f"HumanTaskConfig.{name} is {human[name]}; allowed are {most} at most.")
    workteams.of_arn(human["WorkteamArn"], call)
    call.platform.assume_role(request["RoleArn"], "SageMaker")


def task_types_of(job: dict[str, Any], region: str) -> tuple[TaskType | None, TaskType | None]:
    """Return the built-in task types of a job's two functions, None for one of the customer's own or none at all."""
    human = job["HumanTaskConfig"]
    before = task_types.built_in(human.get("PreHumanTaskLambdaArn"), region)
    consolidation = human.get("AnnotationConsolidationConfig", {})
    after = task_types.built_in(consolidation.get("AnnotationConsolidationLambdaArn"), region)
    if before and after and before != after:
        raise validation_error(
            f"HumanTaskConfig: the pre-annotation function is of the task type {before.name}, the consolidation "
            f"function of {after.name}. Use those of one task type."
        )
    return before, after


def _check_page(config: dict[str, Any], kind: TaskType | None, call: Call) -> None:
    arn, template = config.get("HumanTaskUiArn"), config.get("UiTemplateS3Uri")
    if bool(arn) == bool(template):
        raise validation_error("HumanTaskConfig.UiConfig needs one of UiTemplateS3Uri and HumanTaskUiArn.")
    if not arn:
        return
    own = f"arn:aws:sagemaker:{call.store.region}:394669845002:human-task-ui/NamedEntityRecognition"
    if arn != own or kind is None or kind.name != "NamedEntityRecognition":
        raise not_implemented(f"the worker page {arn}; implemented is {own}, for its own task type")


def _check_attribute(request: Request, kind: TaskType | None) -> None:
    name = request["LabelAttributeName"]
    if name.endswith("-metadata"):
        raise validation_error(f"LabelAttributeName is {name!r}; it must not end with -metadata.")
    reference = bool(kind and kind.label_is_reference)
    if kind and name.endswith("-ref") != reference:
        what = "must" if reference else "must not"
        raise validation_error(
            f"LabelAttributeName is {name!r}; with the task type {kind.name} it {what} end with -ref."
        )
