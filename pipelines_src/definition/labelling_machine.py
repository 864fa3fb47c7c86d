"""The state machine that makes one labelling job and waits for its end, in Amazon States Language.

Label -> (there is such a job: Describe -> Ended -> Wait -> Describe ...). Its input names the job, its manifest and
where its output goes. The job's name stands for its objects, so that one that is there already is this one, begun
before: it is waited for and not made again.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from config import ground_truth
from config.use_case.label import Label, Workers

_WAIT_SECONDS = 900  # 25,000 events of an execution are then enough for a job of 30 days
_BUSY = {"IntervalSeconds": 30, "MaxAttempts": 6, "BackoffRate": 2.0}
_CONTENT = {
    "free_of_personal_information": "FreeOfPersonallyIdentifiableInformation",
    "free_of_adult_content": "FreeOfAdultContent",
}
State = dict[str, Any]


@dataclass(frozen=True)
class LabellingSettings:
    """What a labelling job takes of its environment; the texts may be CDK tokens.

    Attributes:
        partition, region: where it runs.
        role_arn: the role that the job runs with; team_arn: who labels.
        page_uri: S3 URI of the worker page, None for named entities; categories_uri: of the categories.
        functions: ARNs of those that the job asks before a task and after its answers.
        output_key, volume_key: ARNs of keys.
        subnets, security_groups: where automatic labelling learns.
        tags: of the job.
    """

    partition: str
    region: str
    role_arn: str
    team_arn: str
    page_uri: str | None
    categories_uri: str
    functions: tuple[str, str]
    output_key: str
    volume_key: str
    subnets: tuple[str, ...]
    security_groups: tuple[str, ...]
    tags: tuple[tuple[str, str], ...]


def labelling_machine(label: Label, workers: Workers, settings: LabellingSettings) -> State:
    """Return the definition."""
    ended = [
        {"Variable": "$.job_now.status", "StringEquals": "Completed", "Next": "Labelled"},
        *(
            {"Variable": "$.job_now.status", "StringEquals": one, "Next": "NotLabelled"}
            for one in ("Failed", "Stopped")
        ),
    ]
    return {
        "Comment": "One labelling job, however often it is started",
        "StartAt": "Label",
        "States": {
            "Label": {
                "Type": "Task",
                "Resource": f"arn:{settings.partition}:states:::sagemaker:createLabelingJob.sync",
                "Parameters": labelling_request(label, workers, settings),
                "Retry": [{"ErrorEquals": ["SageMaker.ThrottlingException"], **_BUSY}],
                "Catch": [
                    {"ErrorEquals": ["SageMaker.ResourceInUseException"], "ResultPath": "$.known", "Next": "Describe"}
                ],
                "End": True,
            },
            "Describe": {
                "Type": "Task",
                "Resource": f"arn:{settings.partition}:states:::aws-sdk:sagemaker:describeLabelingJob",
                "Parameters": {"LabelingJobName.$": "$.job"},
                "ResultSelector": {"status.$": "$.LabelingJobStatus"},
                "ResultPath": "$.job_now",
                "Retry": [{"ErrorEquals": ["SageMaker.SageMakerException"], **_BUSY}],
                "Next": "Ended",
            },
            "Ended": {"Type": "Choice", "Choices": ended, "Default": "Wait"},
            "Wait": {"Type": "Wait", "Seconds": _WAIT_SECONDS, "Next": "Describe"},
            "Labelled": {"Type": "Succeed"},
            "NotLabelled": {"Type": "Fail", "Error": "LabelingJob", "Cause": "The job failed or was stopped"},
        },
    }


def labelling_request(label: Label, workers: Workers, settings: LabellingSettings) -> dict[str, Any]:
    """Return CreateLabelingJob's request; keys that end with `.$` are filled from the input."""
    task, public = label.task, workers.kind == "public"
    source: dict[str, Any] = {"DataSource": {"S3DataSource": {"ManifestS3Uri.$": "$.manifest"}}}
    if workers.content:
        source["DataAttributes"] = {"ContentClassifiers": [_CONTENT[one] for one in workers.content]}
    request = {
        "LabelingJobName.$": "$.job",
        "LabelAttributeName": task.attribute,
        "InputConfig": source,
        "OutputConfig": {"S3OutputPath.$": "$.output", "KmsKeyId": settings.output_key},
        "RoleArn": settings.role_arn,
        "LabelCategoryConfigS3Uri": settings.categories_uri,
        "HumanTaskConfig": _human_task(label, workers, settings, public),
        "Tags": [{"Key": key, "Value": value} for key, value in settings.tags],
    }
    if label.limits:
        request["StoppingConditions"] = {"MaxHumanLabeledObjectCount": label.limits.objects}
    return request | (_automatic(label, settings) if label.automatic else {})


def _human_task(label: Label, workers: Workers, settings: LabellingSettings, public: bool) -> dict[str, Any]:
    task, (before, after) = label.task, settings.functions
    page = (
        {"HumanTaskUiArn": ground_truth.entity_page(settings.region)}
        if settings.page_uri is None
        else {"UiTemplateS3Uri": settings.page_uri}
    )
    request: dict[str, Any] = {
        "WorkteamArn": settings.team_arn,
        "UiConfig": page,
        "PreHumanTaskLambdaArn": before,
        "AnnotationConsolidationConfig": {"AnnotationConsolidationLambdaArn": after},
        "TaskTitle": task.title,
        "TaskDescription": task.instructions,
        "NumberOfHumanWorkersPerDataObject": workers.per_object,
        "TaskTimeLimitInSeconds": workers.seconds_per_answer,
        "TaskAvailabilityLifetimeInSeconds": 3600 * (workers.hours or (6 if public else 720)),
        "MaxConcurrentTaskCount": workers.at_once,
    }
    if workers.usd_per_answer:
        request["PublicWorkforceTaskPrice"] = {"AmountInUsd": price(workers.usd_per_answer)}
    return request


def price(usd: float) -> Mapping[str, int]:
    """Return an amount as CreateLabelingJob takes it.

    >>> price(1.036)
    {'Dollars': 1, 'Cents': 3, 'TenthFractionsOfACent': 6}
    """
    thousandths = round(usd * 1000)
    return {
        "Dollars": thousandths // 1000,
        "Cents": thousandths // 10 % 100,
        "TenthFractionsOfACent": thousandths % 10,
    }


def _automatic(label: Label, settings: LabellingSettings) -> dict[str, Any]:
    network = {"Subnets": list(settings.subnets), "SecurityGroupIds": list(settings.security_groups)}
    return {
        "LabelingJobAlgorithmsConfig": {
            "LabelingJobAlgorithmSpecificationArn": ground_truth.algorithm(label.task.type, settings.region),
            "LabelingJobResourceConfig": {"VolumeKmsKeyId": settings.volume_key, "VpcConfig": network},
        }
    }
