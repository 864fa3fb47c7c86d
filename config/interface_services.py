"""Which AWS services the private network reaches by interface endpoints. What each opens and costs: docs/network.md."""

from collections.abc import Iterable
from typing import Literal

Level = Literal["none", "minimal", "full"]

# Services by the name of the endpoint.
MINIMAL = {
    "SageMakerApi": "sagemaker.api",
    "SageMakerRuntime": "sagemaker.runtime",
    "Sts": "sts",
    "Logs": "logs",
    "Kms": "kms",
}
FULL = MINIMAL | {
    "Notebook": "notebook",
    "Monitoring": "monitoring",
    "EcrApi": "ecr.api",
    "EcrDocker": "ecr.dkr",
    "Events": "events",
    "States": "states",
    "Lambda": "lambda",
    "Sns": "sns",
    "Sqs": "sqs",
    "Ssm": "ssm",
    "CloudFormation": "cloudformation",
    "Xray": "xray",
}
LEVELS: dict[Level, dict[str, str]] = {"none": {}, "minimal": MINIMAL, "full": FULL}
# Names of the endpoints that belong to no level, by service.
EXTRA = {
    "application-autoscaling": "ApplicationAutoScaling",
    "git-codecommit": "CodeCommitGit",
    "secretsmanager": "SecretsManager",
}


def services(level: Level, extra: Iterable[str] = ()) -> dict[str, str]:
    """Return the services of a level and those beyond it, keys of `EXTRA`, by the name of the endpoint."""
    return LEVELS[level] | {EXTRA[service]: service for service in extra}
