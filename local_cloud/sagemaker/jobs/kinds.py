"""The kinds of jobs, and what every kind answers alike: Describe, List, Stop."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from local_cloud.sagemaker import listing
from local_cloud.sagemaker.api import Call, Operation, Request, Response, now, operation
from local_cloud.sagemaker.errors import SageMakerError, validation_error

_NAME = re.compile(r"[a-zA-Z0-9](-*[a-zA-Z0-9])*")
ACTIVE = ("InProgress", "Stopping")


@dataclass(frozen=True)
class Kind:
    """One kind of job: `name` in the store and the API, its part of the ARN, and what its times are called."""

    name: str
    arn_part: str
    event: str
    log_group: str
    time_prefix: str
    longest_name: int = 63

    @property
    def name_key(self) -> str:
        """The key of a job's name."""
        return f"{self.name}Name"

    @property
    def status_key(self) -> str:
        """The key of a job's status."""
        return f"{self.name}Status"


PROCESSING = Kind(
    "ProcessingJob", "processing-job", "SageMaker Processing Job State Change",
    "/aws/sagemaker/ProcessingJobs", "Processing",
)  # fmt: skip
TRAINING = Kind(
    "TrainingJob", "training-job", "SageMaker Training Job State Change", "/aws/sagemaker/TrainingJobs", "Training"
)
TRANSFORM = Kind(
    "TransformJob", "transform-job", "SageMaker Transform Job State Change", "/aws/sagemaker/TransformJobs", "Transform"
)
TUNING = Kind(
    "HyperParameterTuningJob", "hyper-parameter-tuning-job", "SageMaker HyperParameter Tuning Job State Change", "",
    "HyperParameterTuning", 32,
)  # fmt: skip
ALL = (PROCESSING, TRAINING, TRANSFORM, TUNING)


def missing() -> SageMakerError:
    """The answer for a job that does not exist, whatever its kind."""
    return validation_error("Requested resource not found.")


def new(kind: Kind, request: Request, call: Call, extra: dict[str, Any]) -> Response:
    """Store a new job as InProgress and return the answer of its Create operation.

    Raises:
        SageMakerError: ResourceInUse if the name is taken, ValidationException if it is none.
    """
    name = request[kind.name_key]
    if not _NAME.fullmatch(name) or len(name) > kind.longest_name:
        raise validation_error(
            f"{kind.name_key} is {name!r}; allowed are letters, digits and hyphens between them, "
            f"{kind.longest_name} characters at most."
        )
    arn = call.arn(f"{kind.arn_part}/{name}")
    moment = now()
    document = {
        **request, f"{kind.name}Arn": arn, kind.status_key: "InProgress", "CreationTime": moment,
        "LastModifiedTime": moment, "_principal": call.principal_arn, **extra,
    }  # fmt: skip
    if not call.store.insert(kind.name, name, document):
        label = kind.arn_part.replace("-", " ").capitalize()
        raise SageMakerError(
            "ResourceInUse", f"{label} names must be unique within an AWS account and region; {arn} already exists."
        )
    return {f"{kind.name}Arn": arn}


def get(kind: Kind, request: Request, call: Call) -> dict[str, Any]:
    """Return a job's document; SageMakerError if there is none."""
    document = call.store.get(kind.name, request[kind.name_key])
    if document is None:
        raise missing()
    return document


def register(kind: Kind, stop: Callable[[Call, str], None]) -> None:
    """Add the operations that are the same for every kind; `stop(call, name)` asks a running job to end."""

    def describe(request: Request, call: Call) -> Response:
        return get(kind, request, call)

    def stop_job(request: Request, call: Call) -> Response:
        status = get(kind, request, call)[kind.status_key]
        if status not in ACTIVE:
            label = kind.arn_part.replace("-", " ")
            raise validation_error(f"The request was rejected because the {label} is in status {status}.")
        if status == "InProgress":
            stop(call, request[kind.name_key])
        return {}

    def list_jobs(request: Request, call: Call) -> Response:
        found = call.store.list(kind.name)
        if kind is TUNING:
            found = [_with_tuning_config(job) for job in found]
        answer = f"{kind.name}Summaries"
        return listing.listed(
            request, found, name=kind.name_key, status=kind.status_key, answer=answer, usual=listing.NEWEST
        )

    operations: dict[str, Operation] = {
        f"Describe{kind.name}": describe, f"Stop{kind.name}": stop_job, f"List{kind.name}s": list_jobs,
    }  # fmt: skip
    for name, function in operations.items():
        operation(name)(function)


def _with_tuning_config(job: dict[str, Any]) -> dict[str, Any]:
    config = job["HyperParameterTuningJobConfig"]
    return {**job, "Strategy": config["Strategy"], "ResourceLimits": config["ResourceLimits"]}
