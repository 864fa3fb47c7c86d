"""What Ground Truth has in each region for its built-in task types: functions of AWS's own, and algorithms.

Sources: the service model of SageMaker (botocore), `HumanTaskConfig.PreHumanTaskLambdaArn`,
`AnnotationConsolidationConfig.AnnotationConsolidationLambdaArn`, `UiConfig.HumanTaskUiArn` and
`LabelingJobAlgorithmSpecificationArn`, read on 28 November 2026; tests hold the table against the installed one.
"""

from collections.abc import Mapping

# Accounts that hold the functions PRE-... and ACS-... of a region. Elsewhere there are none.
ACCOUNTS: Mapping[str, str] = {
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
# Task types as AWS's functions spell them.
FUNCTIONS: Mapping[str, str] = {
    "image_classification": "ImageMultiClass",
    "text_classification": "TextMultiClass",
    "bounding_box": "BoundingBox",
    "semantic_segmentation": "SemanticSegmentation",
    "named_entities": "NamedEntityRecognition",
}
_ALGORITHMS = {
    "image_classification": "image-classification",
    "text_classification": "text-classification",
    "bounding_box": "object-detection",
    "semantic_segmentation": "semantic-segmentation",
}
_ALGORITHM_ACCOUNT, _CROWD_ACCOUNT = "027400017018", "394669845002"


def pre_annotation(task_type: str, region: str) -> str:
    """Return the ARN of the function that makes tasks of objects.

    >>> pre_annotation("bounding_box", "eu-west-1")
    'arn:aws:lambda:eu-west-1:568282634449:function:PRE-BoundingBox'
    """
    return f"arn:aws:lambda:{region}:{ACCOUNTS[region]}:function:PRE-{FUNCTIONS[task_type]}"


def consolidation(task_type: str, region: str) -> str:
    """Return the ARN of the function that makes one label of several answers."""
    return f"arn:aws:lambda:{region}:{ACCOUNTS[region]}:function:ACS-{FUNCTIONS[task_type]}"


def algorithm(task_type: str, region: str) -> str:
    """Return the ARN of what learns to label by itself."""
    what = f"labeling-job-algorithm-specification/{_ALGORITHMS[task_type]}"
    return f"arn:aws:sagemaker:{region}:{_ALGORITHM_ACCOUNT}:{what}"


def entity_page(region: str) -> str:
    """Return the ARN of the page for named entities, the one task type whose page AWS keeps."""
    return f"arn:aws:sagemaker:{region}:{_CROWD_ACCOUNT}:human-task-ui/NamedEntityRecognition"


def public_team(region: str) -> str:
    """Return the ARN of the team of Amazon Mechanical Turk."""
    return f"arn:aws:sagemaker:{region}:{_CROWD_ACCOUNT}:workteam/public-crowd/default"
