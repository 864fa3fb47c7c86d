"""The task types that AWS brings along: what their functions are called, and what their labels are."""

import re
from dataclasses import dataclass

from local_cloud.sagemaker.errors import not_implemented, validation_error

# https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_HumanTaskConfig.html: whose functions they are.
ACCOUNTS = {
    "us-east-1": "432418664414",
    "us-east-2": "266458841044",
    "us-west-2": "081040173940",
    "ca-central-1": "918755190332",
    "eu-west-1": "568282634449",
    "eu-west-2": "487402164563",
    "eu-central-1": "203001061592",
    "ap-northeast-1": "477331159723",
    "ap-northeast-2": "845288260483",
    "ap-south-1": "565803892007",
    "ap-southeast-1": "377565633583",
    "ap-southeast-2": "454466003867",
}
_FUNCTION = re.compile(r"arn:aws[a-z-]*:lambda:([a-z0-9-]+):(\d{12}):function:((?:PRE|ACS)-[A-Za-z0-9]+)")


@dataclass(frozen=True)
class TaskType:
    """A built-in task type: `name` as in its functions, `type` as in the metadata of its labels."""

    name: str
    type: str

    @property
    def label_is_reference(self) -> bool:
        """Whether its labels are objects in S3, so that the attribute's name ends with -ref."""
        return self.name == "SemanticSegmentation"


BUILT_IN = {
    name: TaskType(name, f"groundtruth/{kind}")
    for name, kind in {
        "ImageMultiClass": "image-classification",
        "ImageMultiClassMultiLabel": "image-classification-multilabel",
        "TextMultiClass": "text-classification",
        "TextMultiClassMultiLabel": "text-classification-multilabel",
        "BoundingBox": "object-detection",
        "NamedEntityRecognition": "text-span",
        "SemanticSegmentation": "semantic-segmentation",
    }.items()
}


def built_in(function_arn: str | None, region: str) -> TaskType | None:
    """Return the task type whose function an ARN names, None for a function of the customer's own.

    Raises:
        SageMakerError: the function is AWS's but another region's, or of a task type that is not implemented here.
    """
    match = _FUNCTION.fullmatch(function_arn or "")
    if match is None or match[2] not in ACCOUNTS.values():
        return None
    if match[1] != region or match[2] != ACCOUNTS[region]:
        raise validation_error(
            f"{function_arn}: in {region} AWS's functions are those of account {ACCOUNTS.get(region, '(none)')}."
        )
    name = match[3].partition("-")[2]
    if name not in BUILT_IN:
        raise not_implemented(f"the task type of {match[3]}; implemented are {', '.join(BUILT_IN)} and custom ones")
    return BUILT_IN[name]
